"""What rests on stages left open at the end, and on what changes instances after it."""

from __future__ import annotations

from conformance.judging.counterfactuals.ended import NONE_OPEN
from conformance.trace import Trace
from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.timelines import started, terminated, wait_for

DELAY = {"delay": {"duration": "5ms"}}


def left_open() -> Trace:
    """An instance of a delay that has ended, whose stage stays open in its status."""
    t, i = started(DELAY)
    for _ in range(3):
        t.settled()
        t.get(i, [(5, None)], ended=12)
    t.history(i, [(5, 11)])
    return t.trace()


def deaf() -> Trace:
    """An instance that does not hear its event."""
    t, i = started(wait_for("go"))
    t.get(i, [(5, None)])
    t.history(i, [(5, None)])
    t.settled()
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, None)])
    t.history(i, [(5, None)])
    return t.trace()


def marked() -> Trace:
    """An instance on which an event after its end puts an error."""
    t, i = terminated()
    t.send(i, "go", status=400)
    t.settled()
    t.get(i, [(5, 6)], ended=7, error="late")
    return t.trace()


def test_what_is_open_for_a_stage_left_open_rests_on_that() -> None:
    traces = [left_open()]
    seen, resting_on = violated(*traces), rests(NONE_OPEN, *traces)
    assert {NONE_OPEN, "run.completes"} <= seen
    assert resting_on == seen


def test_what_is_violated_beside_it_does_not() -> None:
    traces = [left_open(), deaf()]
    seen, resting_on = violated(*traces), rests(NONE_OPEN, *traces)
    assert "event.matching" in seen - resting_on


def test_what_changes_after_the_end_rests_on_what_changed_it() -> None:
    traces = [marked()]
    seen, resting_on = violated(*traces), rests("event.terminated", *traces)
    assert {"event.terminated", "run.completes"} <= seen
    assert resting_on == seen
    traces = [marked(), deaf()]
    seen, resting_on = violated(*traces), rests("event.terminated", *traces)
    assert "event.matching" in seen - resting_on


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests(NONE_OPEN, deaf()) == frozenset()
    assert rests("cancel.terminated", deaf()) == frozenset()
