"""The server's clock: it never goes back, can be skewed, and counts whole microseconds."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
MICROSECOND = 1_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A timer of years would overflow nothing, but a long sleep is cheaper to get right in slices.
_LONGEST_SLEEP = 3600.0


def rfc3339(ns: int) -> str:
    """The instant ``ns`` (nanoseconds since 1970, UTC) as RFC 3339 text with microseconds."""
    moment = _EPOCH + timedelta(microseconds=ns // MICROSECOND)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Clock:
    """Nanoseconds since 1970, cut to microseconds: what is written and what is compared is one value."""

    def __init__(self, skew: float = 0.0) -> None:
        self._offset = time.time_ns() + round(skew * SECOND) - time.monotonic_ns()

    def now(self) -> int:
        """The current instant in nanoseconds; a later call never gives an earlier one."""
        ns = time.monotonic_ns() + self._offset
        return ns - ns % MICROSECOND

    async def sleep_until(self, ns: int) -> None:
        """Return once ``now()`` has reached ``ns``, never before."""
        while True:  # a timer may fire a little early by this clock
            left = ns - self.now()
            if left <= 0:
                return
            await asyncio.sleep(min(left / SECOND, _LONGEST_SLEEP))
