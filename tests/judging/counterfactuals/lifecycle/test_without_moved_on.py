"""What rests on cancelled instances that went on to another stage."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import HOUR, wait_for

CAUSE, OPEN = "cancel.stops-stages", "stage.none-open"


def cancelled(own_id: str, *, moves_on: bool, closed: bool = False) -> TraceBuilder:
    """An instance that is cancelled in its first stage, may start the next one then, and may leave its stages open."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go"), HOUR]), id=own_id)
    t.get(i, [(5, None)])
    t.settled()
    t.cancel(i)
    t.settled()
    at = t.now
    last = [(at + 5, at + 6 if closed else None)] if moves_on else []
    first = (5, at, "cancelled") if closed or moves_on else (5, None)
    for _ in range(2):
        t.settled()
        t.get(i, [first, *last], ended=at, error="cancelled")
    return t


def test_that_a_stage_is_open_rests_on_that_it_began_after_the_cancellation() -> None:
    seen = violated(cancelled("one", moves_on=True).trace())
    assert {CAUSE, OPEN} <= seen
    assert rests(CAUSE, cancelled("one", moves_on=True)) == seen


def test_that_the_stage_before_is_open_does_not() -> None:
    traces = cancelled("one", moves_on=True, closed=True), cancelled("two", moves_on=False)
    assert OPEN in violated(traces[1].trace()) - rests(CAUSE, *traces)


def test_nothing_rests_on_it_where_a_cancellation_does_nothing() -> None:
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go"), HOUR]), id="goes-on")
    t.get(i, [(5, None)])
    t.settled()
    t.cancel(i)
    for _ in range(2):
        t.settled()
        t.get(i, [(5, None)])
    assert "cancel.terminates" in violated(t.trace())
    assert rests(CAUSE, cancelled("one", moves_on=True), t) == frozenset()


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests(CAUSE, cancelled("two", moves_on=False)) == frozenset()
