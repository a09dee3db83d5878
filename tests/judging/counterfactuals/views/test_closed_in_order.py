"""What rests on stages that look open although the next one has begun."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for

CAUSE, DURATION = "stage.sequence", "run.delay-duration"
DELAY = {"delay": {"duration": "20ms"}}


def delayed(*, shown: bool, next_began: bool = True) -> TraceBuilder:
    """An instance that has been in a delay, the end of which its status may not show, and waits for an event."""
    t, i = started(DELAY, wait_for("go"))
    t.get(i, [(5, None)])
    t.settled()
    for _ in range(2):
        t.settled()
        t.get(i, [(5, 25 if shown else None), *([(25, None)] if next_began else [])])
    return t


def test_that_a_delay_looks_too_long_rests_on_that_stages_look_open() -> None:
    seen = violated(delayed(shown=False).trace())
    assert {CAUSE, DURATION} <= seen
    assert rests(CAUSE, delayed(shown=False)) >= seen


def test_that_a_delay_does_not_end_does_not() -> None:
    stuck = delayed(shown=False, next_began=False)
    assert DURATION in violated(stuck.trace()) - rests(CAUSE, delayed(shown=False), stuck)


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests(CAUSE, delayed(shown=False, next_began=False)) == frozenset()
