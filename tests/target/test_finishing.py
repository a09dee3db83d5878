"""Works side by side, each begun when another has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from conformance.target.finishing import in_turn


class Works:
    """So many works, each of which ends when it is told to."""

    def __init__(self, count: int) -> None:
        self.ends = [asyncio.Event() for _ in range(count)]
        self.begun: list[int] = []
        self.ended: list[int] = []

    def begin(self) -> Coroutine[Any, Any, None] | None:
        """The next one, if there is one."""
        number = len(self.begun)
        if number == len(self.ends):
            return None
        self.begun.append(number)
        return self._work(number)

    async def _work(self, number: int) -> None:
        try:
            await self.ends[number].wait()
        finally:
            await asyncio.sleep(0)
            self.ended.append(number)


async def _rest() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_another_one_begins_as_soon_as_one_has_ended() -> None:
    async def whole() -> None:
        works = Works(3)
        task = asyncio.create_task(in_turn(works.begin, 2))
        await _rest()
        assert works.begun == [0, 1]
        works.ends[1].set()
        await _rest()
        assert (works.begun, works.ended) == ([0, 1, 2], [1])
        for end in works.ends:
            end.set()
        await task
        assert sorted(works.ended) == [0, 1, 2]

    asyncio.run(whole())


def test_what_is_raised_is_raised_once_all_have_ended() -> None:
    async def failing() -> None:
        raise LookupError

    async def whole() -> None:
        works = Works(1)
        made = iter([failing(), works.begin()])
        with pytest.raises(LookupError):
            await in_turn(lambda: next(made, None), 2)
        assert works.ended == [0]

    asyncio.run(whole())


def test_a_cancellation_waits_until_all_have_ended() -> None:
    async def whole() -> None:
        works = Works(2)
        task = asyncio.create_task(in_turn(works.begin, 2))
        await _rest()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sorted(works.ended) == [0, 1]

    asyncio.run(whole())
