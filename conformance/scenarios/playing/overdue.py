"""When the answer to a run is overdue, which only a control tells that begins after what the answer tells of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from conformance.scenarios.playing.settling import Settler
from conformance.target.pacing.known_end import KnownEnd
from conformance.wire.instant import SECOND


async def until_overdue(settler: Settler, ended: int, known: KnownEnd, timeout_s: float) -> None:
    """Have a run's answer waited for until it is overdue: its end was shown to another client at ``ended`` (client ns).

    It is due for whoever waits for it when an effect of that moment would be. From then on it has as long again, or as
    long as any other answer (``timeout_s``); controls that end later may add to it.
    """
    known.after(timeout_s + settler.patience_s)
    await settler.wait(ended)
    least = time.monotonic_ns() + int(timeout_s * SECOND)
    while (left := max(least, settler.twice_due(ended)) - time.monotonic_ns()) > 0:  # noqa: ASYNC110 - see above
        await asyncio.sleep(left / SECOND)
    known.after(0)


@asynccontextmanager
async def controlled(settler: Settler) -> AsyncIterator[None]:
    """Have a control run beside a request that takes longer than a control does, so that its answer can be late.

    Where nobody else waits for anything, no control would begin after the request, and nothing would ever be due.
    """
    control = asyncio.create_task(_control_if_late(settler, time.monotonic_ns()))
    try:
        yield
    finally:
        control.cancel()
        await asyncio.gather(control, return_exceptions=True)


async def _control_if_late(settler: Settler, sent: int) -> None:
    await asyncio.sleep(settler.control_ns() / SECOND)
    await settler.wait(sent)
