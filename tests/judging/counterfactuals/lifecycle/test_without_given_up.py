"""What rests on instances that ended with an error while they waited for an event."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import HOUR, NOOP, started, wait_for

CAUSE, WAITS, OTHER = "run.completes", "stage.waits", "event.other"


def failed() -> TraceBuilder:
    """An instance that needs nothing but time, and ends with an error."""
    t = TraceBuilder()
    i = t.run(t.create([NOOP]))
    for _ in range(2):
        t.settled()
        t.get(i, [(5, 6, "cancelled")], ended=6, error="cancelled")
    return t


def waited(error: str | None, *, told_of: str | None = None) -> TraceBuilder:
    """An instance that waits for an event, and ends without it, perhaps after another one."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go")]))
    t.history(i, [(5, None)])
    t.get(i, [(5, None)])
    t.settled()
    if told_of is not None:
        t.send(i, told_of)
    at = t.now
    for _ in range(2):
        t.settled()
        t.get(i, [(5, at, error) if error else (5, at)], ended=at, error=error)
    return t


def test_that_a_wait_ended_rests_on_the_error_that_nobody_caused() -> None:
    traces = failed(), waited("cancelled"), waited("cancelled", told_of="other")
    assert {CAUSE, WAITS} <= violated(*(each.trace() for each in traces))
    assert {WAITS, OTHER} & violated(traces[2].trace()) <= rests(CAUSE, *traces)


def test_that_a_wait_ended_well_does_not() -> None:
    assert WAITS not in rests(CAUSE, failed(), waited("cancelled"), waited(None))


def test_that_one_could_not_be_cancelled_rests_on_such_an_error_in_a_delay_too() -> None:
    t, i = started(HOUR)
    t.get(i, [(5, None)])
    t.cancel(i, status=400)
    for _ in range(2):
        t.settled()
        t.get(i, [(5, 6, "context ended")], ended=6, error="context ended")
    assert "cancel.terminates" in violated(t.trace())
    assert "cancel.terminates" in rests(CAUSE, failed(), t)


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests(CAUSE, waited(None)) == frozenset()
