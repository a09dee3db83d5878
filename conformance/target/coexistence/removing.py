"""Removing what runs have made, and looking whether it is gone: an answer that says so may be what is wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from conformance.contract.calls import Call
from conformance.target.coexistence.footprint import Made
from conformance.target.removal import may_be_left
from conformance.target.sender import Sender, send
from conformance.target.target import Target
from conformance.trace import Exchange

_T = TypeVar("_T")
_AT_ONCE = 4
_FIRST_LOOK_S, _LOOK_S = 0.1, 2.0
"""How long to wait between two looks at first, and at the most; each wait is twice as long as the one before."""


async def remove(target: Target, client: Sender, made: Iterable[Made], patience_s: float) -> list[Made]:
    """Cancel the instances, then delete the workflows; gives what is still there, which the footprint keeps.

    A read tells that, as far as one is answered, and the answer to the removal where none is. An instance may take
    ``patience_s`` to end after its cancellation was accepted.
    """
    things = list(made)
    answers: dict[Made, Exchange] = {}
    for kind in ("instance", "workflow"):
        some = [each for each in things if each.kind == kind]
        removed = await at_a_time(some, lambda each: _remove(target, client, each))
        answers.update(zip(some, removed, strict=True))
    there = {each: may_be_left(answer) for each, answer in answers.items()}
    try:
        await _look(target, client, answers, there, patience_s)
    finally:
        # Also where the time is up: what was seen there was not removed, whatever the answer to its removal said.
        for each, is_there in there.items():
            (target.footprint.find if is_there else target.footprint.lose)(each)
    return [each for each, is_there in there.items() if is_there]


async def at_a_time(things: Sequence[Made], work: Callable[[Made], Awaitable[_T]]) -> list[_T]:
    """What ``work`` gives for each, a few at a time."""
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(made: Made) -> _T:
        async with turn:
            return await work(made)

    return await asyncio.gather(*(one(each) for each in things))


async def _look(
    target: Target, client: Sender, answers: dict[Made, Exchange], there: dict[Made, bool], patience_s: float
) -> None:
    """Find out what is ``there``: asks until everything that was accepted has ended, or until that takes too long."""
    end, pause = time.monotonic() + patience_s, _FIRST_LOOK_S
    waiting = list(answers)
    while waiting:
        reads = await at_a_time(waiting, lambda each: _read(target, client, each))
        seen = {each: _is_there(each, read) for each, read in zip(waiting, reads, strict=True)}
        there.update({each: shown for each, shown in seen.items() if shown is not None})
        waiting = [each for each, shown in seen.items() if shown and each.kind == "instance" and answers[each].ok]
        if time.monotonic() + pause > end:
            return
        if waiting:
            await asyncio.sleep(pause)
        pause = min(_LOOK_S, 2 * pause)


def _is_there(made: Made, read: Exchange) -> bool | None:
    """Whether a read shows something that has not ended; None where it does not tell."""
    if read.status == 404:
        return False
    if not read.ok or not isinstance(read.data, dict) or read.data.get("id") != made.id:
        return None
    return made.kind == "workflow" or read.data.get("terminated") is not True


async def _remove(target: Target, client: Sender, made: Made) -> Exchange:
    action, name = ("cancelEvent", "instanceID") if made.kind == "instance" else ("deleteWorkflow", "flowId")
    return await send(client, target.api.prepare(Call(action, {name: made.id})), repeat=True)


async def _read(target: Target, client: Sender, made: Made) -> Exchange:
    action, name = ("getInstance", "instanceID") if made.kind == "instance" else ("getWorkflow", "flowId")
    return await send(client, target.api.prepare(Call(action, {name: made.id})))
