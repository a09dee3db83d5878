"""What rests on histories that are those of other instances."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for

CAUSE = "history.agrees"


def _two(at_first: float | None) -> TraceBuilder:
    """Two instances, of which the second one has a history that says it has ended: that of the first one, whose stage
    began ``at_first``, or one of its own.
    """
    t = TraceBuilder()
    w = t.create([wait_for("go")])
    first = t.run(w)
    t.get(first, [(5, None)])
    t.settled()
    t.send(first, "go")
    at = t.now
    t.settled()
    t.get(first, [(5, at)], ended=at)
    second = t.run(w)
    began = t.now
    t.get(second, [(began, None)])
    t.settled()
    t.get(second, [(began, None)])
    for _ in range(2):
        t.history(second, [(at_first or began, at if at_first else began + 1)])
        t.get(second, [(began, None)])
        t.settled()
    return t


def test_that_a_stage_seems_to_have_ended_before_rests_on_it() -> None:
    seen = violated(_two(5).trace())
    assert CAUSE in seen
    assert len(seen) > 1
    assert rests(CAUSE, _two(5)) == seen


def test_that_a_history_of_its_own_shows_an_end_does_not() -> None:
    own = _two(None)
    seen = violated(own.trace())
    assert CAUSE in seen
    assert not seen & rests(CAUSE, own)
