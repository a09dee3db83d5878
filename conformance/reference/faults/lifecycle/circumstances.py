"""Faults that show only beside something else: a run that is waited for, a deletion, a cancellation, a repetition."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from conformance.reference.engine.clock import SECOND
from conformance.reference.engine.instances import CANCELLED
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import alter, around, before_deletion, fault, race
from conformance.reference.faults.lifecycle.runs import Finished
from conformance.reference.faults.resources.leftovers import executions_of, workflow_of
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import ApiError, Invalid, NotFound
from conformance.reference.wire.exact_json import Json, read, write

RunStage = Callable[[Execution, int, Json], Awaitable[str | None]]

_LONG = 12 * SECOND
_ROOM = 3
_LOOK_S = 0.02


def _ignores_cancellations(server: Server, holds: Callable[[Execution], bool]) -> None:
    """Cancellations of an instance that runs have no effect while ``holds``."""

    def make(cancel: Callable[[str], None]) -> Callable[[str], None]:
        def cancelled(instance_id: str) -> None:
            execution = server.engine.execution(instance_id)
            if execution.ended.is_set() or not holds(execution):
                cancel(instance_id)

        return cancelled

    alter(server.engine, "cancel", make)


@fault("cancel.terminates", "cancel.not-running")
def waited_runs_cannot_be_cancelled(server: Server) -> None:
    """A cancellation of an instance whose run is waited for gets 204, and does nothing."""
    waited: set[str] = set()

    def make(finished: Finished) -> Finished:
        def watched(instance_id: str) -> Awaitable[None]:
            waited.add(instance_id)
            return finished(instance_id)

        return watched

    alter(server.engine, "finished", make)
    _ignores_cancellations(server, lambda execution: execution.instance_id in waited)


@fault("cancel.terminates")
def long_waits_cannot_be_cancelled(server: Server) -> None:
    """A stage that has waited for twelve seconds is not reached by cancellations any more, which get 204."""

    def long(execution: Execution) -> bool:
        return execution.waiting_for is not None and server.clock.now() - execution.stage_started_at > _LONG

    _ignores_cancellations(server, long)


@fault("run.delay-duration", "run.isolated")
def cancelled_timers_end_the_next_delay(server: Server) -> None:
    """The timer of a delay that was cancelled goes on, and ends that of the workflow's newest instance."""
    plain = server.stage_kinds.delay
    newest: dict[str | None, asyncio.Event] = {}

    async def delay(execution: Execution, parameters: Json) -> None:
        workflow = workflow_of(server, execution.instance_id)
        woken = newest[workflow] = asyncio.Event()
        timer = asyncio.ensure_future(plain(execution, parameters))
        alarm = asyncio.ensure_future(woken.wait())
        try:
            await asyncio.wait((timer, alarm), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            timer.add_done_callback(lambda _: newest[workflow].set())
            raise
        finally:
            alarm.cancel()
        if timer.done():
            timer.result()
        else:
            timer.cancel()

    server.stage_kinds.kinds["delay"] = delay


@fault("run.variables", "history.stages")
def deletions_take_variables(server: Server) -> None:
    """Deleting a workflow takes the variables of its running instances: later stages start without them."""

    def make(delete: Callable[[str], None]) -> Callable[[str], None]:
        def deleted(workflow_id: str) -> None:
            delete(workflow_id)
            for execution in executions_of(server, workflow_id):
                execution.variables = {}

        return deleted

    alter(server.engine, "delete_workflow", make)


@fault("stage-history.activities")
def equal_updates_are_skipped(server: Server) -> None:
    """An update that equals an earlier one of its instance is taken for a repetition, and does nothing."""
    plain = server.stage_kinds.update
    done: set[tuple[str, bytes]] = set()

    async def update(execution: Execution, parameters: Json) -> None:
        key = execution.instance_id, write(parameters)
        if key not in done:
            done.add(key)
            await plain(execution, parameters)

    server.stage_kinds.kinds["update"] = update


@fault("run.stage-fails", "history.stages")
def later_failures_go_on(server: Server) -> None:
    """An instance goes on after a stage that failed, unless it was the first one."""

    def make(run_stage: RunStage) -> RunStage:
        async def run(execution: Execution, number: int, stage: Json) -> str | None:
            error = await run_stage(execution, number, stage)
            return None if number else error

        return run

    alter(server.engine, "run_stage", make)


@fault("event.live-known", "event.matching")
def fourth_instance_evicts_the_first(server: Server) -> None:
    """Events know the three newest instances of a workflow that run; those to an older one get 404."""

    async def handle(original: Handler, call: Call) -> Reply:
        addressed = server.engine.executions.get(call.path["instanceID"])
        if addressed is not None:
            workflow = workflow_of(server, addressed.instance_id)
            running = [each for each in executions_of(server, workflow) if not each.ended.is_set()]
            if addressed in running[:-_ROOM]:
                raise NotFound("there is no such instance")
        return await original(call)

    around(server, "sendEvent", handle)


def _deleted(server: Server, workflow_id: str) -> bool:
    changes = server.log.of(workflow_id)
    return bool(changes) and changes[-1].kind == "workflow-deleted"


def _waited_for(call: Call) -> bool:
    return call.query.get("wait") == "true"


@fault("envelope.no-5xx", "run.wait")
def waited_runs_of_the_deleted_crash(server: Server) -> None:
    """A run with wait=true gets 500 when its workflow has been deleted by its end."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        if _waited_for(call) and _deleted(server, call.path["workflowID"]):
            raise ApiError("no rows in the result set")
        return reply

    around(server, "runWorkflow", handle)


@fault("envelope.no-5xx")
def runs_beside_a_deletion_crash(server: Server) -> None:
    """A run gets 500 when its workflow is deleted within 10 ms around it."""
    deleted: dict[str, int] = {}

    async def delete(original: Handler, call: Call) -> Reply:
        deleted[call.path["flowId"]] = server.clock.now()
        return await original(call)

    async def run(original: Handler, call: Call) -> Reply:
        reply: Reply | NotFound
        try:
            reply = await original(call)
        except NotFound as refusal:
            reply = refusal
        if server.clock.now() - deleted.get(call.path["workflowID"], 0) < race(server, 10):
            raise ApiError("foreign key violation")
        if isinstance(reply, NotFound):
            raise reply
        return reply

    around(server, "deleteWorkflow", delete)
    around(server, "runWorkflow", run)


@fault("workflow.run-deleted")
def deleted_still_run_when_waited_for(server: Server) -> None:
    """A deleted workflow can be run with wait=true."""

    async def handle(original: Handler, call: Call) -> Reply:
        if not (_waited_for(call) and _deleted(server, call.path["workflowID"])):
            return await original(call)
        return await before_deletion(server, call.path["workflowID"], original, call)

    around(server, "runWorkflow", handle)


@fault("run.bad-variables")
def waited_bad_variables_are_none(server: Server) -> None:
    """With wait=true variables that are refused otherwise count as none."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            if _waited_for(call):
                return await original(replace(call, body=b""))
            raise

    around(server, "runWorkflow", handle)


@fault("run.created", "run.wait")
def waited_failures_refused(server: Server) -> None:
    """A run with wait=true whose instance fails is answered with 400."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        found = read(reply.body)["data"]
        if _waited_for(call) and found.get("error") not in (None, CANCELLED):
            raise Invalid(found["error"])
        return reply

    around(server, "runWorkflow", handle)


@fault("run.completes", "history.agrees", "event.matching")
def fifth_instance_queues(server: Server) -> None:
    """Of a workflow four instances run at once: a fifth one begins when one of them has ended."""
    begun: set[str] = set()

    def full(execution: Execution) -> bool:
        own = executions_of(server, workflow_of(server, execution.instance_id))
        return sum(one.instance_id in begun and not one.ended.is_set() for one in own) > _ROOM

    def make(run: Callable[[Execution], Awaitable[None]]) -> Callable[[Execution], Awaitable[None]]:
        async def queued(execution: Execution) -> None:
            while full(execution):  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_S)
            begun.add(execution.instance_id)
            await run(execution)

        return queued

    alter(server.engine, "run", make)


@fault("list.running")
def waited_runs_are_not_running(server: Server) -> None:
    """running=true leaves out whatever somebody waits for: its row is written once the answer is there."""
    waited = set[str]()

    def make(finished: Finished) -> Finished:
        def awaited(instance_id: str) -> Awaitable[None]:
            waited.add(instance_id)
            return finished(instance_id)

        return awaited

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        if call.query.get("running") != "true":
            return reply
        listed = read(reply.body)["data"]
        return replace(reply, body=write({"data": [each for each in listed if each["id"] not in waited]}))

    alter(server.engine, "finished", make)
    around(server, "listInstances", handle)


FAULTS = (
    waited_runs_are_not_running,
    waited_runs_cannot_be_cancelled,
    long_waits_cannot_be_cancelled,
    cancelled_timers_end_the_next_delay,
    deletions_take_variables,
    equal_updates_are_skipped,
    later_failures_go_on,
    fourth_instance_evicts_the_first,
    waited_runs_of_the_deleted_crash,
    runs_beside_a_deletion_crash,
    deleted_still_run_when_waited_for,
    waited_bad_variables_are_none,
    waited_failures_refused,
    fifth_instance_queues,
)
