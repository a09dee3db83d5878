"""Faults of what lists leave out, hold twice, or keep from earlier."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reference.engine.clock import MILLISECOND, SECOND
from conformance.reference.faults.answers.envelope import on_each
from conformance.reference.faults.fault import around, edit, fault
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json, read

_FEW = 10
_KEPT = 30 * SECOND
_MOVING = 300 * MILLISECOND


@fault("workflow.create-then-list")
def unnamed_workflows_unlisted(server: Server) -> None:
    """The list of workflows leaves out those without a name."""
    edit(server, "listWorkflows", lambda found: [one for one in found if one["config"]["name"]])


@fault("workflow.create-then-list")
def workflows_listed_once_for_each_run(server: Server) -> None:
    """The list of workflows holds a workflow once for each of its instances."""

    def joined(found: Json) -> Json:
        runs = [change.data["workflow"] for change in server.log.born("instance-created")]
        return [one for one in found for _ in range(max(1, runs.count(one["id"])))]

    edit(server, "listWorkflows", joined)


@fault("run.then-list", "stage.monotone")
def ten_newest_instances_of_a_workflow(server: Server) -> None:
    """Of a workflow's instances only the ten newest are listed."""
    _listed(server, "workflowID", lambda found: found[-_FEW:])


def _listed(server: Server, parameter: str, change: Callable[[Json], Json]) -> None:
    """Change the lists for which a query parameter is given, running=true being meant by ``running``."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        asked = call.query.get(parameter) if parameter != "running" else call.query.get(parameter) == "true"
        return data(200, change(read(reply.body)["data"])) if asked else reply

    around(server, "listInstances", handle)


@fault("list.running")
def delays_are_not_running(server: Server) -> None:
    """running=true leaves out instances whose stage is a delay."""

    def delayed(one: Json) -> bool:
        execution = server.engine.executions[one["id"]]
        return execution.stage_open and "delay" in execution.stages[execution.stage]

    _listed(server, "running", lambda found: [one for one in found if not delayed(one)])


@fault("list.running")
def failed_listed_as_running(server: Server) -> None:
    """running=true lists instances of which a stage failed, too."""

    async def handle(original: Handler, call: Call) -> Reply:
        if call.query.get("running") != "true":
            return await original(call)
        found = server.views.instances(call.query.get("workflowID"), False)
        return data(
            200, [one for one in found if not one["terminated"] or one.get("error", "cancelled") != "cancelled"]
        )

    around(server, "listInstances", handle)


@fault("list.running", "cancel.not-running")
def running_ignored_for_a_workflow(server: Server) -> None:
    """The filters do not go together: with workflowID, running=true lists what has terminated as well."""

    async def handle(original: Handler, call: Call) -> Reply:
        wanted = call.query.get("workflowID")
        return data(200, server.views.instances(wanted, False)) if wanted else await original(call)

    around(server, "listInstances", handle)


@fault("list.unknown-workflow", "list.by-workflow")
def unknown_workflow_lists_everything(server: Server) -> None:
    """Listing the instances of an unknown workflow lists those of all."""

    async def handle(original: Handler, call: Call) -> Reply:
        if server.log.of(call.query.get("workflowID", "")):
            return await original(call)
        return data(200, server.views.instances(None, call.query.get("running") == "true"))

    around(server, "listInstances", handle)


@fault("list.agrees")
def listed_as_last_updated_at_creation(server: Server) -> None:
    """Listed instances tell the time of their creation as that of their last update."""
    edit(server, "listInstances", on_each(lambda one: one | {"updatedAt": one["createdAt"]}))


@fault("run.then-list", "stage.monotone", "list.by-workflow")
def ended_unlisted_unless_asked_for(server: Server) -> None:
    """A list without the parameter running holds the running instances only."""

    async def handle(original: Handler, call: Call) -> Reply:
        if "running" in call.query:
            return await original(call)
        return data(200, server.views.instances(call.query.get("workflowID"), True))

    around(server, "listInstances", handle)


@fault("run.then-list", "list.by-workflow")
def empty_lists_kept(server: Server) -> None:
    """That a workflow had no instances when its list was asked for is believed for half a minute."""
    empty: dict[str, int] = {}

    async def handle(original: Handler, call: Call) -> Reply:
        wanted = call.query.get("workflowID", "")
        if wanted in empty and server.clock.now() - empty[wanted] < _KEPT:
            return data(200, [])
        reply = await original(call)
        if wanted and "running" not in call.query and not read(reply.body)["data"]:
            empty[wanted] = server.clock.now()
        return reply

    around(server, "listInstances", handle)


@fault("list.running")
def running_until_the_first_stage_ends(server: Server) -> None:
    """running=true leaves out instances whose first stage has ended."""

    def begun(one: Json) -> bool:
        return server.engine.executions[one["id"]].stage <= 0

    _listed(server, "running", lambda found: [one for one in found if begun(one)])


@fault("list.agrees")
def lists_tell_the_last_entry_only(server: Server) -> None:
    """A listed instance tells the last entry of its status only."""

    def last(one: Json) -> Json:
        single = server.views.instance(one["id"]) or {"status": []}
        return one | {"status": single["status"][-1:]}

    edit(server, "listInstances", on_each(last))


@fault("list.running")
def deleted_workflows_have_nothing_running(server: Server) -> None:
    """running=true with the id of a deleted workflow lists nothing, though its instances run."""

    async def handle(original: Handler, call: Call) -> Reply:
        changes = server.log.of(call.query.get("workflowID", ""))
        gone = call.query.get("running") == "true" and changes and changes[-1].kind == "workflow-deleted"
        return data(200, []) if gone else await original(call)

    around(server, "listInstances", handle)


@fault("workflow.get-deleted")
def workflows_kept_once_read(server: Server) -> None:
    """A workflow that was read is kept for half a minute, whether it is deleted meanwhile or not."""
    kept: dict[str, tuple[int, Reply]] = {}

    async def handle(original: Handler, call: Call) -> Reply:
        now, name = server.clock.now(), call.path["flowId"]
        if name not in kept or now - kept[name][0] > _KEPT:
            kept[name] = now, await original(call)
        return kept[name][1]

    around(server, "getWorkflow", handle)


@fault("run.then-list", "list.by-workflow", "stage.monotone")
def just_ended_unlisted(server: Server) -> None:
    """For 300 ms after its end an instance is in no list: it is on its way from one table to another."""

    def settled(instance: Json) -> bool:
        last = server.log.of(instance["id"])[-1]
        over = last.kind in {"instance-ended", "instance-cancelled"}
        return not over or server.clock.now() - last.at >= _MOVING

    edit(server, "listInstances", lambda found: [one for one in found if settled(one)])


@fault("list.running")
def waits_after_delays_are_not_running(server: Server) -> None:
    """running=true leaves out instances that wait for an event in a stage after a delay."""

    def delayed(one: Json) -> bool:
        execution = server.engine.executions[one["id"]]
        waits = execution.stage_open and "wait_event" in execution.stages[execution.stage]
        return waits and any("delay" in stage for stage in execution.stages[: execution.stage])

    _listed(server, "running", lambda found: [one for one in found if not delayed(one)])


FAULTS = (
    unnamed_workflows_unlisted,
    workflows_listed_once_for_each_run,
    ten_newest_instances_of_a_workflow,
    delays_are_not_running,
    failed_listed_as_running,
    running_ignored_for_a_workflow,
    unknown_workflow_lists_everything,
    listed_as_last_updated_at_creation,
    ended_unlisted_unless_asked_for,
    empty_lists_kept,
    running_until_the_first_stage_ends,
    lists_tell_the_last_entry_only,
    deleted_workflows_have_nothing_running,
    workflows_kept_once_read,
    just_ended_unlisted,
    waits_after_delays_are_not_running,
)
