"""Causes that need less than what they were found with: an event lost in a burst that is lost without it, too."""

from __future__ import annotations

import pytest

from conformance.scenarios import Scenario, to_json
from conformance.scenarios.scenario import model
from conformance.trace import Trace
from tests.confirming.confirm import confirm
from tests.rules.bodies import NOOP
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for


def sends(waits_for: str, *events: str) -> Scenario:
    """Some events to an instance that waits for one of them."""
    create = model.Create("w1", (wait_for(waits_for), *NOOP))
    start = (create, model.Run("i1", "w1"), model.Until("i1", "waiting", 0))
    sent = [model.Send("i1", event) for event in events]
    return Scenario((*start, *sent, model.Settle(), model.Read("i1")), "made-up")


ALONE, BURST = sends("stop", "stop"), sends("go", "no", "go")


def played(scenario: Scenario, deaf: bool, number: int) -> Trace:
    """What a server leaves that does not hear, where it is ``deaf``."""
    t = TraceBuilder(id=f"t{number}", scenario=to_json(scenario))
    for step in scenario.steps:
        if isinstance(step, model.Create):
            workflow = t.create(list(step.stages), step.name, id=f"{number:08d}-0000-4000-8000-000000000001")
        elif isinstance(step, model.Run):
            instance = t.run(workflow, id=f"{number:08d}-0000-4000-8000-000000000002")
        elif isinstance(step, model.Until):
            t.settled()
            t.history(instance, [(5, None)])
        elif isinstance(step, model.Send):
            t.send(instance, step.event)
        elif isinstance(step, model.Settle):
            t.settled()
        elif isinstance(step, model.Read):
            sent = {each.event for each in scenario.steps if isinstance(each, model.Send)}
            heard = not deaf and bool(sent & {"stop", "go"})
            t.get(instance, [(5, 300), (300, 301)] if heard else [(5, None)], ended=302 if heard else None)
    return t.trace()


@pytest.mark.parametrize("burst_alone", [False, True])
def test_a_burst_that_needs_no_burst_is_no_cause_of_its_own(burst_alone: bool) -> None:
    def deaf(_: int, scenario: Scenario) -> bool:
        """To "stop" ever, to "go" perhaps in bursts only."""
        events = [step.event for step in scenario.steps if isinstance(step, model.Send)]
        return not burst_alone or "stop" in events or len(events) > 1

    first = [played(ALONE, True, 100), played(BURST, True, 101)]
    first += [played(ALONE, False, number) for number in range(102, 112)]
    proofs, _ = confirm(deaf, first, trace=played)
    apart = [("event.matching",), ("event.burst",)]
    assert [proof.requirements for proof in proofs] == (apart if burst_alone else [apart[0] + apart[1]])
