"""What happens at one instant: equal runs that are waited for, reads of siblings, equal events, a timer."""

from __future__ import annotations

import asyncio
import time

from conformance.reference.engine.clock import SECOND
from tests.reference.session import NOOP, WAIT, Session


async def equal_waits(session: Session) -> object:
    """Two clients wait for runs of one workflow that end at once."""
    workflow = await session.create(NOOP)
    made = await asyncio.gather(*(session.run(workflow, wait=True) for _ in range(2)))
    return len({one["id"] for one in made})


async def histories_of_siblings(session: Session) -> object:
    """The histories of two instances of one workflow, read at once."""
    workflow = await session.create({"wait_event": {"event": "${name}"}})
    runs = [(await session.run(workflow, {"name": name}))["id"] for name in ("one", "two")]
    await session.idle()
    read = await asyncio.gather(*(session.data(f"/instances/{one}/history") for one in runs))
    return [[entry["input"] for entry in history] for history in read]


async def equal_events(session: Session) -> object:
    """Two equal events at once where four stages wait for their name."""
    instance = await session.start(*[WAIT] * 4)
    await asyncio.gather(*(session.event(instance) for _ in range(2)))
    execution = session.server.engine.executions[instance]
    return await session.comes(lambda: execution.stage > 2 or execution.ended.is_set(), session.dread)


async def timer_beside_cancellation(session: Session) -> object:
    """An instance is cancelled shortly before its delay ends."""
    session.freeze()
    instance = await session.start({"delay": {"duration": "20ms"}}, NOOP)
    await session.cancel(instance)
    session.freeze(session.server.clock.now() + 10 * SECOND)

    async def shown() -> bool:
        return bool((await session.data(f"/instances/{instance}"))["terminated"])

    end = time.monotonic() + session.dread
    while (terminated := await shown()) and time.monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    return terminated


async def many_open(session: Session) -> object:
    """Whether an instance ends while five others wait."""
    workflow = await session.create(WAIT)
    for _ in range(5):
        await session.run(workflow)
    await session.idle()
    instance = (await session.run(await session.create(NOOP)))["id"]
    await session.idle()
    return (await session.data(f"/instances/{instance}"))["terminated"]
