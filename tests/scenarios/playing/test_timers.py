"""How late the timers of a target are, as instances that nothing disturbed show."""

from __future__ import annotations

import pytest

from conformance.scenarios.playing.bindings import BoundInstance
from conformance.scenarios.playing.timers import Timers
from conformance.wire.instant import MILLISECOND
from tests.rules.build import TraceBuilder

DELAY = {"delay": {"duration": "400ms"}}
UNTIL = {"delay": {"until": "2026-01-01T00:00:00.405Z"}}


def _late(*stages: dict[str, dict[str, str]], ended: float, acted: str = "", siblings: int = 0) -> float:
    """What is learned, in ms, from an instance whose last stage began at 5 and ended at a moment."""
    t = TraceBuilder()
    w = t.create(list(stages))
    i = t.run(w)
    if acted == "before":
        t.send(i, "go")
    spans = [(5, 5)] * (len(stages) - 1) + [(5, ended)]
    t.get(i, spans, ended=ended)
    if acted == "after":
        t.cancel(i)
    others = [BoundInstance(f"other{n}", w, (DELAY,), 0) for n in range(siblings)]
    timers = Timers()
    timers.note([BoundInstance(i, w, stages, 0), *others], t.trace().exchanges)
    return timers.late / MILLISECOND


@pytest.mark.parametrize("stages", [(DELAY,), (UNTIL,), ({"noop": {}}, DELAY)])
def test_that_a_delay_outlasts_what_was_ordered_tells_how_late_the_next_one_may_be(
    stages: tuple[dict[str, dict[str, str]], ...],
) -> None:
    assert _late(*stages, ended=705) == 450


@pytest.mark.parametrize("ended", [405, 300, 1500])
def test_what_is_in_time_or_too_early_or_no_tick_any_more_tells_nothing(ended: float) -> None:
    assert _late(DELAY, ended=ended) == 0


def test_what_was_sent_an_event_or_has_siblings_tells_nothing() -> None:
    assert _late(DELAY, ended=705, acted="after") == 450
    assert _late(DELAY, ended=705, acted="before") == 0
    assert _late(DELAY, ended=705, siblings=1) == 0


def test_other_stages_and_stages_that_nobody_ordered_tell_nothing() -> None:
    assert _late({"noop": {}}, ended=705) == 0
    t = TraceBuilder()
    i = t.run(t.create([DELAY, DELAY]))
    t.get(i, [(5, 405), (405, 1300)])
    timers = Timers()
    timers.note([BoundInstance(i, "w", (DELAY,), 0)], t.trace().exchanges)
    assert timers.late == 0


def test_who_waits_for_the_end_of_a_delay_waits_as_long_as_timers_are_late() -> None:
    t = TraceBuilder()
    i = t.run(t.create([DELAY]))
    seen = t.get(i, [(5, None)])
    bound = BoundInstance(i, "w", (DELAY,), 0)
    bound.see(seen)
    due = bound.moved + 400 * MILLISECOND
    assert [bound.next_cause(bound.moved, 0, late) - due for late in (0, 450)] == [0, 450]
    bound.see(t.get(i, [(5, 405)], ended=405))
    assert bound.next_cause(bound.moved, 0, 450) == bound.moved
