"""Faults of the sequence of stages, and of views that do not stand still."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise

from conformance.reference.engine.clock import rfc3339
from conformance.reference.engine.stages import Execution, StageFailed
from conformance.reference.faults.answers.envelope import on_each, shifted
from conformance.reference.faults.fault import alter, around, edit, edit_many, every, fault, race
from conformance.reference.faults.lifecycle.runs import without
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json, read, write

STATUS_READS = ("getInstance", "runWorkflow")


def edit_status(server: Server, change: Callable[[Json], Json]) -> None:
    """Pass the status of every answer that has one through ``change``."""
    edit_many(server, STATUS_READS, lambda found: found | {"status": change(found["status"])})


@fault("stage.sequence", profile="smoke")
def stages_count_from_one(server: Server) -> None:
    """The stages of a status are counted from one."""
    edit_status(server, on_each(lambda entry: entry | {"stage": entry["stage"] + 1}))


@fault("stage.sequence")
def status_of_another_instance(server: Server) -> None:
    """All but the first entry of a status carry the id of the workflow as the instance's."""

    def confuse(found: Json) -> Json:
        later = [entry | {"instanceID": found["workflowID"]} for entry in found["status"][1:]]
        return found | {"status": found["status"][:1] + later}

    edit_many(server, STATUS_READS, confuse)


@fault("stage.sequence")
def stages_overlap(server: Server) -> None:
    """From the third stage on, a stage starts before the one before it has ended."""

    def overlap(status: Json) -> Json:
        late = [entry | {"startedAt": before["startedAt"]} for before, entry in pairwise(status)][1:]
        return status[:2] + late

    edit_status(server, overlap)


@fault("stage.sequence", "stage.all-done")
def middle_stage_unlisted(server: Server) -> None:
    """Once an instance has ended, its status lacks the second of three or more stages."""

    def cut(found: Json) -> Json:
        status = found["status"]
        return found | {"status": status[:1] + status[2:]} if found["terminated"] and len(status) > 2 else found

    edit_many(server, STATUS_READS, cut)


@fault("stage.waits", profile="smoke")
def waits_time_out(server: Server) -> None:
    """A stage that waits for an event ends by itself after a second."""
    original = server.stage_kinds.wait_event

    async def wait(execution: Execution, parameters: Json) -> None:
        def time_out() -> None:
            execution.gate.set()

        timer = asyncio.get_running_loop().call_later(1, time_out)
        await original(execution, parameters)
        timer.cancel()

    server.stage_kinds.kinds["wait_event"] = wait


@fault("stage.all-done", profile="smoke")
def last_stage_skipped(server: Server) -> None:
    """The last of three or more stages is never run."""

    def make(run: Callable[[Execution], Awaitable[None]]) -> Callable[[Execution], Awaitable[None]]:
        async def cut(execution: Execution) -> None:
            if len(execution.stages) > 2:
                execution.stages = execution.stages[:-1]
            await run(execution)

        return cut

    alter(server.engine, "run", make)


@fault("stage.none-open", "history.agrees", profile="smoke")
def last_stage_left_open(server: Server) -> None:
    """The status of an instance that ended well shows its last stage open for ever."""

    def leave_open(found: Json) -> Json:
        if not found["terminated"] or "error" in found or not found["status"]:
            return found
        return found | {"status": [*found["status"][:-1], without(found["status"][-1], "terminatedAt")]}

    edit_many(server, STATUS_READS, leave_open)


@fault("stage.none-open", "envelope.time-order")
def instance_ends_before_its_stage(server: Server) -> None:
    """An instance with a delay among its stages tells an end 30 ms before that of its last stage."""

    def earlier(found: Json) -> Json:
        if not found["terminated"] or not any("delay" in stage for stage in found["workflow"]["config"]["stages"]):
            return found
        return found | {"terminatedAt": shifted(found["terminatedAt"], -0.03)}

    edit(server, "getInstance", earlier)


@fault("stage.monotone", rare=0.25)
def status_flickers(server: Server) -> None:
    """Every fourth read of an instance lacks the newest entry of its status, as read from a lagging replica."""
    strikes = every(4)
    edit(server, "getInstance", lambda found: found | {"status": found["status"][:-1]} if strikes() else found)


@fault("stage.monotone", "run.terminated-at", rare=0.2)
def termination_flickers(server: Server) -> None:
    """Every fifth read of an instance shows it as it was at first."""
    strikes = every(5)

    def old(found: Json) -> Json:
        earlier = found | {"terminated": False, "status": [], "updatedAt": found["createdAt"]}
        return without(earlier, "terminatedAt", "error") if strikes() else found

    edit(server, "getInstance", old)


@fault("stage.monotone", profile="smoke")
def end_told_anew(server: Server) -> None:
    """Each read of a terminated instance tells the time of the read as that of its end."""

    def renew(found: Json) -> Json:
        return found | {"terminatedAt": rfc3339(server.clock.now())} if found["terminated"] else found

    edit(server, "getInstance", renew)


@fault("stage.monotone", "list.agrees", rare=0.5)
def listed_end_lost_again(server: Server) -> None:
    """Every second list of instances shows the terminated ones as running."""
    strikes = every(2)

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        if not strikes():
            return reply
        found = [without(one | {"terminated": False}, "terminatedAt", "error") for one in read(reply.body)["data"]]
        return replace(reply, body=write({"data": found}))

    around(server, "listInstances", handle)


@fault("run.completes", "run.isolated")
def sends_at_once_conflict(server: Server) -> None:
    """A send fails that another instance's send precedes by less than 20 ms."""
    original = server.stage_kinds.kinds["send"]
    last = ("", 0)

    async def send(execution: Execution, parameters: Json) -> None:
        nonlocal last
        now = server.clock.now()
        (other, at), last = last, (execution.instance_id, now)
        if other != execution.instance_id and now - at < race(server, 20):
            raise StageFailed("could not serialise access")
        await original(execution, parameters)

    server.stage_kinds.kinds["send"] = send


FAULTS = (
    stages_count_from_one,
    status_of_another_instance,
    stages_overlap,
    middle_stage_unlisted,
    waits_time_out,
    last_stage_skipped,
    last_stage_left_open,
    instance_ends_before_its_stage,
    status_flickers,
    termination_flickers,
    end_told_anew,
    listed_end_lost_again,
    sends_at_once_conflict,
)
