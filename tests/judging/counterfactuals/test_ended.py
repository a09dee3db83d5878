"""What rests on stages left open at the end, and on what changes instances after it."""

from __future__ import annotations

from dataclasses import replace

from conformance.judging.counterfactuals.ended import NONE_OPEN
from conformance.judging.counterfactuals.put_right import put_right, resting
from conformance.judging.judging import Judge
from conformance.judging.tally import Tally
from conformance.trace import Trace
from tests.rules.timelines import started, terminated, wait_for

JUDGE = Judge()
DELAY = {"delay": {"duration": "5ms"}}


def left_open(name: str = "open") -> Trace:
    """An instance of a delay that has ended, whose stage stays open in its status."""
    t, i = started(DELAY)
    for _ in range(3):
        t.settled()
        t.get(i, [(5, None)], ended=12)
    t.history(i, [(5, 11)])
    return replace(t.trace(), id=name)


def deaf(name: str = "deaf") -> Trace:
    """An instance that does not hear its event."""
    t, i = started(wait_for("go"))
    t.get(i, [(5, None)])
    t.history(i, [(5, None)])
    t.settled()
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, None)])
    t.history(i, [(5, None)])
    return replace(t.trace(), id=name)


def marked(name: str = "marked") -> Trace:
    """An instance on which an event after its end puts an error."""
    t, i = terminated()
    t.send(i, "go", status=400)
    t.settled()
    t.get(i, [(5, 6)], ended=7, error="late")
    return replace(t.trace(), id=name)


def rests(cause: str, *traces: Trace) -> tuple[set[str], frozenset[str]]:
    """What is violated, and what of it rests on a cause."""
    tally = Tally()
    for trace in traces:
        tally.add(trace, JUDGE.judge(trace))
    judgements = {trace.id: JUDGE.judge(trace) for trace in put_right(tally)[cause]}
    return set(tally.cases), resting(tally, judgements)


def test_what_is_open_for_a_stage_left_open_rests_on_that() -> None:
    violated, resting_on = rests(NONE_OPEN, left_open())
    assert {NONE_OPEN, "run.completes"} <= violated
    assert resting_on == violated


def test_what_is_violated_beside_it_does_not() -> None:
    violated, resting_on = rests(NONE_OPEN, left_open(), deaf())
    assert "event.matching" in violated - resting_on


def test_what_changes_after_the_end_rests_on_what_changed_it() -> None:
    violated, resting_on = rests("event.terminated", marked())
    assert {"event.terminated", "run.completes"} <= violated
    assert resting_on == violated
    violated, resting_on = rests("event.terminated", marked(), deaf())
    assert "event.matching" in violated - resting_on


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests(NONE_OPEN, deaf())[1] == frozenset()
    assert rests("cancel.terminated", deaf())[1] == frozenset()
