"""When the next request may go out: concurrency, rate, and pauses that the target asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime

from conformance.trace import Response

LONGEST_PAUSE_S = 30.0

# When many of the last requests got 429, requests are this far apart, and further with each 429 that follows; then
# nearer again, little by little. One 429 in a hundred says nothing of the rate: gateways have reasons of their own.
_MANY = 0.04
_LAST = 100
_FIRST_GAP_S = 0.02
_LONGEST_GAP_S = 0.5
_SLOWER = 1.5
_FASTER = 0.95
_STEADY = 100
_NO_GAP_S = 0.002


class Limiter:
    """One for all clients of a target. ``max_rate`` is in requests a second, None for no limit but the target's own."""

    def __init__(self, max_concurrency: int, max_rate: float | None) -> None:
        self._slots = asyncio.Semaphore(max_concurrency)
        self._gap_s = self._least_gap_s = 1.0 / max_rate if max_rate else 0.0
        self._steady = 0
        self._refused = 0.0
        self._next = 0.0
        self._paused_until = 0.0

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """Wait for a place, and hold it until the exchange is over."""
        async with self._slots:
            await self.spaced()
            yield

    @asynccontextmanager
    async def spaced_out(self) -> AsyncIterator[None]:
        """Wait as rate and pauses demand, without taking a place."""
        await self.spaced()
        yield

    async def spaced(self) -> None:
        """Wait until a request may go out by rate and pauses, however many are under way."""
        for delay in iter(self._delay, 0.0):
            await asyncio.sleep(delay)
        self._steady += 1
        self._refused *= 1 - 1 / _LAST
        if self._gap_s > self._least_gap_s and self._steady % _STEADY == 0:
            self._speed_up()
        if self._gap_s:
            self._next = max(self._next, time.monotonic()) + self._gap_s

    @property
    def gap_s(self) -> float:
        """How many seconds requests are kept apart at present; 0.0 when they are not."""
        return self._gap_s

    def slow_down(self) -> None:
        """The target says that the rate is too high, which counts once it says so often; once for a pause."""
        self._refused += 1 / _LAST
        if self._refused > _MANY and self._paused_until <= time.monotonic():
            self._gap_s = min(max(self._gap_s * _SLOWER, _FIRST_GAP_S), max(_LONGEST_GAP_S, self._least_gap_s))
            self._steady = 0

    def _speed_up(self) -> None:
        gap_s = self._gap_s * _FASTER
        self._gap_s = max(gap_s if gap_s > _NO_GAP_S else 0.0, self._least_gap_s)

    def pause(self, seconds: float) -> None:
        """Hold back all traffic for a while, at most LONGEST_PAUSE_S."""
        self._paused_until = max(self._paused_until, time.monotonic() + min(seconds, LONGEST_PAUSE_S))

    def _delay(self) -> float:
        return max(0.0, self._next - time.monotonic(), self._paused_until - time.monotonic())


def retry_after_s(response: Response, now: float) -> float | None:
    """The seconds a 429 or 503 asks to wait, None when it asks for nothing.

    A moment to wait for is one of the target's own clock, as its Date tells it; ``now`` (seconds since 1970) stands in
    for a Date that is not there.
    """
    value = response.header("retry-after") if response.status in {429, 503} else None
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value[:9])
    until, told = _moment(value), _moment(response.header("date") or "")
    return None if until is None else max(0.0, until - (now if told is None else told))


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
