"""What rests on events and cancellations that reach other instances than they were sent to."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import HOUR, started, wait_for

CAUSE, DEAF = "run.isolated", "event.matching"


def beside(*, by: str = "send") -> TraceBuilder:
    """Two instances that wait for one event: what is sent to the one ends the other."""
    t, one = started(wait_for("go"))
    other = t.run(t.create([wait_for("go")]))
    for each in (one, other):
        t.get(each, [(5, None)])
    t.settled()
    if by == "send":
        t.send(one, "go")
    else:
        t.cancel(one)
    at = t.now
    t.settled()
    error = None if by == "send" else "cancelled"
    t.get(other, [(5, at, error)], ended=at, error=error)
    t.get(one, [(5, None)])
    return t


def cancelled_in_vain() -> TraceBuilder:
    """An instance of a delay, which waits for no event and goes on after its cancellation."""
    t, i = started(HOUR)
    t.get(i, [(5, None)])
    t.cancel(i)
    for _ in range(2):
        t.settled()
        t.get(i, [(5, None)])
    return t


def test_what_events_do_not_do_rests_on_that_they_reach_others() -> None:
    seen = violated(beside().trace())
    assert seen > {CAUSE, DEAF}
    assert rests(CAUSE, beside()) == seen


def test_what_becomes_of_an_instance_without_events_does_not() -> None:
    seen, alone = rests(CAUSE, beside(), cancelled_in_vain()), violated(cancelled_in_vain().trace())
    assert alone
    assert not alone & seen


def test_what_cancellations_do_not_do_rests_on_that_they_reach_others() -> None:
    seen = violated(beside(by="cancel").trace())
    assert seen > {CAUSE}
    assert rests(CAUSE, beside(by="cancel")) == seen


def test_that_one_is_cancelled_in_vain_that_is_alone_does_not() -> None:
    seen, alone = rests(CAUSE, beside(by="cancel"), cancelled_in_vain()), violated(cancelled_in_vain().trace())
    assert alone
    assert not alone & seen
