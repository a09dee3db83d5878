"""When the target as a whole answered nothing for longer than a request may take."""

from __future__ import annotations

import time

from conformance.trace import Exchange
from conformance.wire.instant import SECOND


class Silence:
    """Takes note of every exchange as it ends. ``intervals`` are (begin, end) in client ns, ``timeout`` is in ns.

    One operation that hangs is no silence of the target: requests to two operations at least must have been lost in
    it, with nothing answered from before the first one was sent until after the last one was given up.
    """

    def __init__(self, timeout: int) -> None:
        self._timeout = timeout
        self._last = 0
        self._lost: set[str] = set()
        self.intervals: list[tuple[int, int]] = []

    def note(self, exchange: Exchange) -> None:
        """Take note of an exchange that is over."""
        if not exchange.answered:
            if exchange.failed_by("timeout") and exchange.expected_wait == 0:
                self._lost.add(exchange.operation or exchange.request.path)
            return
        if len(self._lost) > 1 and exchange.received - self._last >= self._timeout:
            self.intervals.append((self._last, exchange.received))
        self._lost = set()
        self._last = exchange.received

    @property
    def lasts(self) -> bool:
        """Whether it is silent now: nothing was answered for that long, and what was lost meanwhile tells so."""
        return len(self._lost) > 1 and time.monotonic_ns() - self._last >= self._timeout

    def told(self, elapsed_s: float) -> list[tuple[float, float]]:
        """The silences in seconds from a beginning that is so many seconds ago."""
        began = time.monotonic() - elapsed_s
        return [(round(begin / SECOND - began, 1), round(end / SECOND - began, 1)) for begin, end in self.intervals]

    def during(self, begin: int, end: int) -> tuple[tuple[int, int], ...]:
        """The silences that touch an interval."""
        return tuple(each for each in self.intervals if each[0] <= end and begin <= each[1])
