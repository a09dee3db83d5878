"""An answer that may rightly take long, and of which it is learned while it is waited for when it should have come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class KnownEnd:
    """Bounds the wait for one answer, whatever was expected, once somebody knows when it should have come."""

    def __init__(self) -> None:
        self._end: float | None = None
        self._wait: asyncio.Timeout | None = None

    def after(self, seconds: float) -> None:
        """From now on the answer has so long; what is said last holds."""
        self._end = asyncio.get_running_loop().time() + seconds
        self._bound()

    @contextmanager
    def ending(self, wait: asyncio.Timeout) -> Iterator[None]:
        """In this block the answer is waited for, by an entered ``wait``."""
        self._wait = wait
        self._bound()
        try:
            yield
        finally:
            self._wait = None

    def _bound(self) -> None:
        if self._wait is not None and self._end is not None and not self._wait.expired():
            self._wait.reschedule(self._end)
