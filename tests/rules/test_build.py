"""The builder of hand-written traces."""

from __future__ import annotations

from tests.rules.bodies import NOOP, ns, stamp
from tests.rules.build import TraceBuilder


def test_exchanges_follow_one_another_unless_told_otherwise() -> None:
    t = TraceBuilder()
    w = t.create(NOOP)
    t.get_workflow(w, at=0.2)
    t.get_workflow(w)
    first, overlapping, last = t.trace().exchanges
    assert [each.index for each in (first, overlapping, last)] == [0, 1, 2]
    assert not first.before(overlapping)
    assert first.before(last)
    assert overlapping.before(last)


def test_the_trace_is_in_order_of_sending() -> None:
    t = TraceBuilder()
    w = t.create(NOOP, at=5)
    t.get_workflow(w, at=1)
    assert [(each.index, each.sent) for each in t.trace().exchanges] == [(0, ns(1)), (1, ns(5))]


def test_after_settled_every_effect_is_due() -> None:
    t = TraceBuilder()
    t.create(NOOP)
    cause = t.last.received
    assert t.trace().settled_at(cause) is None
    t.settled()
    t.workflows()
    due = t.trace().settled_at(cause)
    assert due is not None
    assert t.last.sent > due


def test_timestamps_have_as_many_digits_as_asked_for() -> None:
    assert stamp(1.5) == "2026-01-01T00:00:00.001500000Z"
    assert stamp(1.5, digits=3) == "2026-01-01T00:00:00.001Z"
    assert stamp(1.5, digits=0) == "2026-01-01T00:00:00Z"
