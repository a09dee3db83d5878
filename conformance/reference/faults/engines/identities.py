"""Faults of identity: the id of a workflow is taken for that of an instance, and the reverse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conformance.reference.faults.fault import around, fault
from conformance.reference.faults.resources.leftovers import executions_of, workflow_of
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server


def newest_instance(server: Server, workflow_id: str) -> str | None:
    """The newest instance of a workflow that has not been deleted; None when there is none."""
    if server.views.workflow(workflow_id) is None:
        return None
    runs = executions_of(server, workflow_id)
    return runs[-1].instance_id if runs else None


def _translated(server: Server, operation: str, parameter: str, find: Callable[[Server, str], str | None]) -> None:
    """Have an operation take an id of the other kind for what ``find`` gives for it."""

    async def handle(original: Handler, call: Call) -> Reply:
        found = find(server, call.path[parameter])
        return await original(call if found is None else replace(call, path={**call.path, parameter: found}))

    around(server, operation, handle)


@fault("run.unknown-workflow")
def instance_id_runs_its_workflow(server: Server) -> None:
    """Running a workflow by the id of an instance runs the instance's workflow."""
    _translated(server, "runWorkflow", "workflowID", workflow_of)


@fault("workflow.delete-unknown")
def instance_id_deletes_its_workflow(server: Server) -> None:
    """Deleting a workflow by the id of an instance deletes the instance's workflow."""
    _translated(server, "deleteWorkflow", "flowId", workflow_of)


@fault("event.unknown-instance")
def workflow_id_hears_events(server: Server) -> None:
    """An event to the id of a workflow reaches its newest instance."""
    _translated(server, "sendEvent", "instanceID", newest_instance)


@fault("cancel.unknown-instance")
def workflow_id_cancels_its_instance(server: Server) -> None:
    """Cancelling by the id of a workflow cancels its newest instance."""
    _translated(server, "cancelEvent", "instanceID", newest_instance)


@fault("history.unknown-instance")
def workflow_id_tells_a_history(server: Server) -> None:
    """The history of a workflow's id is that of its newest instance."""
    _translated(server, "getInstanceHistory", "instanceID", newest_instance)


@fault("list.by-workflow", "list.unknown-workflow")
def instance_id_lists_its_siblings(server: Server) -> None:
    """Listing by the id of an instance lists the instances of its workflow."""

    async def handle(original: Handler, call: Call) -> Reply:
        workflow = workflow_of(server, call.query.get("workflowID", ""))
        return await original(replace(call, query={**call.query, "workflowID": workflow}) if workflow else call)

    around(server, "listInstances", handle)


FAULTS = (
    instance_id_runs_its_workflow,
    instance_id_deletes_its_workflow,
    workflow_id_hears_events,
    workflow_id_cancels_its_instance,
    workflow_id_tells_a_history,
    instance_id_lists_its_siblings,
)
