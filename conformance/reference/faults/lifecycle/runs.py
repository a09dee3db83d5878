"""Faults of starting instances, of waiting for them, and of how they end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

from conformance.reference.engine.clock import MILLISECOND, SECOND
from conformance.reference.engine.stages import Execution, StageFailed
from conformance.reference.engine.views import workflow_as_created
from conformance.reference.faults.answers.envelope import INSTANCE_READS, on_each, shifted
from conformance.reference.faults.fault import alter, around, edit, edit_many, every, fault, on_refusal
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid, NotFound
from conformance.reference.wire.exact_json import Json, read, write

Finished = Callable[[str], Awaitable[None]]


def without(found: Json, *fields: str) -> Json:
    """An object without some fields."""
    return {key: item for key, item in found.items() if key not in fields}


@fault("run.created", profile="smoke")
def run_without_its_workflow(server: Server) -> None:
    """The answer to a run tells the instance's own id as its workflow's."""
    edit(server, "runWorkflow", lambda found: found | {"workflowID": found["id"]})


@fault("run.created", "run.then-list", rare=1 / 3)
def instance_ids_reused(server: Server) -> None:
    """Every third run is answered with the instance that the run before it started."""
    strikes = every(3)
    last: list[Reply] = []

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        if strikes() and last:
            return last[0]
        last[:] = [reply]
        return reply

    around(server, "runWorkflow", handle)


@fault("run.created")
def run_shown_terminated(server: Server) -> None:
    """The answer to a run says that the instance has terminated, whatever its stages wait for."""
    edit(server, "runWorkflow", lambda found: found | {"terminated": True, "terminatedAt": found["createdAt"]})


@fault("run.then-get", "event.live-known", profile="smoke")
def instance_unknown_at_first(server: Server) -> None:
    """For 300 ms after its run an instance cannot be read."""

    async def handle(original: Handler, call: Call) -> Reply:
        changes = server.log.of(call.path["instanceID"])
        if changes and server.clock.now() - changes[0].at < 300 * MILLISECOND:
            raise NotFound("there is no such instance")
        return await original(call)

    around(server, "getInstance", handle)


@fault("run.then-get")
def created_earlier_when_read(server: Server) -> None:
    """A read of an instance tells another time of creation than the answer to its run did."""
    edit(server, "runWorkflow", lambda found: found | {"createdAt": shifted(found["createdAt"], -0.004)})


@fault("run.then-list", "list.agrees", profile="smoke")
def second_instance_unlisted(server: Server) -> None:
    """Of the instances of a workflow, the second one is not listed."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        found = read(reply.body)["data"]
        return replace(reply, body=write({"data": found[:1] + found[2:]})) if "workflowID" in call.query else reply

    around(server, "listInstances", handle)


@fault("run.then-list")
def failed_instance_twice(server: Server) -> None:
    """An instance that ended with an error is listed twice."""
    edit(server, "listInstances", lambda found: found + [one for one in found if "error" in one])


@fault("run.embeds", "workflow.immutable")
def newest_workflow_embedded(server: Server) -> None:
    """The workflow inside an instance is always the newest one."""

    def embed(instance: Json) -> Json:
        newest = server.log.born("workflow-created")[-1]
        return instance | {"workflow": workflow_as_created(newest)}

    edit_many(server, ("runWorkflow", *INSTANCE_READS), on_each(embed))


def _without_waiting(call: Call) -> Call:
    return replace(call, query={key: value for key, value in call.query.items() if key != "wait"})


@fault("run.wait", profile="smoke")
def wait_ignored(server: Server) -> None:
    """A run that asks to wait is answered at once."""
    around(server, "runWorkflow", lambda original, call: original(_without_waiting(call)))


@fault("run.wait")
def wait_answers_old_state(server: Server) -> None:
    """A run that waited answers with the instance as it was when it began."""
    edit(server, "runWorkflow", lambda found: without(found | {"terminated": False}, "terminatedAt", "error"))


@fault("run.wait", "run.stage-fails")
def wait_hides_error(server: Server) -> None:
    """A run that waited does not tell the error with which the instance ended."""
    edit(server, "runWorkflow", lambda found: without(found, "error"))


@fault("run.wait")
def cancelled_wait_never_answered(server: Server) -> None:
    """A run with wait=true is never answered when its instance is cancelled meanwhile."""

    def make(finished: Finished) -> Finished:
        async def waited(instance_id: str) -> None:
            await finished(instance_id)
            if server.log.of(instance_id)[-1].kind == "instance-cancelled":
                await asyncio.Event().wait()

        return waited

    alter(server.engine, "finished", make)


def _waiting_at_most(server: Server, seconds: float) -> None:
    def make(finished: Finished) -> Finished:
        async def waited(instance_id: str) -> None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await finished(instance_id)

        return waited

    alter(server.engine, "finished", make)


@fault("run.wait")
def wait_gives_up(server: Server) -> None:
    """A run with wait=true is answered after two seconds at the latest, whether the instance has ended or not."""
    _waiting_at_most(server, 2)


@fault("run.wait")
def wait_gives_up_after_ten_seconds(server: Server) -> None:
    """A run with wait=true is answered after ten seconds at the latest."""
    _waiting_at_most(server, 10)


@fault("run.no-wait", profile="smoke")
def run_waits_unasked(server: Server) -> None:
    """A run is answered when the instance has ended, or after four seconds."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        ended = server.engine.executions[read(reply.body)["data"]["id"]].ended
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(4):
                await ended.wait()
        return reply

    around(server, "runWorkflow", handle)


@fault("run.no-wait")
def wait_false_waits(server: Server) -> None:
    """A run with wait=false is answered at its end: that the parameter is there counts, not what it says."""

    def truthy(call: Call) -> Call:
        return replace(call, query={**call.query, "wait": "true"}) if "wait" in call.query else call

    around(server, "runWorkflow", lambda original, call: original(truthy(call)))


@fault("event.live-known", "run.then-get")
def ended_instances_forgotten(server: Server) -> None:
    """An instance that terminated more than ten seconds ago is unknown to reads."""

    def make(single: Callable[[str], Json]) -> Callable[[str], Json]:
        def known(instance_id: str) -> Json:
            kinds = {"instance-ended", "instance-cancelled"}
            ends = [change.at for change in server.log.of(instance_id) if change.kind in kinds]
            return None if ends and server.clock.now() - ends[0] > 10 * SECOND else single(instance_id)

        return known

    alter(server.views, "instance", make)


@fault("run.unknown-workflow", profile="smoke")
def unknown_workflow_run_is_bad_request(server: Server) -> None:
    """Running an unknown workflow gets 400."""

    def refuse(call: Call) -> Reply:
        raise Invalid(f"{call.operation} failed")

    on_refusal(server, "runWorkflow", NotFound, refuse)


@fault("run.completes", profile="smoke", rare=0.2)
def every_fifth_run_stuck(server: Server) -> None:
    """Every fifth instance never terminates after its last stage."""
    strikes = every(5)

    def make(run: Callable[[Execution], Awaitable[None]]) -> Callable[[Execution], Awaitable[None]]:
        async def stuck(execution: Execution) -> None:
            if strikes():
                for number, stage in enumerate(execution.stages):
                    await server.engine.run_stage(execution, number, stage)
                await asyncio.Event().wait()
            await run(execution)

        return stuck

    alter(server.engine, "run", make)


@fault("run.completes", "stage.all-done")
def noop_after_delay_fails(server: Server) -> None:
    """A noop that follows a delay fails."""
    original = server.stage_kinds.noop

    async def noop(execution: Execution, parameters: Json) -> None:
        if execution.stage > 0 and "delay" in execution.stages[execution.stage - 1]:
            raise StageFailed("no worker")
        await original(execution, parameters)

    server.stage_kinds.kinds["noop"] = noop


@fault("run.stage-fails", "history.agrees", profile="smoke")
def failed_stages_go_on(server: Server) -> None:
    """An instance goes on after a stage that failed, and ends without error."""
    original = server.engine.run_stage

    async def run_stage(execution: Execution, number: int, stage: Json) -> str | None:
        await original(execution, number, stage)
        return None

    alter(server.engine, "run_stage", lambda _: run_stage)


@fault("run.stage-fails")
def failed_instance_without_error(server: Server) -> None:
    """An instance whose stage failed tells no error, while its stage does."""
    edit_many(server, ("runWorkflow", *INSTANCE_READS), on_each(lambda one: without(one, "error")))


@fault("run.terminated-at", profile="smoke")
def terminated_without_time(server: Server) -> None:
    """A terminated instance does not tell when it terminated."""
    edit(server, "getInstance", lambda found: without(found, "terminatedAt"))


@fault("run.terminated-at", "history.cancelled")
def cancelled_entry_without_time(server: Server) -> None:
    """A history entry that was cancelled does not tell when it ended."""
    strip = on_each(lambda entry: without(entry, "terminatedAt") if entry.get("error") == "cancelled" else entry)
    edit(server, "getInstanceHistory", strip)


FAULTS = (
    run_without_its_workflow,
    instance_ids_reused,
    run_shown_terminated,
    instance_unknown_at_first,
    created_earlier_when_read,
    second_instance_unlisted,
    failed_instance_twice,
    newest_workflow_embedded,
    wait_ignored,
    wait_answers_old_state,
    wait_hides_error,
    cancelled_wait_never_answered,
    wait_gives_up,
    wait_gives_up_after_ten_seconds,
    run_waits_unasked,
    wait_false_waits,
    ended_instances_forgotten,
    unknown_workflow_run_is_bad_request,
    every_fifth_run_stuck,
    noop_after_delay_fails,
    failed_stages_go_on,
    failed_instance_without_error,
    terminated_without_time,
    cancelled_entry_without_time,
)
