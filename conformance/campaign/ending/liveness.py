"""Whether the target is still there: it may have ended, or have stopped answering, while traffic goes on."""

from __future__ import annotations

import asyncio

from conformance.contract.calls import Call
from conformance.target import Recorder, Target, TargetError, Unreachable, probe, send
from conformance.trace.roles import Role

GONE = "The target stopped accepting connections during the run, and came back no more."


async def until_silent(target: Target) -> str:
    """Ask something easy now and then; return, with a sentence about it, once nothing is answered any more."""
    client = target.client(Recorder(), Role.WATCHDOG)
    patience_s = target.config.timeout_s
    try:
        while True:
            await asyncio.sleep(patience_s)
            for action in ("getServerInfo", "listWorkflows"):
                exchange = await send(client, target.api.prepare(Call(action)))
                if exchange.lost_to is None:
                    break
            else:
                return _silence(patience_s, target.gate.waiting)
    finally:
        await client.aclose()


def _silence(patience_s: float, waiting: int) -> str:
    silence = f"The target stopped answering during the run: even GET /_info took more than {patience_s:g} s"
    if not waiting:
        return f"{silence}."
    runs = "1 run with wait=true was" if waiting == 1 else f"{waiting} runs with wait=true were"
    return f"{silence} while {runs} to be answered: perhaps nothing is served beside so many that wait."


async def answers_again(target: Target) -> bool:
    """Whether a target that had fallen silent answers now that nothing else is asked of it."""
    client = target.client(Recorder(), Role.WATCHDOG)
    try:
        return (await send(client, target.api.prepare(Call("getServerInfo")))).answered
    except TargetError:
        return False
    finally:
        await client.aclose()


async def is_gone(target: Target) -> bool:
    """Whether nothing listens at the address any more."""
    try:
        await probe(target)
    except TargetError as error:
        return isinstance(error, Unreachable)
    return False
