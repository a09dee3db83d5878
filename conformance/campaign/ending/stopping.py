"""Ending a run early: on a signal, on request of another process, or because the target is lost."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NoReturn, TypeVar

from conformance.contract.errors import UserError
from conformance.target.pacing.bounded import within
from conformance.target.pacing.deadline import Deadline

_T = TypeVar("_T")
# Requests of the cleanup end by themselves; after this nobody waits for what goes on all the same.
_LONGER_S = 4.0

Stop = Callable[[], bool]
"""Asked again and again; once it says True, the run is to end."""


def interruptible(work: Coroutine[Any, Any, _T], stop: Stop | None = None, deadline: Deadline | None = None) -> _T:
    """What ``work`` gives, on an event loop of its own, which is waited for until a little after the deadline.

    SIGTERM, like SIGINT, cancels it, so that it can clean up and tell what it has, and cuts the deadline. With ``stop``
    the caller handles signals, and the work is cancelled, once, when ``stop`` returns True. Raises KeyboardInterrupt
    where the work does not end well on being cancelled, and Overdue where it does not end in its time.
    """
    ends = deadline or Deadline()
    try:
        with contextlib.nullcontext() if stop is not None else terminable():
            return within(work, lambda: ends.cleanup + _LONGER_S, stop, ends.cut)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


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
    """Raise the first UserError of a group by itself, so that its own sentence is printed; else the group as it is."""
    found: BaseException | None = failed.subgroup(UserError)
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    raise failed if found is None else found
