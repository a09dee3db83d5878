"""Signals that end a run: they are noted at any moment, and take effect only once the reports are written."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interruptions:
    """Entered around a run in the main thread; says, when called, whether a signal has come that is to end it.

    ``announce`` is called with the first one. Another SIGINT is put off no longer: it raises KeyboardInterrupt.
    """

    def __init__(self, announce: Callable[[], None]) -> None:
        self._announce = announce
        self._before: dict[int, object] = {}
        self.asked = False

    def __call__(self) -> bool:
        return self.asked

    def __enter__(self) -> Interruptions:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._hear) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del frame
        if not self.asked:
            self.asked = True
            self._announce()
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
