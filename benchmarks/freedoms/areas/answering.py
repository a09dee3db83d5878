"""Answers that come before or after their effects, pauses, and timers that are not exact."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from random import Random
from typing import Any

from benchmarks.freedoms.freedom import Freedom, of_options, of_server
from conformance.reference.engine.clock import MILLISECOND
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import alter, around
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import NotFound
from conformance.reference.wire.exact_json import Json, read

_ANSWERS = "when an effect is seen is left open: it may be before the answer"
_PAUSES = "a pause of everything of 1 to 3 s now and then is a habit of real servers"
_DURATIONS = "durations compare within 50 ms; a delay ends not before, and may end a little later"
_LOOK_S = 0.004
_LOOKS = 50


async def _until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, for a fifth of a second at the most."""
    for _ in range(_LOOKS):
        if holds():
            return
        await asyncio.sleep(_LOOK_S)


def _answered_when(server: Server, ready: Callable[[Execution], bool]) -> None:
    """Answer runs once ``ready(execution)`` holds or the instance has ended, with what is seen by then."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        instance_id = read(reply.body)["data"]["id"]
        execution = server.engine.execution(instance_id)
        await _until(lambda: execution.ended.is_set() or ready(execution))
        return data(reply.status, server.views.instance(instance_id))

    around(server, "runWorkflow", handle)


@of_server(_ANSWERS, "answers to runs")
def run_answered_when_started(server: Server, chance: Random) -> None:
    """A run is answered when its first stage has started."""
    del chance
    _answered_when(server, lambda execution: execution.stage >= 0)


@of_server("a run that has ended by then says so; noops need no time", "answers to runs")
def run_answered_when_it_waits(server: Server, chance: Random) -> None:
    """A run is answered when it has ended, or waits for an event: what is short is over by then."""
    del chance
    _answered_when(server, lambda execution: execution.waiting_for is not None)


@of_server("how long a run takes to be answered is left open", "answers to runs")
def run_answered_late(server: Server, chance: Random) -> None:
    """A run is answered 50 to 150 ms after it was started, with the state that it had at first."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        await asyncio.sleep(chance.uniform(0.05, 0.15))
        return reply

    around(server, "runWorkflow", handle)


@of_server("with wait=true the answer comes when the instance has terminated: a moment later is no violation")
def waits_a_little_longer(server: Server, chance: Random) -> None:
    """A run that is waited for is answered 400 ms after its end."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        await asyncio.sleep(0.4 if call.query.get("wait") == "true" else 0)
        return reply

    around(server, "runWorkflow", handle)


def _seen(server: Server, instance_id: str) -> bool:
    """Whether every view shows everything of an instance."""
    now = server.clock.now()
    return all(at <= now for at in server.log.of(instance_id)[-1].visible.values())


@of_server(_ANSWERS, "answers to signals")
def signals_answered_when_seen(server: Server, chance: Random) -> None:
    """An event or a cancellation is answered when its effect is seen in every view."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        await asyncio.sleep(0.02)
        await _until(lambda: _seen(server, call.path["instanceID"]))
        return reply

    for operation in ("sendEvent", "cancelEvent"):
        around(server, operation, handle)


@of_server("after a 204 the effect may take a while", "events")
def events_take_effect_late(server: Server, chance: Random) -> None:
    """An event takes effect 20 ms after its answer, one after another for each instance."""
    del chance
    last: dict[str, asyncio.Task[None]] = {}

    def later(original: Any) -> Any:
        def deferred(execution: Execution, name: str) -> None:
            ahead = last.get(execution.instance_id)

            async def act() -> None:
                await asyncio.sleep(0.02)
                if ahead is not None:
                    await ahead
                if not execution.ended.is_set():
                    original(execution, name)

            last[execution.instance_id] = asyncio.create_task(act())

        return deferred

    alter(server.engine, "deliver", later)


@of_server("what history shows is judged eventually: only getInstance finds an instance at once")
def history_unknown_at_first(server: Server, chance: Random) -> None:
    """For 60 ms after a run was started its history, and that of its stages, gets 404."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        born = server.log.of(call.path["instanceID"])
        if born and server.clock.now() < born[0].at + 60 * MILLISECOND:
            raise NotFound("not yet")
        return await original(call)

    for operation in ("getInstanceHistory", "getInstanceStageHistory"):
        around(server, operation, handle)


@of_server(_PAUSES, "pauses")
def pauses_now_and_then(server: Server, chance: Random) -> None:
    """Everything stands still for 1 to 2.5 s each half a minute."""
    due = time.monotonic() + 12

    def pausing(original: Any) -> Any:
        async def pause(what: str) -> None:
            nonlocal due
            if time.monotonic() > due:
                time.sleep(chance.uniform(1, 2.5))  # noqa: ASYNC251 - the whole process is to stand still
                due = time.monotonic() + 30
            await original(what)

        return pause

    alter(server.pacing, "pause", pausing)


@of_server("right after start-up everything takes longer", "start")
def slow_at_first(server: Server, chance: Random) -> None:
    """The first request of each operation takes two seconds."""
    del chance
    for operation in server.handlers:
        _slow_once(server, operation)


def _slow_once(server: Server, operation: str) -> None:
    asked = iter((2.0,))

    async def handle(original: Handler, call: Call) -> Reply:
        await asyncio.sleep(next(asked, 0))
        return await original(call)

    around(server, operation, handle)


def _delayed(server: Server, offset_ms: float) -> None:
    original = server.stage_kinds.kinds["delay"]

    async def delay(execution: Execution, parameters: Json) -> None:
        execution.stage_started_at += round(offset_ms * MILLISECOND)
        await original(execution, parameters)

    server.stage_kinds.kinds["delay"] = delay


@of_server(_DURATIONS, "delays")
def delays_a_little_short(server: Server, chance: Random) -> None:
    """A delay ends 40 ms early, as with a timer of coarse ticks."""
    del chance
    _delayed(server, -40)


@of_server(_DURATIONS, "delays")
def delays_a_little_long(server: Server, chance: Random) -> None:
    """A delay ends up to 60 ms late."""
    _delayed(server, chance.uniform(30, 60))


_FILLED = "a server may hold workflows and instances of others"
_PREFIX = "a gateway adds a prefix"
_RESTARTS = "what is kept is kept: a restart changes no answer"

FREEDOMS: tuple[Freedom, ...] = (
    delays_a_little_short,
    delays_a_little_long,
    run_answered_when_started,
    run_answered_when_it_waits,
    run_answered_late,
    waits_a_little_longer,
    signals_answered_when_seen,
    events_take_effect_late,
    history_unknown_at_first,
    pauses_now_and_then,
    slow_at_first,
    of_options("in-use", "The server holds 300 workflows of others.", _FILLED, filled=300),
    of_options("behind-a-gateway", "The API is mounted at /api/orchestration.", _PREFIX, prefix="/api/orchestration"),
    of_options("restarts", "The server starts again after each 500 requests.", _RESTARTS, restart_after=500),
)
