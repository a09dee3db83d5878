"""An event loop whose clock jumps to the next timer: minutes of a server's life pass in no time, and always alike."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from conformance.reference.engine.clock import MICROSECOND, SECOND, Clock

T = TypeVar("T")


class _JumpingSelector(selectors.SelectSelector):
    """Instead of waiting it moves the time on; nothing ever comes from outside."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("nothing will ever happen any more")
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at 0 s."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds that have passed."""
        return self._jumping.now


class VirtualClock(Clock):
    """A server's clock that follows the running loop."""

    def now(self) -> int:
        """Nanoseconds since the loop began, in whole microseconds and never early."""
        return -int(-asyncio.get_running_loop().time() * SECOND // MICROSECOND) * MICROSECOND


def run_virtually(work: Coroutine[Any, Any, T]) -> T:
    """What ``work`` gives, on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
