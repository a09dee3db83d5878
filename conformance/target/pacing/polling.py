"""Polling: looking at the target until it shows something, with growing pauses between two looks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from conformance.wire.instant import SECOND

Look = Callable[[], Awaitable[bool]]

_GROWTH = 1.5


@dataclass(slots=True)
class Pauses:
    """The pauses between two looks, in ns: the first, then each half as long again, up to ``longest``."""

    first: int
    longest: Callable[[], int]

    def restart(self, first: int) -> None:
        """Begin with short pauses again, because something has moved."""
        self.first = first

    def lengthen(self) -> None:
        """The next pause is longer; ``longest`` is asked anew, since it may follow the target."""
        self.first = min(int(self.first * _GROWTH), self.longest())

    async def rest(self, at_most: int | None = None) -> None:
        """Wait for the next look, for ``at_most`` ns."""
        await asyncio.sleep((self.first if at_most is None else min(self.first, at_most)) / SECOND)

    def resting(self, goes_on: Callable[[], bool]) -> Look:
        """Rests for `poll` that grow; the poll ends when ``goes_on`` gives False."""

        async def rest() -> bool:
            if not goes_on():
                return False
            await self.rest()
            self.lengthen()
            return True

        return rest


async def poll(look: Look, rest: Look) -> bool:
    """Look until ``look`` gives True; False as soon as ``rest``, which waits between two looks, gives False."""
    while not await look():
        if not await rest():
            return False
    return True
