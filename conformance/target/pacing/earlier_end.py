"""An answer that may rightly take long, and that turns out to be overdue while it is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class EarlierEnd:
    """Ends the wait for one answer before its patience is over, once somebody knows when it should have come."""

    def __init__(self) -> None:
        self._end: float | None = None
        self._wait: asyncio.Timeout | None = None

    def after(self, seconds: float) -> None:
        """From now on the answer has so long; what was said first holds."""
        if self._end is None:
            self._end = asyncio.get_running_loop().time() + seconds
            self._shorten()

    @contextmanager
    def ending(self, wait: asyncio.Timeout) -> Iterator[None]:
        """In this block the answer is waited for, by an entered ``wait``."""
        self._wait = wait
        self._shorten()
        try:
            yield
        finally:
            self._wait = None

    def _shorten(self) -> None:
        if self._wait is None or self._end is None or self._wait.expired():
            return
        if self._end < (self._wait.when() or self._end + 1):
            self._wait.reschedule(self._end)
