"""What rests on stages left open at the end, and on what changes instances after it."""

from __future__ import annotations

from dataclasses import replace

from conformance.judging.counterfactuals.lifecycle.ended import NONE_OPEN
from conformance.trace import Trace
from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.bodies import stamp
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


def ends_late(**listed: str) -> Trace:
    """An instance whose last stage ends after it, and later than in the list of instances."""
    t, i = started(DELAY)
    for _ in range(3):
        t.settled()
        t.get(i, [(5, 60)], ended=20)
    t.instances(bodies=[t.instance(i, [(5, 60)], ended=20, embed=True, change={"terminatedAt": stamp(60), **listed})])
    t.get(i, [(5, 60)], ended=20)
    return t.trace()


def test_what_differs_for_a_stage_that_ends_after_its_instance_rests_on_that() -> None:
    traces = [ends_late()]
    seen, resting_on = violated(*traces), rests(NONE_OPEN, *traces)
    assert {NONE_OPEN, "list.agrees"} <= seen
    assert resting_on == seen
    other = ends_late(createdAt=stamp(80))
    assert "list.agrees" in violated(other) - rests(NONE_OPEN, other)


def first_read_after_a_late_event(status: int) -> Trace:
    """An instance without stages, with an error in all reads: it was sent an event before any of them."""
    t, i = started()
    t.settled()
    t.send(i, "go", status=status)
    t.settled()
    t.get(i, [], ended=7, error="late")
    return t.trace()


def test_what_is_read_only_after_a_refused_event_rests_on_what_that_changes() -> None:
    traces = [marked(), replace(first_read_after_a_late_event(400), id="t2")]
    assert "run.completes" in violated(traces[1])
    assert rests("event.terminated", *traces) == violated(*traces)
    # An event that was taken may have been heard.
    traces[1] = replace(first_read_after_a_late_event(204), id="t2")
    assert "run.completes" in violated(traces[1]) - rests("event.terminated", *traces)


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests(NONE_OPEN, deaf()) == frozenset()
    assert rests("cancel.terminated", deaf()) == frozenset()
