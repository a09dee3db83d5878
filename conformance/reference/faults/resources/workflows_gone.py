"""Faults around workflows that do not exist, or no longer."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reference.engine.clock import MILLISECOND
from conformance.reference.engine.views import workflow_as_created
from conformance.reference.faults.answers.envelope import INSTANCE_READS, on_each
from conformance.reference.faults.fault import alter, around, before_deletion, edit, edit_many, fault, on_refusal
from conformance.reference.faults.resources.leftovers import executions_of
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid, NotFound
from conformance.reference.wire.exact_json import Json

_KEPT = 300 * MILLISECOND


@fault("workflow.get-unknown", profile="smoke")
def unknown_workflow_is_bad_request(server: Server) -> None:
    """Reading an unknown workflow gets 400."""

    def refuse(call: Call) -> Reply:
        raise Invalid(f"{call.operation} failed")

    on_refusal(server, "getWorkflow", NotFound, refuse)


@fault("workflow.delete", "workflow.get-deleted", profile="smoke")
def delete_swallowed(server: Server) -> None:
    """Deleting a workflow gets 204, and does nothing."""

    async def handle(original: Handler, call: Call) -> Reply:
        del original
        server.engine.config(call.path["flowId"])
        return Reply(204)

    around(server, "deleteWorkflow", handle)


@fault("workflow.delete")
def deleted_still_listed(server: Server) -> None:
    """A deleted workflow goes on being listed, although it cannot be read."""
    edit(server, "listWorkflows", lambda _: [workflow_as_created(one) for one in server.log.born("workflow-created")])


@fault("workflow.get-deleted", profile="smoke")
def deleted_still_readable(server: Server) -> None:
    """A deleted workflow is listed no more, but can be read."""

    def read(call: Call) -> Reply:
        changes = server.log.of(call.path["flowId"])
        if not changes or changes[0].kind != "workflow-created":
            raise NotFound("there is no such workflow")
        return data(200, workflow_as_created(changes[0]))

    on_refusal(server, "getWorkflow", NotFound, read)


@fault("workflow.run-deleted", profile="smoke")
def deleted_still_runs(server: Server) -> None:
    """A deleted workflow can be run."""

    def config(workflow_id: str) -> object:
        changes = server.log.of(workflow_id)
        if not changes or changes[0].kind != "workflow-created":
            raise NotFound("there is no such workflow")
        return changes[0].data["config"]

    delete = server.handlers["deleteWorkflow"]

    async def delete_once(call: Call) -> Reply:
        if server.views.workflow(call.path["flowId"]) is None:
            raise NotFound("there is no such workflow")
        return await delete(call)

    server.handlers["deleteWorkflow"] = delete_once
    alter(server.engine, "config", lambda _: config)


@fault("workflow.run-deleted")
def refused_run_of_deleted_starts(server: Server) -> None:
    """Running a deleted workflow gets 404, but an instance is started."""

    async def handle(original: Handler, call: Call) -> Reply:
        changes = server.log.of(call.path["workflowID"])
        if changes and changes[-1].kind == "workflow-deleted":
            server.log.append("instance-created", server.engine.new_id(), workflow=call.path["workflowID"])
        return await original(call)

    around(server, "runWorkflow", handle)


@fault("workflow.delete-deleted")
def deletes_twice(server: Server) -> None:
    """Deleting a deleted workflow gets 204 again."""

    async def handle(original: Handler, call: Call) -> Reply:
        changes = server.log.of(call.path["flowId"])
        gone = bool(changes) and changes[-1].kind == "workflow-deleted"
        return Reply(204) if gone else await original(call)

    around(server, "deleteWorkflow", handle)


@fault("workflow.delete-unknown", profile="smoke")
def unknown_workflow_deleted(server: Server) -> None:
    """Deleting a workflow that never was gets 204."""

    async def handle(original: Handler, call: Call) -> Reply:
        return await original(call) if server.log.of(call.path["flowId"]) else Reply(204)

    around(server, "deleteWorkflow", handle)


@fault("workflow.delete-keeps-instances")
def delete_takes_instances(server: Server) -> None:
    """The instances of a deleted workflow are listed no more."""

    async def handle(original: Handler, call: Call) -> Reply:
        wanted = call.query.get("workflowID")
        gone = wanted is not None and server.views.workflow(wanted) is None
        return data(200, []) if gone else await original(call)

    around(server, "listInstances", handle)


@fault("workflow.create-then-get", "workflow.create-then-list")
def delete_takes_namesakes(server: Server) -> None:
    """Deleting a workflow also deletes the others of the same name, unless they have none."""

    async def handle(original: Handler, call: Call) -> Reply:
        doomed = server.views.workflow(call.path["flowId"])
        name = doomed["config"]["name"] if doomed else ""
        reply = await original(call)
        for other in server.views.workflows():
            if name and other["config"]["name"] == name:
                server.engine.delete_workflow(other["id"])
        return reply

    around(server, "deleteWorkflow", handle)


@fault("workflow.run-deleted")
def just_deleted_still_runs(server: Server) -> None:
    """For 300 ms after its deletion a workflow can be run."""

    async def handle(original: Handler, call: Call) -> Reply:
        changes = server.log.of(call.path["workflowID"])
        fresh = bool(changes) and server.clock.now() - changes[-1].at < _KEPT
        if not fresh or changes[-1].kind != "workflow-deleted":
            return await original(call)
        return await before_deletion(server, call.path["workflowID"], original, call)

    around(server, "runWorkflow", handle)


@fault("run.completes", "workflow.delete-keeps-instances")
def deletions_mark_what_has_ended(server: Server) -> None:
    """Deleting a workflow puts an error on its instances that have ended well."""
    marked: set[str] = set()

    def make(delete: Callable[[str], None]) -> Callable[[str], None]:
        def deleted(workflow_id: str) -> None:
            delete(workflow_id)
            own = [each for each in server.log.born("instance-created") if each.data["workflow"] == workflow_id]
            marked.update(each.subject for each in own if server.log.of(each.subject)[-1].kind == "instance-ended")

        return deleted

    def told(instance: Json) -> Json:
        return {"error": "workflow deleted"} | instance if instance["id"] in marked else instance

    alter(server.engine, "delete_workflow", make)
    edit_many(server, INSTANCE_READS, on_each(told))


@fault("envelope.answers")
def deletions_wait_for_instances(server: Server) -> None:
    """The deletion of a workflow is done, and answered, once none of its instances runs any more."""

    async def handle(original: Handler, call: Call) -> Reply:
        for execution in executions_of(server, call.path["flowId"]):
            await execution.ended.wait()
        return await original(call)

    around(server, "deleteWorkflow", handle)


FAULTS = (
    unknown_workflow_is_bad_request,
    delete_swallowed,
    deleted_still_listed,
    deleted_still_readable,
    deleted_still_runs,
    refused_run_of_deleted_starts,
    deletes_twice,
    unknown_workflow_deleted,
    delete_takes_instances,
    delete_takes_namesakes,
    just_deleted_still_runs,
    deletions_mark_what_has_ended,
    deletions_wait_for_instances,
)
