from __future__ import annotations

import asyncio

import pytest

from conformance.target.pacing.lag import LoopLag
from conformance.target.pacing.limits import Limiter, retry_after_s
from conformance.trace import Response


@pytest.mark.parametrize(
    ("status", "value", "seconds"),
    [
        (503, "3", 3.0),
        (429, "0", 0.0),
        (200, "3", None),
        (503, None, None),
        (503, "soon", None),
        (503, "Thu, 01 Jan 1970 00:01:00 GMT", 50.0),
        (503, "Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
    ],
)
def test_retry_after(status: int, value: str | None, seconds: float | None) -> None:
    headers = (("retry-after", value),) if value is not None else ()
    assert retry_after_s(Response(status, headers), now=10.0) == seconds


async def _admissions(limiter: Limiter, number: int) -> None:
    for _ in range(number):
        async with limiter.admitted():
            pass


def test_what_is_too_fast_for_a_target_goes_slower_and_little_by_little_faster_again() -> None:
    limiter = Limiter(4, None)
    assert limiter.gap_s == 0.0
    limiter.slow_down()
    first = limiter.gap_s
    assert first == 0.02
    limiter.slow_down()
    assert limiter.gap_s == pytest.approx(0.03)
    asyncio.run(_admissions(limiter, 99))
    assert limiter.gap_s == pytest.approx(0.03)
    asyncio.run(_admissions(limiter, 1))
    assert first < limiter.gap_s < 0.03


def test_requests_refused_together_slow_down_once() -> None:
    limiter = Limiter(4, None)
    for _ in range(5):
        limiter.slow_down()
        limiter.pause(5.0)
    assert limiter.gap_s == 0.02


@pytest.mark.parametrize(("max_rate", "least"), [(10.0, 0.1), (1.0, 1.0)])
def test_nothing_goes_beyond_the_rate_that_the_user_allows(max_rate: float, least: float) -> None:
    limiter = Limiter(4, max_rate)
    for _ in range(20):
        limiter.slow_down()
    assert limiter.gap_s >= least
    assert limiter.gap_s <= max(0.5, least)


def test_the_worst_lag_of_a_window() -> None:
    lag = LoopLag()
    for at, late in ((10, 1), (20, 9), (30, 4)):
        lag.note(at, late)
    assert lag.worst_ns((25, 40)) == 4
    assert lag.worst_ns((0, 15)) == 9
    assert lag.worst_ns((50, 60)) == 0
