"""Silence, slowness, and connections that end where they should not."""

from __future__ import annotations

import asyncio

from benchmarks.hostile.behaviours.behaviour import Behaviour
from benchmarks.hostile.handling import JSON, Handling, forever, framed, head

_LATE_S = 12.0


async def silent(handling: Handling) -> bool:
    del handling
    await forever()
    return False


async def silent_after_head(handling: Handling) -> bool:
    await handling.send(head(200, (*JSON, ("content-length", "20"))))
    await forever()
    return False


async def drip_head(handling: Handling) -> bool:
    for number in range(10_000):
        await handling.send(b"HTTP/1.1 200 OK\r\n"[number : number + 1] or b"x")
        await asyncio.sleep(1)
    return False


async def drip_body(handling: Handling) -> bool:
    whole = framed(await handling.upstream())
    begin = whole.index(b"\r\n\r\n") + 4
    await handling.send(whole[:begin])
    for number in range(begin, len(whole)):
        await handling.send(whole[number : number + 1])
        await asyncio.sleep(1)
    return True


async def late(handling: Handling) -> bool:
    await asyncio.sleep(_LATE_S)
    await handling.pass_on()
    return True


async def close_unanswered(handling: Handling) -> bool:
    del handling
    return False


async def close_in_head(handling: Handling) -> bool:
    whole = framed(await handling.upstream())
    await handling.send(whole[: whole.index(b"\r\n\r\n") - 3])
    return False


async def close_in_body(handling: Handling) -> bool:
    answer = await handling.success()
    await handling.send(framed(answer)[:-1])
    return False


async def reset(handling: Handling) -> bool:
    handling.reset()
    return False


async def reset_in_body(handling: Handling) -> bool:
    await handling.send(framed(await handling.success())[:-1])
    handling.reset()
    return False


async def half_close(handling: Handling) -> bool:
    handling.writer.write_eof()
    await forever()
    return False


async def close_after(handling: Handling) -> bool:
    await handling.pass_on()
    return False


async def carried_out_unanswered(handling: Handling) -> bool:
    await handling.upstream()
    return False


BEHAVIOURS = (
    Behaviour("silent", silent, "reads, and never answers", seldom=True),
    Behaviour("silent-after-head", silent_after_head, "sends a head, and nothing more", seldom=True),
    Behaviour("drip-head", drip_head, "a byte of the head a second", seldom=True),
    Behaviour("drip-body", drip_body, "a byte of the body a second", seldom=True),
    Behaviour("late", late, "answers after the timeout", seldom=True),
    Behaviour("close-unanswered", close_unanswered, "closes instead of answering", seldom=True),
    Behaviour("close-in-head", close_in_head, "closes in the middle of the head", seldom=True),
    Behaviour("close-in-body", close_in_body, "closes before the last byte", seldom=True),
    Behaviour("reset", reset, "resets the connection", seldom=True),
    Behaviour("reset-in-body", reset_in_body, "resets the connection before the last byte", seldom=True),
    Behaviour("half-close", half_close, "shuts down its side, and waits", seldom=True),
    Behaviour("close-after", close_after, "closes after each answer without saying so", violates=False),
    Behaviour("carried-out-unanswered", carried_out_unanswered, "does what was asked, then closes", seldom=True),
)
