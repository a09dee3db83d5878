"""Faults of listing instances."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reference.faults.answers.envelope import on_each, shifted
from conformance.reference.faults.fault import around, edit, fault
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import NotFound
from conformance.reference.wire.exact_json import Json

_SEVERAL = 3


@fault("list.by-workflow", profile="smoke")
def workflow_filter_ignored(server: Server) -> None:
    """Listing the instances of a workflow lists those of all."""

    async def handle(original: Handler, call: Call) -> Reply:
        del original
        return data(200, server.views.instances(None, call.query.get("running") == "true"))

    around(server, "listInstances", handle)


@fault("list.by-workflow", profile="thorough")
def workflow_filter_ignored_for_running(server: Server) -> None:
    """The filters do not go together: with running=true, instances of all workflows are listed."""

    async def handle(original: Handler, call: Call) -> Reply:
        both = call.query.get("running") == "true"
        return data(200, server.views.instances(None, True)) if both else await original(call)

    around(server, "listInstances", handle)


@fault("run.then-list", "list.running", profile="thorough")
def instances_cut_at_100(server: Server) -> None:
    """Lists of instances hold the first hundred only."""
    edit(server, "listInstances", lambda found: found[:100])


@fault("list.running", "cancel.not-running", profile="smoke")
def running_filter_ignored(server: Server) -> None:
    """running=true lists terminated instances too."""

    async def handle(original: Handler, call: Call) -> Reply:
        del original
        return data(200, server.views.instances(call.query.get("workflowID"), False))

    around(server, "listInstances", handle)


@fault("list.running")
def waiting_is_not_running(server: Server) -> None:
    """running=true leaves out instances that wait for an event."""

    async def handle(original: Handler, call: Call) -> Reply:
        if call.query.get("running") != "true":
            return await original(call)
        found = server.views.instances(call.query.get("workflowID"), True)
        executions = server.engine.executions
        return data(200, [one for one in found if executions[one["id"]].waiting_for is None])

    around(server, "listInstances", handle)


@fault("list.running")
def oldest_running_unlisted(server: Server) -> None:
    """running=true without a workflow leaves out the oldest of several instances."""
    _all_running(server, lambda found: found[1:] if len(found) > 1 else found)


@fault("list.running")
def newest_running_unlisted(server: Server) -> None:
    """running=true without a workflow leaves out the newest of several instances."""
    _all_running(server, lambda found: found[:-1] if len(found) > 1 else found)


def _all_running(server: Server, change: Callable[[list[Json]], list[Json]]) -> None:
    async def handle(original: Handler, call: Call) -> Reply:
        if call.query.get("running") != "true" or "workflowID" in call.query:
            return await original(call)
        return data(200, change(server.views.instances(None, True)))

    around(server, "listInstances", handle)


@fault("workflow.create-then-list")
def oldest_workflow_unlisted(server: Server) -> None:
    """The list of workflows leaves out the oldest of more than three."""
    edit(server, "listWorkflows", lambda found: found[1:] if len(found) > _SEVERAL else found)


@fault("list.agrees", "run.terminated-at", profile="smoke")
def listed_end_differs(server: Server) -> None:
    """A listed instance ended at another time than the single read of it says."""

    def late(instance: Json) -> Json:
        ended = instance.get("terminatedAt")
        return instance | {"terminatedAt": shifted(ended, 0.5)} if ended else instance

    edit(server, "listInstances", on_each(late))


@fault("list.agrees")
def listed_creation_rounded(server: Server) -> None:
    """Listed instances tell the time of their creation in whole seconds."""
    edit(server, "listInstances", on_each(lambda one: one | {"createdAt": one["createdAt"][:19] + "Z"}))


@fault("list.agrees", "cancel.error")
def listed_error_differs(server: Server) -> None:
    """A listed instance that ended with an error tells another error."""
    edit(server, "listInstances", on_each(lambda one: one | {"error": "failed"} if "error" in one else one))


@fault("list.unknown-workflow", profile="smoke")
def unknown_workflow_has_no_list(server: Server) -> None:
    """Listing the instances of an unknown workflow gets 404."""

    async def handle(original: Handler, call: Call) -> Reply:
        wanted = call.query.get("workflowID")
        if wanted is not None and not server.log.of(wanted):
            raise NotFound("there is no such workflow")
        return await original(call)

    around(server, "listInstances", handle)


FAULTS = (
    workflow_filter_ignored,
    workflow_filter_ignored_for_running,
    instances_cut_at_100,
    running_filter_ignored,
    waiting_is_not_running,
    oldest_running_unlisted,
    newest_running_unlisted,
    oldest_workflow_unlisted,
    listed_end_differs,
    listed_creation_rounded,
    listed_error_differs,
    unknown_workflow_has_no_list,
)
