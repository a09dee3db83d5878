"""Faults of runs whose clients wait for the end, and go away before it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from conformance.reference.faults.answers.limits import hears
from conformance.reference.faults.fault import alter, around, fault
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server

_asked: ContextVar[Call] = ContextVar("asked", default=Call("runWorkflow"))  # noqa: B039 - it is never changed


def _when_left(server: Server, left: Callable[[str], object]) -> None:
    """Call ``left(instance id)`` when the client of a run with wait=true has gone away before the end."""

    async def handle(original: Handler, call: Call) -> Reply:
        _asked.set(call)
        return await original(call)

    def make(finished: Callable[[str], Awaitable[None]]) -> Callable[[str], Awaitable[None]]:
        async def watched(instance_id: str) -> None:
            ended, gone = asyncio.ensure_future(finished(instance_id)), asyncio.ensure_future(_asked.get().gone())
            try:
                await asyncio.wait({ended, gone}, return_when=asyncio.FIRST_COMPLETED)
                if not ended.done():
                    left(instance_id)
                await ended
            finally:
                ended.cancel()
                gone.cancel()

        return watched

    around(server, "runWorkflow", handle)
    alter(server.engine, "finished", make)


@fault("stage.waits", "run.completes")
def leaving_clients_cancel(server: Server) -> None:
    """A client that waits for the end of its run, and goes away before it, has cancelled the instance."""
    _when_left(server, server.engine.cancel)


@fault("event.matching", "run.completes")
def left_instances_are_deaf(server: Server) -> None:
    """An instance whose client waited for its end, and went away before it, hears no event any more."""
    deaf: set[str] = set()
    _when_left(server, deaf.add)
    hears(server, lambda execution, _: execution.instance_id not in deaf)


FAULTS = (leaving_clients_cancel, left_instances_are_deaf)
