"""What rests on stage histories that are those of other instances."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.bodies import activity
from tests.rules.build import TraceBuilder
from tests.rules.timelines import NOOP, started

CAUSE, ORDER = "stage-history.activities", "envelope.time-order"


def _shown(began: float) -> TraceBuilder:
    """An instance of a noop, created after a settle time, whose stage shows an activity that began at a moment."""
    t = TraceBuilder()
    w = t.create([NOOP])
    t.settled()
    i = t.run(w)
    at = t.now
    for _ in range(2):
        t.settled()
        t.get(i, [(at, at)], ended=at)
    t.stage_history(i, 0, [activity("CreateTransaction", {}, span=(began, began))])
    return t


def test_that_they_are_older_than_the_instance_rests_on_it() -> None:
    seen = violated(_shown(1).trace())
    assert seen >= {CAUSE, ORDER}
    assert rests(CAUSE, _shown(1)) == seen


def test_that_times_are_in_disorder_elsewhere_does_not() -> None:
    t, i = started(NOOP)
    for _ in range(2):
        t.settled()
        t.get(i, [(9, 6)], ended=9)
    assert ORDER in violated(t.trace()) - rests(CAUSE, _shown(1), t)


def test_nothing_rests_on_activities_of_its_own_time() -> None:
    late = _shown(1_000)
    assert CAUSE in violated(late.trace())
    assert rests(CAUSE, late) == frozenset()
