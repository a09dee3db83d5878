"""The part of a scenario that a violation needs, read from its trace."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from conformance.confirming.slicing import in_its_time, slice_of, sliced, slices_of, up_to
from conformance.rules.evidence.observation import violated
from conformance.scenarios import Scenario, to_json
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import (
    Cancel,
    Create,
    Info,
    ListInstances,
    Read,
    Run,
    Send,
    Settle,
    Step,
    Together,
)
from conformance.trace import Exchange, Trace
from conformance.trace.roles import Role
from conformance.wire.instant import SECOND
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for

_WAIT = (wait_for("go"),)
_TWO = (
    Create("w1", _WAIT),
    Create("w2", _WAIT),
    Run("i1", "w1"),
    Run("i2", "w2"),
    Send("i1", "go"),
    Settle(),
    Cancel("i2"),
    Read("i2"),
    Info(),
)


def played(*steps: Step) -> Trace:
    """What playing these steps left, one exchange a step."""
    t, ids, taken = TraceBuilder(scenario=to_json(Scenario(steps, "made-up"))), {}, []
    for number, step in model.numbered(steps):
        before = len(t.exchanges)
        if isinstance(step, Create):
            ids[step.ref] = t.create(list(step.stages))
        elif isinstance(step, Run):
            ids[step.ref] = t.run(ids[step.workflow])
        elif isinstance(step, Send):
            t.send(ids[step.instance], step.event)
        elif isinstance(step, Cancel):
            t.cancel(ids[step.instance])
        elif isinstance(step, Read):
            t.get(ids[step.instance], [(5, None)])
        elif isinstance(step, ListInstances):
            t.instances(ids[step.workflow or ""], [])
        elif isinstance(step, Info):
            t.info()
        taken += [number] * (len(t.exchanges) - before)
    exchanges = [replace(each, step=number) for each, number in zip(t.exchanges, taken, strict=True)]
    return replace(t.trace(), exchanges=tuple(exchanges))


def of(trace: Trace, *numbers: int) -> tuple[Step, ...]:
    cited = [each for each in trace.exchanges if each.step in numbers]
    found = slice_of(trace, violated(*cited, expected="this", observed="that"))
    return found.steps if found is not None else ()


def test_other_workflows_and_instances_are_left_out() -> None:
    assert of(played(*_TWO), 6, 7) == (_TWO[1], _TWO[3], Settle(), Cancel("i2"), Read("i2"))


def test_reads_that_nothing_cites_are_left_out_first() -> None:
    trace = played(*_TWO[:4], Read("i2"), Cancel("i2"), Read("i2"))
    cited = trace.exchanges[5:7]
    bold, wide = slices_of(trace, violated(*cited, expected="this", observed="that"))
    assert bold.steps == (_TWO[1], _TWO[3], Cancel("i2"), Read("i2"))
    assert wide.steps == (_TWO[1], _TWO[3], Read("i2"), Cancel("i2"), Read("i2"))


def heard_late(awaited: str, *cited: int) -> list[tuple[Step, ...]]:
    """The slices of what cites some steps of six: an event that nobody waits for, then one of a name, and a read."""
    steps = (Create("w", (wait_for(awaited),)), Run("i", "w"), Send("i", "other"), Send("i", "go"), Read("i"), Info())
    trace = played(*steps)
    observation = violated(*(trace.exchanges[number] for number in cited), expected="this", observed="that")
    return [part.steps for part in slices_of(trace, observation)]


def test_events_that_nobody_waits_for_are_left_out_first() -> None:
    bold, cautious, *_ = heard_late("go", 4)
    assert bold == (Create("w", _WAIT), Run("i", "w"), Send("i", "go"), Read("i"))
    assert cautious == (*bold[:2], Send("i", "other"), *bold[2:])


def test_they_stay_where_a_violation_is_about_an_event_or_a_name_is_variable() -> None:
    assert Send("i", "other") in heard_late("go", 3, 4)[0]
    assert Send("i", "other") in heard_late("${name}", 4)[0]


def test_refused_requests_that_nothing_cites_are_left_out_first() -> None:
    trace = played(_TWO[0], _TWO[2], Send("i1", "a"), Send("i1", "b"), Send("i1", "go"), Read("i1"))
    refused = {2: 400, 3: 404, 4: 400}
    exchanges = tuple(
        replace(each, response=replace(each.response, status=refused[each.step]))
        if each.response is not None and each.step in refused
        else each
        for each in trace.exchanges
    )
    trace = replace(trace, exchanges=exchanges)
    bold, *_ = slices_of(trace, violated(*trace.exchanges[3:6:2], expected="this", observed="that"))
    assert bold.steps == (_TWO[0], _TWO[2], Send("i1", "b"), Read("i1"))


def test_what_was_done_to_a_sibling_is_left_out_first() -> None:
    steps = (_TWO[0], Run("i1", "w1"), Run("i3", "w1"), Cancel("i1"), Read("i1"), Read("i3"))
    bold, wide, *_ = slices_of(
        played(*steps), violated(*played(*steps).exchanges[5:6], expected="this", observed="that")
    )
    assert bold.steps == (_TWO[0], Run("i3", "w1"), Read("i3"))
    assert wide.steps == (*steps[:4], Read("i3"))


def test_what_a_list_shows_is_tried_with_the_siblings_first() -> None:
    steps = (_TWO[0], _TWO[1], Run("i1", "w1"), Run("i2", "w2"), Run("i3", "w1"), Read("i3"), ListInstances("w1"))
    trace = played(*steps)
    listing = violated(trace.exchanges[4], trace.exchanges[6], expected="this", observed="that")
    with_others, alone, *_ = slices_of(trace, listing)
    assert with_others.steps == (steps[0], steps[2], steps[4], steps[6])
    assert alone.steps == (steps[0], steps[4], steps[6])


def test_before_the_whole_comes_all_that_was_played_until_then() -> None:
    trace = played(*_TWO)
    found = slices_of(trace, violated(*trace.exchanges[4:5], expected="this", observed="that"))
    assert found[-1].steps == _TWO[:5]


def audited(late: bool) -> Trace:
    """The suite reads an instance before, or after, the closing step that ends it."""
    trace = played(*_TWO[:4], Cancel("i2"), Read("i2"))
    *before, closing, read = trace.exchanges
    closing, read = replace(closing, client=Role.CLOSING), replace(read, client=Role.AUDIT, step=None)
    if not late:
        closing, read = replace(closing, sent=read.sent), replace(read, sent=closing.sent)
    scenario = Scenario((*_TWO[:4], Cancel("i2")), "made-up")
    return replace(trace, exchanges=(*before, closing, read), scenario=to_json(scenario))


@pytest.mark.parametrize(("late", "steps"), [(False, ()), (True, (Cancel("i2"),))])
def test_closing_steps_come_after_what_the_suite_had_read_before_them(late: bool, steps: tuple[Step, ...]) -> None:
    trace = audited(late)
    found = slice_of(trace, violated(trace.exchanges[3], trace.exchanges[5], expected="this", observed="that"))
    assert found is not None
    assert found.steps == (_TWO[1], _TWO[3], *steps)


def test_what_came_after_is_left_out() -> None:
    assert of(played(*_TWO), 4) == (_TWO[0], _TWO[2], Send("i1", "go"))


def test_what_went_on_at_the_same_time_stays_with_all_that_it_needs() -> None:
    steps = (*_TWO[:4], Together((Send("i1", "go"), Cancel("i2"))), Read("i2"))
    assert of(played(*steps), 6, 7) == ()
    assert of(played(*steps, Info()), 6, 7) == steps


def test_a_trace_is_reduced_with_the_numbers_of_its_steps() -> None:
    trace = played(*_TWO)
    cited = trace.exchanges[5:7]
    reduced = sliced(trace, violated(*cited, expected="this", observed="that"))
    assert [each.step for each in reduced.exchanges] == [0, 1, 3, 4]
    assert [each.index for each in reduced.exchanges[2:]] == [each.index for each in cited]


def test_what_no_scenario_left_stays_whole() -> None:
    trace = replace(played(*_TWO), scenario=None)
    assert slice_of(trace, violated(trace.exchanges[0], expected="this", observed="that")) is None
    assert sliced(trace, violated(trace.exchanges[0], expected="this", observed="that")) is trace


def test_what_cases_of_operations_left_stays_whole() -> None:
    """Their description is no scenario, so it must not be read as one."""
    trace = replace(played(*_TWO), source="operations", scenario={"cases": []})
    assert sliced(trace, violated(trace.exchanges[2], expected="x", observed="y")) is trace


def test_what_others_did_at_the_same_time_is_left_out_first() -> None:
    steps = (*_TWO[:4], Together((Send("i1", "go"), Cancel("i2"))), Read("i2"))
    trace = played(*steps)
    cited = [each for each in trace.exchanges if each.step in (6, 7)]
    alone, *_ = slices_of(trace, violated(*cited, expected="this", observed="that"))
    assert list(alone.leaves()) == [_TWO[1], _TWO[3], Cancel("i2"), Read("i2")]


def test_nobody_waits_twice_for_the_same() -> None:
    """What came between the waits, such as a request for another instance, is left out, and one of them with it."""
    start = (Create("w1", _WAIT), Create("w2", _WAIT), Run("i1", "w1"), Run("i2", "w2"))
    trace = played(*start, Cancel("i1"), Settle(), Send("i2", "go"), Settle(), Read("i1"))
    assert of(trace, 4, 8) == (Create("w1", _WAIT), Run("i1", "w1"), Cancel("i1"), Settle(), Read("i1"))


@pytest.mark.parametrize("id_", [{"a": 1}, ["w2"], 5, None, True])
def test_a_creation_whose_id_is_no_text_made_nothing_that_matters(id_: object) -> None:
    trace = played(Create("w1", _WAIT), Create("w2", _WAIT), Run("i1", "w1"), Read("i1"))
    made = trace.exchanges[1]
    assert made.response is not None
    odd = replace(made, response=replace(made.response, body=json.dumps({"data": {"id": id_}}).encode()))
    changed = replace(trace, exchanges=(trace.exchanges[0], odd, *trace.exchanges[2:]))
    assert of(changed, 3) == (Create("w1", _WAIT), Run("i1", "w1"), Read("i1"))


def _later(trace: Trace, *gaps: tuple[int, float]) -> Trace:
    """The trace with so many seconds more before the steps of these numbers."""

    def moved(each: Exchange) -> Exchange:
        later = int(sum(seconds for number, seconds in gaps if (each.step or 0) >= number) * SECOND)
        return replace(each, sent=each.sent + later, received=each.received + later)

    return replace(trace, exchanges=tuple(map(moved, trace.exchanges)))


def test_a_scenario_in_its_time_has_pauses_where_a_second_or_more_had_passed() -> None:
    first, second = Create("w1", _WAIT), Run("i1", "w1")
    trace = played(first, second, Read("i1"), Info())
    found = in_its_time(_later(trace, (2, 2.5), (3, 0.5)))
    assert found is not None
    _, _, pause, *rest = found.steps
    assert isinstance(pause, model.Pause)
    assert pause.ms == pytest.approx(2500, abs=50)
    assert found.steps[:2] == (first, second)
    assert rest == [Read("i1"), Info()]
    assert in_its_time(trace) is None


def test_its_pauses_are_not_endless() -> None:
    found = in_its_time(_later(played(*_TWO[:3], Info(), Info()), (2, 12), (3, 12), (4, 60)))
    assert found is not None
    assert sum(step.ms for step in found.steps if isinstance(step, model.Pause)) == pytest.approx(15_000, abs=50)


def test_a_play_is_cut_after_a_step_with_all_that_was_read_later() -> None:
    steps = (Create("w1", _WAIT), Together((Run("i1", "w1"), Run("i2", "w1"))), Send("i1", "go"), Read("i1"))
    part = up_to(played(*steps), 2)
    assert part.scenario == to_json(Scenario(steps[:2], "made-up"))
    assert [each.step for each in part.exchanges] == [0, 2, 3]


def test_what_is_wrong_with_the_version_needs_no_other_step() -> None:
    trace = played(Create("w1", _WAIT), Run("i1", "w1"), Info(), Read("i1"), Info())
    first, second = (each for each in trace.exchanges if each.operation == "getServerInfo")
    reduced = sliced(trace, violated(first, second, expected="1.0", observed="1.1"))
    assert reduced.scenario == to_json(Scenario((Info(), Info()), "made-up"))
    assert [(each.index, each.step) for each in reduced.exchanges] == [(first.index, 0), (second.index, 1)]
