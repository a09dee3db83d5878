"""Interrupting a run that workers share: the controller handles the signals and tells the workers to end.

A signal may reach the controller alone (`kill`), or all processes of a terminal at once (Ctrl-C). Either way each
worker ends its traffic once, cleans up, and sends home what it has measured; a second signal makes the controller wait
no longer.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
FILE = "stop"
"""What the controller leaves in the directory that it shares with the workers."""


class WorkerStop:
    """The worker's side: says, when called, whether the worker is to stop. ``file`` is the controller's request.

    Without a controller, which may have been killed, nothing uses the results of a worker.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._heard = False
        self._controller = os.getppid()
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                signal.signal(number, self._hear)

    def __call__(self) -> bool:
        return self._heard or self._file.exists() or os.getppid() != self._controller

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._heard = True


class ControllerStop:
    """The controller's side, from ``begin`` to ``end``. ``asked`` says whether a signal has come."""

    def __init__(self, file: Path, announce: Callable[[], None]) -> None:
        self._file = file
        self._announce = announce
        self._before: dict[signal.Signals, object] = {}
        self.asked = False

    def begin(self) -> None:
        """Handle signals by asking the workers to stop."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._hear) for number in _SIGNALS}

    def end(self) -> None:
        """Restore the signal handlers that were set before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._before = {}

    def _hear(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        self._file.touch()
        self._announce()
