"""When the next request may go out: concurrency, rate, and pauses that the target asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime

from conformance.trace import Response

LONGEST_PAUSE_S = 30.0


class Limiter:
    """One for all clients of a target. ``max_rate`` is in requests a second, None for no limit."""

    def __init__(self, max_concurrency: int, max_rate: float | None) -> None:
        self._slots = asyncio.Semaphore(max_concurrency)
        self._gap_s = 1.0 / max_rate if max_rate else 0.0
        self._next = 0.0
        self._paused_until = 0.0

    @asynccontextmanager
    async def admitted(self) -> AsyncIterator[None]:
        """Wait for a turn, and hold it until the exchange is over."""
        async with self._slots:
            for delay in iter(self._delay, 0.0):
                await asyncio.sleep(delay)
            if self._gap_s:
                self._next = max(self._next, time.monotonic()) + self._gap_s
            yield

    def pause(self, seconds: float) -> None:
        """Hold back all traffic for a while, at most LONGEST_PAUSE_S."""
        self._paused_until = max(self._paused_until, time.monotonic() + min(seconds, LONGEST_PAUSE_S))

    def _delay(self) -> float:
        return max(0.0, self._next - time.monotonic(), self._paused_until - time.monotonic())


def retry_after_s(response: Response, now: float) -> float | None:
    """The seconds a 429 or 503 asks to wait, None when it asks for nothing. ``now`` is the wall clock in seconds."""
    value = response.header("retry-after") if response.status in {429, 503} else None
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None
