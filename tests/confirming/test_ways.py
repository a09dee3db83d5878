"""A requirement violated in a known way, and in another one besides: each has a finding of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from conformance.campaign.recordings import check_all
from conformance.configuration.settings import Settings
from conformance.confirming.findings import Proof
from conformance.confirming.proving.confirmation import Confirmation
from conformance.confirming.ways import Ways
from conformance.contract.document import load_document
from conformance.judging.tally import Tally
from conformance.results.known.deviations import KnownDeviation, apply_known
from conformance.results.known.ways import finding_id
from conformance.scenarios import Scenario, to_json
from conformance.scenarios.scenario import model
from conformance.trace import Trace
from tests.confirming.confirm import JudgePool
from tests.rules.build import TraceBuilder

ECHO = "workflow.create-echo"
NAMED = Scenario((model.Create("w1", ({"noop": {}},), "name"),), "named")
STAGED = Scenario((model.Create("w1", ({"noop": {}}, {"noop": {}}), "n"),), "staged")
REFUSED = KnownDeviation(ECHO, "why", "createWorkflow", observed="500*")


def played(scenario: Scenario, number: int = 0) -> Trace:
    """A server that answers one scenario with 500, and loses the name in the other."""
    t = TraceBuilder(id=f"t{number}-{scenario.theme}", scenario=to_json(scenario))
    for step in scenario.steps:
        if isinstance(step, model.Create) and len(step.stages) > 1:
            t.create(list(step.stages), step.name, status=500)
        elif isinstance(step, model.Create):
            t.create(list(step.stages), step.name, echo={"name": "", "stages": list(step.stages)})
    return t.trace()


def proofs_of(traces: Sequence[Trace], known: Sequence[KnownDeviation]) -> list[Proof]:
    """What confirming comes to, each proof with its further ones after it."""
    judge: Any = JudgePool()
    tally, proofs = Tally(), list[Proof]()
    ways = Ways(judge.catalogue, known)

    async def play(scenarios: Sequence[Scenario], _: bool) -> list[Trace]:
        return [played(each, number) for number, each in enumerate(scenarios, start=100)]

    async def whole() -> None:
        for seen in traces:
            tally.add(seen, await judge.judge(seen))
        part = ways.begin(tally, (), judge)
        await Confirmation(part, play, Settings(), 60.0).run(tally, proofs.append)
        leads = {proof.requirements[0] for proof in proofs}
        for further in ways.further(tally, leads, judge):
            await Confirmation(further.judge, play, Settings(), 60.0).run(further.tally, proofs.append)
        assert not ways.untold(tally, leads)

    asyncio.run(whole())
    return [proof for proof in proofs if ECHO in proof.requirements]


@pytest.mark.parametrize("order", [(NAMED, STAGED), (STAGED, NAMED)])
def test_the_other_way_has_a_finding_of_its_own(order: tuple[Scenario, ...]) -> None:
    # Of the common way there are more traces than are kept.
    traces = [played(order[number > 8], number) for number in range(10)]
    known, other = proofs_of(traces, [REFUSED])
    assert known.observation.observed.startswith("500")
    assert not other.observation.observed.startswith("500")
    assert other.replays.shown == other.replays.played > 1


@pytest.mark.parametrize(
    "known",
    [
        [],
        [KnownDeviation(ECHO, "why")],
        [KnownDeviation(ECHO, "why", "getWorkflow")],
        [KnownDeviation("workflow.delete", "why", "deleteWorkflow")],
    ],
)
def test_without_an_entry_that_covers_a_part_there_is_one_finding(known: list[KnownDeviation]) -> None:
    assert len(proofs_of([played(NAMED), played(STAGED, 1)], known)) == 1


def test_a_known_way_alone_is_one_finding() -> None:
    (proof,) = proofs_of([played(STAGED)], [REFUSED])
    assert proof.observation.observed.startswith("500")


def test_a_recording_tells_the_other_way_too() -> None:
    document = load_document(None)
    traces = [played(STAGED, 1), played(NAMED, 2), played(NAMED, 3)]
    found = apply_known(check_all(traces, document, "a.har", [REFUSED]), [REFUSED], date(2026, 11, 28))
    echoes = [each for each in found.findings if each.requirement == ECHO]
    assert [each.known is not None for each in echoes] == [True, False]
    assert len({each.id for each in echoes}) == 2
    assert echoes[0].id == finding_id(ECHO, ["createWorkflow"])
    assert next(each for each in found.requirements if each.id == ECHO).outcome == "failed"
