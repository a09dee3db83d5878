"""Faults of what one instance or workflow leaves behind for another, and of ids taken for those of another kind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from conformance.reference.engine.clock import MILLISECOND
from conformance.reference.engine.instances import CANCELLED
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.answers.envelope import INSTANCE_READS, on_each
from conformance.reference.faults.fault import alter, around, edit_many, fault, on_refusal, race
from conformance.reference.faults.lifecycle.runs import Finished
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import NotFound
from conformance.reference.wire.exact_json import Json

_LOOK_MS, _LONGEST_MS = 10, 4000


def workflow_of(server: Server, instance_id: str) -> str | None:
    """The workflow of an instance, None for what is no instance."""
    changes = server.log.of(instance_id)
    return changes[0].data["workflow"] if changes and changes[0].kind == "instance-created" else None


def executions_of(server: Server, workflow_id: str | None) -> list[Execution]:
    """The instances of a workflow, in the order in which they were started."""
    return [one for one in server.engine.executions.values() if workflow_of(server, one.instance_id) == workflow_id]


@fault("workflow.get-unknown")
def instance_id_reads_as_workflow(server: Server) -> None:
    """Reading a workflow by the id of an instance gives the instance's workflow."""

    def answer(call: Call) -> Reply:
        workflow = workflow_of(server, call.path["flowId"])
        found = server.views.workflow(workflow) if workflow else None
        if found is None:
            raise NotFound("there is no such workflow")
        return data(200, found)

    on_refusal(server, "getWorkflow", NotFound, answer)


@fault("history.unknown-instance")
def workflow_id_has_history(server: Server) -> None:
    """The history of a workflow's id is an empty list."""

    def answer(call: Call) -> Reply:
        if server.views.workflow(call.path["instanceID"]) is None:
            raise NotFound("there is no such instance")
        return data(200, [])

    on_refusal(server, "getInstanceHistory", NotFound, answer)


@fault("workflow.delete-keeps-instances")
def history_gone_with_workflow(server: Server) -> None:
    """The history of an instance that has ended gets 404 once its workflow is deleted."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        instance = server.views.instance(call.path["instanceID"])
        if instance is not None and instance["terminated"] and server.views.workflow(instance["workflowID"]) is None:
            raise NotFound("there is no such instance")
        return reply

    around(server, "getInstanceHistory", handle)


@fault("run.no-wait")
def run_behind_waiting_run(server: Server) -> None:
    """A run is answered once earlier runs of its workflow with wait=true are over, or after some seconds."""
    pending: Counter[str] = Counter()

    async def handle(original: Handler, call: Call) -> Reply:
        workflow = call.path["workflowID"]
        if call.query.get("wait") == "true":
            pending[workflow] += 1
            try:
                return await original(call)
            finally:
                pending[workflow] -= 1
        for _ in range(race(server, _LONGEST_MS) // (_LOOK_MS * MILLISECOND)):
            if not pending[workflow]:
                break
            await asyncio.sleep(_LOOK_MS / 1000)
        return await original(call)

    around(server, "runWorkflow", handle)


@fault("run.wait")
def wait_on_failure_hangs(server: Server) -> None:
    """A run with wait=true is never answered when a stage fails."""

    def make(finished: Finished) -> Finished:
        async def waited(instance_id: str) -> None:
            await finished(instance_id)
            last = server.log.of(instance_id)[-1]
            if last.kind == "instance-ended" and last.data["error"] is not None:
                await asyncio.Event().wait()

        return waited

    alter(server.engine, "finished", make)


@fault("run.completes")
def error_left_on_workflow(server: Server) -> None:
    """After an instance has failed, the next one of its workflow that ends well tells the same error."""
    left: dict[str | None, str] = {}

    def make(end: Callable[[Execution, str, str | None], None]) -> Callable[[Execution, str, str | None], None]:
        def ended(execution: Execution, how: str, error: str | None) -> None:
            workflow = workflow_of(server, execution.instance_id)
            told = error
            if how == "instance-ended" and error is None:
                told = left.pop(workflow, None)
            elif how == "instance-ended" and error is not None:
                left[workflow] = error
            end(execution, how, told)

        return ended

    alter(server.engine, "end", make)


@fault("run.isolated", "stage.waits")
def cancellation_meets_the_next_run(server: Server) -> None:
    """After an instance was cancelled, the next one of its workflow is, too."""
    flags: set[str | None] = set()
    plain = server.engine.cancel

    def cancelling(cancel: Callable[[str], None]) -> Callable[[str], None]:
        def cancelled(instance_id: str) -> None:
            if not server.engine.execution(instance_id).ended.is_set():
                flags.add(workflow_of(server, instance_id))
            cancel(instance_id)

        return cancelled

    def starting(start: Callable[..., str]) -> Callable[..., str]:
        def started(workflow: str, variables: Json) -> str:
            instance = start(workflow, variables)
            if workflow in flags:
                flags.discard(workflow)
                asyncio.get_running_loop().call_soon(plain, instance)
            return instance

        return started

    alter(server.engine, "cancel", cancelling)
    alter(server.engine, "start", starting)


@fault("cancel.terminated", "stage.monotone")
def cancel_overwrites_failure(server: Server) -> None:
    """Cancelling an instance that has failed replaces its error by that of a cancellation."""
    marked: set[str] = set()

    def make(cancel: Callable[[str], None]) -> Callable[[str], None]:
        def cancelled(instance_id: str) -> None:
            if server.engine.execution(instance_id).ended.is_set():
                marked.add(instance_id)
            cancel(instance_id)

        return cancelled

    def told(instance: Json) -> Json:
        failed = "error" in instance and instance["id"] in marked
        return instance | {"error": CANCELLED} if failed else instance

    alter(server.engine, "cancel", make)
    edit_many(server, INSTANCE_READS, on_each(told))


FAULTS = (
    instance_id_reads_as_workflow,
    workflow_id_has_history,
    history_gone_with_workflow,
    run_behind_waiting_run,
    wait_on_failure_hangs,
    error_left_on_workflow,
    cancellation_meets_the_next_run,
    cancel_overwrites_failure,
)
