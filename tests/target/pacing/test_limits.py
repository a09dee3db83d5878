from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from conformance.target.pacing import limits
from conformance.target.pacing.lag import LoopLag
from conformance.target.pacing.limits import Limiter, retry_after_s
from conformance.trace import Response
from tests.reference.virtual_time import run_virtually


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


def test_a_moment_to_wait_for_is_one_of_the_targets_own_clock() -> None:
    later, date = "Thu, 01 Jan 1970 05:00:03 GMT", "Thu, 01 Jan 1970 05:00:00 GMT"
    assert retry_after_s(Response(429, (("retry-after", later), ("date", date))), now=10.0) == 3.0
    assert retry_after_s(Response(429, (("retry-after", later), ("date", "today"))), now=17990.0) == 13.0


async def _admissions(limiter: Limiter, number: int) -> None:
    for _ in range(number):
        async with limiter.admitted():
            pass


def _slowed(max_rate: float | None = None) -> Limiter:
    """A limiter that has just begun to keep requests apart."""
    limiter = Limiter(4, max_rate)
    for _ in range(5):
        limiter.slow_down()
    return limiter


def test_what_is_too_fast_for_a_target_goes_slower_and_little_by_little_faster_again() -> None:
    assert Limiter(4, None).gap_s == 0.0
    limiter = _slowed()
    first = limiter.gap_s
    assert first == 0.02
    limiter.slow_down()
    assert limiter.gap_s == pytest.approx(0.03)
    asyncio.run(_admissions(limiter, 99))
    assert limiter.gap_s == pytest.approx(0.03)
    asyncio.run(_admissions(limiter, 1))
    assert first < limiter.gap_s < 0.03


def test_requests_refused_together_slow_down_once() -> None:
    limiter = _slowed()
    for _ in range(5):
        limiter.pause(5.0)
        limiter.slow_down()
    assert limiter.gap_s == 0.02


def test_a_refusal_in_a_hundred_says_nothing_of_the_rate() -> None:
    limiter = Limiter(4, None)
    for _ in range(20):
        limiter.slow_down()
        asyncio.run(_admissions(limiter, 99))
    assert limiter.gap_s == 0.0


class _LoopTime:
    """The time of the running loop."""

    @staticmethod
    def monotonic() -> float:
        return asyncio.get_running_loop().time()


async def _asked(allows: Callable[[float], bool], seconds: float) -> tuple[int, int]:
    """What sixteen clients are answered in some seconds, and how often with 429 and Retry-After of one second."""
    loop, limiter, answered, refused = asyncio.get_running_loop(), Limiter(64, None), 0, 0

    async def client() -> None:
        nonlocal answered, refused
        while loop.time() < seconds:
            async with limiter.admitted():
                await asyncio.sleep(0.02)
                if allows(loop.time()):
                    answered += 1
                else:
                    refused += 1
                    limiter.slow_down()
                    limiter.pause(1.0)

    await asyncio.gather(*(client() for _ in range(16)))
    return answered, refused


def _bucket(rate: float) -> Callable[[float], bool]:
    """A target that allows so many requests a second."""
    left, last = rate, 0.0

    def allows(now: float) -> bool:
        nonlocal left, last
        left, last = min(rate, left + (now - last) * rate), now
        left -= left >= 1
        return left >= 1

    return allows


@pytest.mark.parametrize("rate", [5.0, 40.0])
def test_a_rate_that_is_allowed_is_found_and_used(rate: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "time", _LoopTime)
    answered, refused = run_virtually(_asked(_bucket(rate), 120.0))
    assert answered > 0.8 * 120 * rate
    assert refused < 0.08 * answered


def test_refusals_by_chance_cost_no_more_than_their_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "time", _LoopTime)
    chance = random.Random(1)
    answered, refused = run_virtually(_asked(lambda _: chance.random() >= 0.01, 120.0))
    assert answered > 50 * 120
    assert refused < 0.02 * answered


@pytest.mark.parametrize(("max_rate", "least"), [(10.0, 0.1), (1.0, 1.0)])
def test_nothing_goes_beyond_the_rate_that_the_user_allows(max_rate: float, least: float) -> None:
    limiter = _slowed(max_rate)
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
