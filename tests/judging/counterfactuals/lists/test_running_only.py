"""What rests on lists of running instances that hold others, too."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import HOUR, terminated, waiting

CAUSE, CANCELLED = "list.running", "cancel.not-running"


def ended() -> TraceBuilder:
    """An instance that has ended by itself, and is listed as running."""
    t, i = terminated()
    t.instances(running="true", bodies=[t.instance(i, [(5, 6)], ended=7, embed=True)])
    return t


def cancelled(*, says_so: bool = True) -> TraceBuilder:
    """An instance that was cancelled, and is listed as running; its element may say that it has terminated."""
    t, i = waiting(HOUR)
    t.cancel(i)
    t.settled()
    spans, at = [(5, t.now, "cancelled")], t.now
    t.get(i, spans, ended=at, error="cancelled")
    t.settled()
    shown = t.instance(i, spans, ended=at, error="cancelled", embed=True)
    t.instances(running="true", bodies=[shown if says_so else t.instance(i, [(5, None)], embed=True)])
    return t


def test_that_a_cancelled_instance_is_listed_rests_on_that_every_ended_one_is() -> None:
    traces = ended(), cancelled()
    assert violated(*(each.trace() for each in traces)) == {CAUSE, CANCELLED}
    assert rests(CAUSE, *traces) == {CAUSE, CANCELLED}


def test_that_only_cancelled_ones_are_listed_does_not() -> None:
    assert violated(cancelled().trace()) == {CAUSE, CANCELLED}
    assert rests(CAUSE, cancelled()) == frozenset()


def test_that_one_is_listed_as_if_it_ran_on_does_not() -> None:
    traces = ended(), cancelled(says_so=False)
    assert CANCELLED in violated(traces[1].trace()) - rests(CAUSE, *traces)
