"""Faults of what happens at once: equal runs, reads of siblings, equal events, a timer beside a cancellation."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace

from conformance.reference.engine.clock import SECOND
from conformance.reference.engine.durations import duration
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.answers.envelope import on_each
from conformance.reference.faults.fault import alter, around, edit_many, fault, held, race
from conformance.reference.faults.lifecycle.runs import without
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json, MalformedJson, read

_CLOSE_MS = 50
_HELD_S = 0.004
"""Seconds for which a request is under way at the least, so that others come meanwhile."""
_LOOK_S, _LONG_S = 0.02, 5


@fault("run.created")
def waits_ending_together_share_an_answer(server: Server) -> None:
    """Of two runs of a workflow with wait=true that end within 50 ms the second is answered with the first one's."""
    last: dict[str, tuple[int, Reply]] = {}

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        if call.query.get("wait") != "true":
            return reply
        now, workflow = server.clock.now(), call.path["workflowID"]
        at, before = last.get(workflow, (0, reply))
        if now - at < race(server, _CLOSE_MS):
            return before
        last[workflow] = now, reply
        return reply

    around(server, "runWorkflow", handle)


@fault("history.stages", "history.append-only")
def histories_read_at_once_swapped(server: Server) -> None:
    """Of two histories of a workflow's instances that are read at once the second is answered with the first's."""
    under_way: list[str] = []

    async def handle(original: Handler, call: Call) -> Reply:
        mine = call.path["instanceID"]
        twin = next((one for one in under_way if _siblings(server, one, mine)), mine)
        async with held(under_way, mine, _HELD_S):
            return await original(replace(call, path={"instanceID": twin}))

    around(server, "getInstanceHistory", handle)


def _siblings(server: Server, one: str, other: str) -> bool:
    born = [change for each in (one, other) for change in server.log.of(each)[:1]]
    return one != other and len({change.data.get("workflow") for change in born}) == 1 < len(born)


@fault("event.once")
def equal_events_at_once_multiply(server: Server) -> None:
    """Two equal events to an instance at once end every stage that waits for their name in the next five seconds."""
    under_way: list[tuple[str, bytes]] = []
    tasks: set[asyncio.Task[None]] = set()

    async def handle(original: Handler, call: Call) -> Reply:
        key = call.path["instanceID"], call.body
        execution = server.engine.executions.get(key[0])
        if key in under_way and execution is not None:
            task = asyncio.create_task(again(execution, call.body))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        async with held(under_way, key, _HELD_S):
            return await original(call)

    async def again(execution: Execution, body: bytes) -> None:
        try:
            name = str(read(body)["name"])
        except (MalformedJson, LookupError, TypeError):
            return
        end = server.clock.now() + _LONG_S * SECOND
        while server.clock.now() < end and not execution.ended.is_set():
            server.engine.deliver(execution, name)
            await asyncio.sleep(_LOOK_S)

    around(server, "sendEvent", handle)


@fault("cancel.terminates", "stage.monotone", "list.running")
def timers_beside_cancellations_revive(server: Server) -> None:
    """When the timer of a delay fires within 50 ms after a cancellation, the instance is shown as running for ever."""
    revived: set[str] = set()

    def make(cancel: Callable[[str], None]) -> Callable[[str], None]:
        def cancelled(instance_id: str) -> None:
            execution = server.engine.execution(instance_id)
            left = _timer_ns(execution) - server.clock.now() if execution.stage_open else -1
            if not execution.ended.is_set() and 0 <= left < race(server, _CLOSE_MS):
                asyncio.get_running_loop().call_later(left / SECOND, revived.add, instance_id)
            cancel(instance_id)

        return cancelled

    def revive(one: Json) -> Json:
        return without(one, "terminatedAt", "error") | {"terminated": False} if one["id"] in revived else one

    alter(server.engine, "cancel", make)
    edit_many(server, ("getInstance", "listInstances"), on_each(revive))


def _timer_ns(execution: Execution) -> int:
    """When the delay that an instance is in ends; long ago where it is in none of a known length."""
    stage = execution.stages[execution.stage]
    length = duration(stage["delay"].get("duration", "")) if "delay" in stage else None
    return -1 if length is None else execution.stage_started_at + length


@fault("run.completes")
def five_open_at_a_time(server: Server) -> None:
    """Five workers take instances from their beginning to their end: a sixth one begins when one of them has ended."""
    workers = asyncio.Semaphore(5)

    def make(run: Callable[[Execution], Awaitable[None]]) -> Callable[[Execution], Awaitable[None]]:
        async def taken(execution: Execution) -> None:
            async with workers:
                await run(execution)

        return taken

    alter(server.engine, "run", make)


@fault("envelope.answers")
def reads_of_a_workflow_wait_for_its_waited_runs(server: Server) -> None:
    """A read of a workflow is answered once no run of it with wait=true is under way: it is locked meanwhile."""
    ends: defaultdict[str, list[asyncio.Event]] = defaultdict(list)

    async def run(original: Handler, call: Call) -> Reply:
        if call.query.get("wait") != "true":
            return await original(call)
        end = asyncio.Event()
        ends[call.path["workflowID"]].append(end)
        try:
            return await original(call)
        finally:
            end.set()

    async def got(original: Handler, call: Call) -> Reply:
        for end in list(ends[call.path["flowId"]]):
            await end.wait()
        return await original(call)

    around(server, "runWorkflow", run)
    around(server, "getWorkflow", got)


FAULTS = (
    reads_of_a_workflow_wait_for_its_waited_runs,
    waits_ending_together_share_an_answer,
    histories_read_at_once_swapped,
    equal_events_at_once_multiply,
    timers_beside_cancellations_revive,
    five_open_at_a_time,
)
