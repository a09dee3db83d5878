"""Stages that fail: they end their instance with an error, and nothing follows."""

from __future__ import annotations

import pytest

from conformance.rules.run.failing import RULES
from tests.rules.bodies import Span
from tests.rules.judging import verdict
from tests.rules.timelines import HOUR, NOOP, started

DELAY = {"delay": {"duration": "${v}"}}
SLOW = {"send": {"source": {"account": {"id": "poor"}}, "destination": {"account": {"id": "b"}}}}


@pytest.mark.parametrize(
    ("spans", "ended", "error", "expected"),
    [
        ([(5, 6, "no duration")], 7, "no duration", "upheld"),
        ([(5, 6)], 7, None, "violated"),
        ([(5, None)], None, None, "violated"),
        ([(5, 6, "no duration"), (6, 7)], 7, "no duration", "violated"),
    ],
)
def test_stage_fails(spans: list[Span], ended: float | None, error: str | None, expected: str) -> None:
    t, i = started(DELAY, NOOP, variables={"v": "nonsense"})
    for _ in range(2):
        t.get(i, spans, ended=ended, error=error)
        t.settled()
    assert verdict(RULES["run.stage-fails"], t) == expected


@pytest.mark.parametrize(("ended", "expected"), [(None, "violated"), (7, "nothing")])
def test_an_instance_that_hangs_after_a_failed_stage_has_not_ended_by_it(ended: float | None, expected: str) -> None:
    t, i = started(SLOW, NOOP)
    for _ in range(2):
        t.get(i, [(5, 6, "poor")], ended=ended, error="poor")
        t.settled()
    assert verdict(RULES["run.stage-fails"], t) == expected


@pytest.mark.parametrize(("read_before", "expected"), [(True, "violated"), (False, "nothing")])
def test_a_failure_that_never_came_is_not_made_good_by_a_cancellation(read_before: bool, expected: str) -> None:
    t, i = started(DELAY, NOOP, variables={"v": "nonsense"})
    t.get(i, [(5, None)])
    t.settled()
    if read_before:
        t.get(i, [(5, None)])
    t.cancel(i)
    t.settled()
    t.get(i, [(5, 900, "cancelled")], ended=901, error="cancelled")
    assert verdict(RULES["run.stage-fails"], t) == expected


@pytest.mark.parametrize(("cancelled", "expected"), [(False, "violated"), (True, "nothing")])
def test_nothing_follows_a_failed_stage_unless_a_cancellation_may_have_marked_it(
    cancelled: bool, expected: str
) -> None:
    t, i = started(NOOP, HOUR)
    if cancelled:
        t.cancel(i)
    t.get(i, [(5, 6, "an error"), (7, 8, "an error")], ended=9, error="an error")
    assert verdict(RULES["run.stage-fails"], t) == expected


@pytest.mark.parametrize(
    ("spans", "ended", "error", "expected"),
    [
        ([(5, None)], None, None, "violated"),
        ([(5, 6)], 7, None, "violated"),
        ([(5, 6, "no duration")], 7, "no duration", "upheld"),
    ],
)
def test_one_late_read_shows_whether_it_failed(
    spans: list[Span], ended: float | None, error: str | None, expected: str
) -> None:
    t, i = started(DELAY, NOOP, variables={"v": "nonsense"})
    for _ in range(3):
        t.settled()
    t.get(i, spans, ended=ended, error=error)
    assert verdict(RULES["run.stage-fails"], t) == expected


@pytest.mark.parametrize(("cancelled", "expected"), [(False, "violated"), (True, "nothing")])
def test_nothing_follows_a_failed_entry_of_history(cancelled: bool, expected: str) -> None:
    t, i = started(SLOW, HOUR)
    if cancelled:
        t.cancel(i)
    t.history(i, [(5, 6, "poor"), (7, None)])
    assert verdict(RULES["run.stage-fails"], t) == expected
