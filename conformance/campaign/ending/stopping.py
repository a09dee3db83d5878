"""Ending a run early: on a signal, on request of another process, or because the target is lost."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NoReturn, TypeVar

from conformance.contract.errors import UserError

_T = TypeVar("_T")
_LOOK_S = 0.1

Stop = Callable[[], bool]
"""Asked again and again; once it says True, the run is to end."""


def interruptible(work: Coroutine[Any, Any, _T], stop: Stop | None = None) -> _T:
    """What ``work`` gives, on an event loop of its own.

    SIGTERM, like SIGINT, cancels it, so that it can clean up and tell what it has. With ``stop`` the caller handles
    signals, and the work is cancelled, once, when ``stop`` returns True. Raises KeyboardInterrupt where the work does
    not end well on being cancelled.
    """

    async def guarded() -> _T:
        task = asyncio.current_task()
        assert task is not None
        if stop is None:
            if threading.current_thread() is threading.main_thread():
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
            return await work
        watching = asyncio.create_task(_cancel_when(stop, task))
        try:
            return await work
        finally:
            watching.cancel()

    try:
        return asyncio.run(guarded())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _cancel_when(stop: Stop, task: asyncio.Task[Any]) -> None:
    # What a signal handler or another process has done sets no event of this loop.
    while not stop():  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_S)
    task.cancel()


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM be an interrupt also where no event loop runs that listens for it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def raise_users(failed: BaseExceptionGroup[BaseException]) -> NoReturn:
    """Raise the first UserError of a group by itself, so that it is told in its sentence; else the group as it is."""
    found: BaseException | None = failed.subgroup(UserError)
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    raise failed if found is None else found
