"""Work on an event loop that holds up nobody beyond its time, whatever it waits for.

The loop has a thread of its own. An event loop cannot end itself in time: a task may swallow its cancellation, a thread
that resolves a name cannot be cancelled, and code that never comes back leaves no timeout a chance.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")
_LOOK_S = 0.1
# What a loop may take to close once its work is done, or to stop once nobody waits for it any more.
_CLOSING_S = 2.0
# What was left behind is kept: its coroutines would go on, for a moment, wherever they were collected.
_left: list[object] = []
_PACKAGE = __name__.split(".")[0]


class Overdue(Exception):
    """Work did not end in its time. ``where`` are the lines of this package that it had come to."""

    def __init__(self, where: list[str]) -> None:
        super().__init__(f"it had come to {', '.join(where) or 'nothing of its own'}")
        self.where = where


def within(
    work: Coroutine[Any, Any, _T],
    until: Callable[[], float] = lambda: math.inf,
    stop: Callable[[], bool] | None = None,
    hurry: Callable[[], None] = lambda: None,
) -> _T:
    """What ``work`` gives. It is cancelled, once, when ``stop`` says True, or at a KeyboardInterrupt.

    ``hurry`` is called then, too: work may swallow its cancellation. ``until`` gives the moment of the monotonic clock
    after which nobody waits for the work; it is asked again and again. Raises Overdue then, asyncio.CancelledError
    where the work does not end well on being cancelled, and KeyboardInterrupt at a second one.
    """
    aside = _Aside(work)
    aside.thread.start()
    asked = False

    def end() -> None:
        nonlocal asked
        asked = True
        hurry()
        aside.cancel()

    while not aside.told.done():
        try:
            wait([aside.told], timeout=_LOOK_S)
            if not asked and stop is not None and stop():
                end()
        except KeyboardInterrupt:
            if asked:
                aside.abandon()
                raise
            end()
        if time.monotonic() > until() and not aside.told.done():
            where = aside.where()
            aside.abandon()
            raise Overdue(where)
    aside.thread.join(_CLOSING_S)
    return aside.told.result()


class _Aside(Generic[_T]):
    """A coroutine on a loop in another thread; ``told`` has its result as soon as there is one."""

    def __init__(self, work: Coroutine[Any, Any, _T]) -> None:
        self.told: Future[_T] = Future()
        self.thread = threading.Thread(target=self._run, name="traffic", daemon=True)
        self._work = work
        self._runner = asyncio.Runner()
        self._begun = threading.Event()
        self._abandoned = False

    def _run(self) -> None:
        runner = self._runner
        try:
            runner.run(self._guarded())
        except BaseException as error:  # whoever waits gets the error, whatever it is
            if not self.told.done():
                self.told.set_exception(error)
        if not self._abandoned:
            # Beyond the result: tasks that are left are cancelled, and threads awaited, which nobody waits for.
            runner.close()

    async def _guarded(self) -> None:
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._begun.set()
        try:
            result = await self._work
        except BaseException as error:
            self.told.set_exception(error)
        else:
            self.told.set_result(result)

    def cancel(self) -> None:
        """Cancel the work, which may clean up."""
        self._begun.wait(_CLOSING_S)
        self._tell(self._task.cancel)

    def abandon(self) -> None:
        """Let nothing of it go on any more, as far as it comes back to its loop at all."""
        self._abandoned = True
        _left.append(self)
        if self._begun.is_set() and not self._loop.is_closed():
            # What is left is never awaited, of which asyncio would complain.
            self._loop.set_exception_handler(lambda *_: None)
            self._tell(self._loop.stop)
        self.thread.join(_CLOSING_S)

    def _tell(self, what: Callable[[], object]) -> None:
        """Have the loop do something, unless it has come to its end meanwhile: at any moment it may."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(what)

    def where(self) -> list[str]:
        """The innermost lines of this package where its thread is, and where its tasks wait."""
        frame = sys._current_frames().get(self.thread.ident or 0)
        stacks = [traceback.extract_stack(frame)] if frame is not None else []
        tasks = asyncio.all_tasks(self._loop) if self._begun.is_set() else set()
        stacks += [_waiting(task) for task in tasks]
        return sorted({line for stack in stacks if (line := _ours(stack))})


def _waiting(task: asyncio.Task[Any]) -> traceback.StackSummary:
    """Where a task waits: through the coroutines that it awaits, down to the innermost."""
    frames = []
    waiting: Any = task.get_coro()
    while waiting is not None and getattr(waiting, "cr_frame", None) is not None:
        frames.append((waiting.cr_frame, waiting.cr_frame.f_lineno))
        waiting = waiting.cr_await
    return traceback.StackSummary.extract(frames, lookup_lines=False)


def _ours(stack: traceback.StackSummary) -> str:
    """The innermost line of this package, without where the package lies; empty when there is none."""
    marker = f"{os.sep}{_PACKAGE}{os.sep}"
    inner = (each for each in reversed(stack) if marker in each.filename and each.filename != __file__)
    found = next(inner, None)
    return "" if found is None else f"{found.filename.rpartition(marker)[2]}:{found.lineno}"


def end_with(code: int, seconds: float) -> None:
    """End this process with an exit code in so many seconds, should it not have ended by itself until then;
    at once where work was left behind.

    For a program whose work is done: threads that nobody waits for would keep its interpreter from ending.
    """

    def end() -> None:
        time.sleep(seconds)
        os._exit(code)

    # Nothing is flushed by an end of this kind.
    sys.stdout.flush()
    if _left:
        os._exit(code)
    threading.Thread(target=end, daemon=True).start()


__all__ = ["Overdue", "end_with", "within"]
