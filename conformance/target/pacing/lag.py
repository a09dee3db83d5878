"""The event loop's own lateness, which must not be blamed on a target."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from itertools import takewhile
from types import TracebackType

_INTERVAL_S = 0.02
_KEPT = 60_000


class LoopLag:
    """Measures, every ``interval_s``, how late the loop wakes a task. An async context manager."""

    def __init__(self, interval_s: float = _INTERVAL_S) -> None:
        self._interval = interval_s
        self._samples: deque[tuple[int, int]] = deque(maxlen=_KEPT)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> LoopLag:
        self._task = asyncio.create_task(self._sample())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def note(self, at: int, late: int) -> None:
        """Add a sample: the loop was ``late`` ns behind at client ns ``at``."""
        self._samples.append((at, late))

    def worst_ns(self, window: tuple[int, int] | None = None) -> int:
        """The greatest lag in ns seen within [from, to] of the client's clock; of all that is kept without a window."""
        begin, end = window or (0, time.monotonic_ns())
        # From the newest on: what is asked about has mostly just been, and a long run keeps many samples.
        kept = takewhile(lambda sample: sample[0] >= begin, reversed(self._samples))
        return max((late for at, late in kept if at - late <= end), default=0)

    async def _sample(self) -> None:
        while True:
            asked = time.monotonic_ns()
            await asyncio.sleep(self._interval)
            woken = time.monotonic_ns()
            self.note(woken, max(0, woken - asked - int(self._interval * 1e9)))
