"""How long delays last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.rules.run.outcomes import RULES as OUTCOMES
from conformance.rules.stage.delays import RULES
from tests.rules.bodies import Span, ns, stamp
from tests.rules.build import TraceBuilder
from tests.rules.judging import verdict
from tests.rules.timelines import HOUR, NOOP, started, wait_for

SECOND = {"delay": {"duration": "1s"}}
COMPLETES = OUTCOMES["run.completes"]


@pytest.mark.parametrize(
    ("span", "at", "expected"),
    [
        ((5, 1005), 1010, "upheld"),
        ((5, 956), 1010, "upheld"),
        ((5, 954), 1010, "violated"),
        ((5, 1005), 955, "upheld"),
        ((5, 1005), 945, "violated"),
        ((5, 954, "failed"), 990, "nothing"),
        ((5, None), 990, "nothing"),
    ],
)
def test_a_delay_is_not_too_short(span: Span, at: float, expected: str) -> None:
    t, i = started(SECOND)
    t.get(i, [span], at=at)
    assert verdict(RULES["run.delay-duration"], t) == expected


def test_the_proof_of_the_client_counts_the_events_and_delays_before() -> None:
    t, i = started(wait_for("go"), SECOND)
    t.wait(1500)
    t.send(i, "go")
    t.get(i, [(5, 6), (6, 1006)])
    assert verdict(RULES["run.delay-duration"], t) == "violated"


@pytest.mark.parametrize("stop", ["cancel", "delete"])
def test_a_delay_that_was_stopped_may_be_short(stop: str) -> None:
    t, i = started(SECOND)
    _ = t.cancel(i) if stop == "cancel" else t.delete(next(iter(t.workflow_bodies)))
    t.get(i, [(5, 9)])
    assert verdict(RULES["run.delay-duration"], t) == "nothing"


def _open(*, wait: float, cancel: bool = False, stage: object = SECOND, skew: float = 0) -> TraceBuilder:
    t, i = started(stage)
    t.get(i, [(5 + skew, None)])
    t.wait(wait)
    t.settled()
    if cancel:
        t.cancel(i)
    t.get(i, [(5 + skew, None)])
    return t


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (lambda: _open(wait=1100), "violated"),
        (lambda: _open(wait=500), "nothing"),
        (lambda: _open(wait=1100, cancel=True), "nothing"),
        (lambda: _open(wait=9000, stage={"delay": {"duration": "99999999999h"}}), "nothing"),
    ],
)
def test_a_delay_ends(case: Callable[[], TraceBuilder], expected: str) -> None:
    assert verdict(RULES["run.delay-duration"], case()) == expected


@pytest.mark.parametrize("stage", [SECOND, {"delay": {"until": stamp(1000)}}])
@pytest.mark.parametrize(("wait", "expected"), [(1100, "nothing"), (1900, "violated")])
def test_where_timers_are_late_a_delay_is_due_later(stage: dict[str, Any], wait: float, expected: str) -> None:
    """As late as others have ended; a state that a delay follows is as due as ever."""
    t = _open(wait=wait, stage=stage)
    t.settling(timers=ns(900))
    requirement = "run.delay-duration" if stage is SECOND else "run.delay-until"
    assert verdict(RULES[requirement], t) == expected
    assert verdict(COMPLETES, t) == expected
    begun, i = started(stage)
    begun.settling(timers=ns(900))
    for _ in range(2):
        begun.settled()
        begun.get(i)
    assert verdict(COMPLETES, begun) == "violated"


@pytest.mark.parametrize("skew", [-600_000, 0, 600_000])
@pytest.mark.parametrize(("until", "wait", "expected"), [(1000, 1100, "violated"), (1000, 500, "nothing"),
                                                         (-90_000, 10, "violated")])  # fmt: skip
def test_a_delay_until_ends_whatever_the_target_s_clock_says(
    skew: float, until: float, wait: float, expected: str
) -> None:
    t = _open(wait=wait, stage={"delay": {"until": stamp(until + skew)}}, skew=skew)
    assert verdict(RULES["run.delay-until"], t) == expected


@pytest.mark.parametrize(("shown", "expected"), [(3_000, "violated"), (800, "nothing")])
def test_a_delay_until_is_over_by_the_target_s_clock_however_late_it_was_first_seen(
    shown: float, expected: str
) -> None:
    """That nobody looked before says nothing: what was created when tells when the moment has passed."""
    t, i = started({"delay": {"until": stamp(1_500)}})
    for at in (shown, shown + 100):
        t.now = max(t.now, at)
        t.settled()
        t.get(i, [(5, None)])
    assert verdict(RULES["run.delay-until"], t) == expected


@pytest.mark.parametrize(
    ("end", "expected"), [(2000, "upheld"), (1960, "upheld"), (1900, "violated"), (None, "nothing")]
)
def test_a_delay_until_is_not_too_short_by_the_target_s_clock(end: float | None, expected: str) -> None:
    t, i = started(NOOP, {"delay": {"until": stamp(2000)}})
    t.get(i, [(5, 6), (6, end)])
    assert verdict(RULES["run.delay-until"], t) == expected


@pytest.mark.parametrize(("cancelled", "expected"), [(False, "violated"), (True, "nothing")])
def test_an_instance_does_not_end_before_its_delay(cancelled: bool, expected: str) -> None:
    t, i = started(HOUR)
    if cancelled:
        t.cancel(i)
    t.get(i, [(5, None)], ended=7)
    assert verdict(RULES["run.delay-duration"], t) == expected
