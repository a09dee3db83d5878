"""Faults of the second run of a workflow, which takes something over from the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conformance.reference.engine.stages import Execution, StageFailed
from conformance.reference.faults.fault import alter, around, fault
from conformance.reference.faults.lifecycle.variables import Start
from conformance.reference.faults.resources.leftovers import executions_of, workflow_of
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json, read


@fault("stage.sequence", "history.stages", "run.isolated")
def runs_begin_where_another_waits(server: Server) -> None:
    """A run begins with the latest stage in which an earlier instance of its workflow waits for an event."""

    def make(start: Start) -> Start:
        def started(workflow_id: str, variables: Mapping[str, str]) -> str:
            waiting = [each.stage for each in executions_of(server, workflow_id) if each.waiting_for is not None]
            instance_id = start(workflow_id, variables)
            server.engine.execution(instance_id).stage = max(waiting, default=0) - 1
            return instance_id

        return started

    alter(server.engine, "start", make)


@fault("run.completes")
def sends_booked_once_for_a_workflow(server: Server) -> None:
    """A send fails if an earlier instance of its workflow has booked it: its reference tells no instance."""
    plain = server.stage_kinds.kinds["send"]
    booked: dict[tuple[str | None, int], str] = {}

    async def send(execution: Execution, parameters: Json) -> None:
        reference = workflow_of(server, execution.instance_id), execution.stage
        if booked.setdefault(reference, execution.instance_id) != execution.instance_id:
            raise StageFailed("a transaction with this reference exists")
        await plain(execution, parameters)

    server.stage_kinds.kinds["send"] = send


@fault("history.stages", "history.agrees")
def histories_go_on_after_a_cancellation(server: Server) -> None:
    """The history of a run that comes after a cancelled one of its workflow begins with the entries of that one."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply, instance_id = await original(call), call.path["instanceID"]
        runs = [each.instance_id for each in executions_of(server, workflow_of(server, instance_id))]
        before = runs[: runs.index(instance_id)][-1:]
        old = server.views.history(before[0]) if before and _cancelled(server, before[0]) else None
        return data(200, [*(old or ()), *read(reply.body)["data"]])

    around(server, "getInstanceHistory", handle)


@fault("run.wait")
def waits_after_a_cancellation_are_short(server: Server) -> None:
    """A run with wait=true is answered at once when the instance of its workflow before it was cancelled."""

    async def handle(original: Handler, call: Call) -> Reply:
        before = executions_of(server, call.path["workflowID"])[-1:]
        short = before and _cancelled(server, before[0].instance_id)
        return await original(replace(call, query={**call.query, "wait": "false"}) if short else call)

    around(server, "runWorkflow", handle)


def _cancelled(server: Server, instance_id: str) -> bool:
    return server.log.of(instance_id)[-1].kind == "instance-cancelled"


FAULTS = (
    histories_go_on_after_a_cancellation,
    waits_after_a_cancellation_are_short,
    runs_begin_where_another_waits,
    sends_booked_once_for_a_workflow,
)
