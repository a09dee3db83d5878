"""Tasks and cancellation: work that is finished although its caller is cancelled, and work that ends early."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine, Iterable
from typing import Any, TypeVar

_T = TypeVar("_T")
_LOOK_S = 0.5


async def to_the_end(work: Coroutine[Any, Any, _T]) -> _T:
    """What ``work`` gives. A cancellation is put off until it is done; a second one no longer waits."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            # Nobody else asks how it ended, and asyncio would complain of that when the task is collected.
            task.exception()
        raise


async def unless(stop: Callable[[], bool], work: Coroutine[Any, Any, _T]) -> _T | None:
    """What ``work`` gives; None when ``stop`` comes to say so before: then it is cancelled, and has ended."""
    task = asyncio.create_task(work)
    try:
        # Nothing tells when ``stop`` comes to say so; it has to be asked.
        while not task.done() and not stop():
            await asyncio.wait({task}, timeout=_LOOK_S)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
    return None if task.cancelled() else task.result()


def later(stop: Callable[[], bool], seconds: float) -> Callable[[], bool]:
    """Says so when ``stop`` first did ``seconds`` ago."""
    since: list[float] = []

    def over() -> bool:
        if stop() and not since:
            since.append(time.monotonic())
        return bool(since) and time.monotonic() - since[0] >= seconds

    return over


async def all_of(works: Iterable[Coroutine[Any, Any, _T]]) -> list[_T]:
    """What all of them give, in their order. Nothing is raised before every one has ended, cleanup included."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await cancel(tasks)


async def in_turn(begin: Callable[[], Coroutine[Any, Any, None] | None], most: int) -> None:
    """Do ``most`` works at once, each that ``begin`` gives, until it gives none and none is under way.

    It is asked again whenever one has ended. Nothing is raised before every one has ended, cleanup included.
    """
    tasks: set[asyncio.Task[None]] = set()
    try:
        while True:
            while len(tasks) < most and (work := begin()) is not None:
                tasks.add(asyncio.create_task(work))
            if not tasks:
                return
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            tasks -= done
            for task in done:
                task.result()
    finally:
        await cancel(tasks)


async def cancel(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks that are not being cancelled, and wait for them."""
    for task in tasks:
        if not task.cancelling():
            task.cancel()
    if tasks:
        await asyncio.wait(tasks)
