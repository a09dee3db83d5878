"""Faults of creating and reading workflows."""

from __future__ import annotations

import sys
from collections.abc import Callable

from conformance.reference.engine.clock import SECOND, rfc3339
from conformance.reference.faults.answers.envelope import on_each
from conformance.reference.faults.fault import alter, around, edit, fault, map_numbers, race
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import NotFound
from conformance.reference.wire.exact_json import Json, write

Create = Callable[[Json], str]


def stored_as(change: Callable[[Json], Json]) -> Callable[[Create], Create]:
    return lambda create: lambda config: create(change(config))


def changed_stages(change: Callable[[str, Json], Json]) -> Callable[[Json], Json]:
    def changed(config: Json) -> Json:
        stages = [{kind: change(kind, given) for kind, given in stage.items()} for stage in config["stages"]]
        return config | {"stages": stages}

    return changed


@fault("workflow.create-echo", profile="smoke")
def name_dropped(server: Server) -> None:
    """The name of a workflow is not kept."""
    alter(server.engine, "create_workflow", stored_as(lambda config: config | {"name": ""}))


@fault("workflow.create-echo")
def name_trimmed(server: Server) -> None:
    """White space around the name of a workflow is not kept."""
    alter(server.engine, "create_workflow", stored_as(lambda config: config | {"name": config["name"].strip()}))


@fault("workflow.create-echo", "history.stages")
def send_metadata_dropped(server: Server) -> None:
    """The metadata of a send stage, and of no other kind, is not kept."""

    def drop(kind: str, given: Json) -> Json:
        return {key: item for key, item in given.items() if key != "metadata"} if kind == "send" else given

    alter(server.engine, "create_workflow", stored_as(changed_stages(drop)))


@fault("workflow.create-echo")
def stages_beyond_eight_dropped(server: Server) -> None:
    """Only the first eight stages of a workflow are kept."""
    alter(server.engine, "create_workflow", stored_as(lambda config: config | {"stages": config["stages"][:8]}))


@fault("workflow.create-echo")
def equal_delays_are_one(server: Server) -> None:
    """A delay that equals the stage before it is not kept: it is taken for the same one, sent twice."""

    def merged(config: Json) -> Json:
        pairs = zip([None, *config["stages"]], config["stages"], strict=False)
        return config | {"stages": [stage for before, stage in pairs if "delay" not in stage or stage != before]}

    alter(server.engine, "create_workflow", stored_as(merged))


@fault("workflow.exact-numbers", "workflow.create-echo", profile="smoke")
def amounts_as_floats(server: Server) -> None:
    """Amounts pass through a binary float, which rounds the big ones, and is the largest float for bigger ones."""
    most = int(sys.float_info.max)
    change = stored_as(lambda config: map_numbers(config, lambda number: int(float(min(number, most)))))
    alter(server.engine, "create_workflow", change)


@fault("workflow.exact-numbers", "workflow.create-echo")
def amounts_of_64_bits(server: Server) -> None:
    """Amounts of 64 bits and more are cut down to the largest that fits."""
    change = stored_as(lambda config: map_numbers(config, lambda number: min(number, 2**63 - 1)))
    alter(server.engine, "create_workflow", change)


@fault("workflow.create-then-get", "workflow.immutable", profile="smoke")
def created_when_read(server: Server) -> None:
    """A single read of a workflow tells the time of the read as the time of its creation."""

    def renew(workflow: Json) -> Json:
        at = rfc3339(server.clock.now() + SECOND)
        return workflow | {"createdAt": at, "updatedAt": at}

    edit(server, "getWorkflow", renew)


@fault("workflow.create-then-get", "workflow.immutable")
def times_cut_to_seconds(server: Server) -> None:
    """A single read of a workflow tells whole seconds."""
    edit(
        server, "getWorkflow", lambda found: found | {key: found[key][:19] + "Z" for key in ("createdAt", "updatedAt")}
    )


@fault("workflow.create-then-get", rare=0.5)
def second_of_a_pair_unreadable(server: Server) -> None:
    """Of two workflows created within 20 ms, the second one cannot be read."""
    lost: set[str] = set()
    last = [0]

    def make(create: Create) -> Create:
        def created(config: Json) -> str:
            workflow_id = create(config)
            if server.clock.now() - last[0] < race(server, 20):
                lost.add(workflow_id)
            last[0] = server.clock.now()
            return workflow_id

        return created

    async def handle(original: Handler, call: Call) -> Reply:
        if call.path["flowId"] in lost:
            raise NotFound("there is no such workflow")
        return await original(call)

    alter(server.engine, "create_workflow", make)
    around(server, "getWorkflow", handle)


@fault("workflow.immutable", "run.embeds")
def embedded_without_stages(server: Server) -> None:
    """The workflow inside a listed instance has no stages."""

    def strip(instance: Json) -> Json:
        workflow = instance["workflow"]
        return instance | {"workflow": workflow | {"config": workflow["config"] | {"stages": []}}}

    edit(server, "listInstances", on_each(strip))


@fault("workflow.immutable", "workflow.create-then-get")
def run_touches_workflow(server: Server) -> None:
    """Running a workflow changes the time of its last update."""
    touched: dict[str, str] = {}

    async def run(original: Handler, call: Call) -> Reply:
        touched[call.path["workflowID"]] = rfc3339(server.clock.now())
        return await original(call)

    around(server, "runWorkflow", run)
    edit(server, "getWorkflow", lambda found: found | {"updatedAt": touched.get(found["id"], found["updatedAt"])})


@fault("workflow.create-then-list")
def workflows_cut_at_100(server: Server) -> None:
    """Only the first hundred workflows are listed."""
    edit(server, "listWorkflows", lambda found: found[:100])


@fault("workflow.create-then-list")
def last_workflow_twice(server: Server) -> None:
    """The newest workflow is listed twice when there is an even number of them."""
    edit(server, "listWorkflows", lambda found: found + found[-1:] if len(found) % 2 == 0 else found)


@fault("workflow.create-then-list", "workflow.delete", profile="smoke")
def stale_list_of_workflows(server: Server) -> None:
    """The list of workflows is kept for two seconds before it is made anew."""
    _keep_list(server, 2 * SECOND)


def _keep_list(server: Server, duration: int) -> list[tuple[int, Json]]:
    """Give the same list of workflows for ``duration`` ns; the list that is returned holds it, and since when."""
    kept: list[tuple[int, Json]] = []

    def stale(found: Json) -> Json:
        if not kept or server.clock.now() - kept[0][0] > duration:
            kept[:] = [(server.clock.now(), found)]
        return kept[0][1]

    edit(server, "listWorkflows", stale)
    return kept


@fault("workflow.delete")
def deletions_leave_the_list_kept(server: Server) -> None:
    """The list of workflows is kept for half a second; a creation has it made anew, a deletion does not."""
    kept = _keep_list(server, SECOND // 2)

    async def created(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        kept.clear()
        return reply

    around(server, "createWorkflow", created)


@fault("workflow.create-distinct", "workflow.create-echo", profile="smoke")
def ids_by_content(server: Server) -> None:
    """Creating a configuration that exists already gives the workflow that has it."""
    known: dict[bytes, str] = {}

    def make(create: Create) -> Create:
        def created(config: Json) -> str:
            key = write(config)
            if key not in known or server.views.workflow(known[key]) is None:
                known[key] = create(config)
            return known[key]

        return created

    alter(server.engine, "create_workflow", make)


@fault("workflow.create-distinct", "workflow.create-echo")
def equal_creations_at_once_are_one(server: Server) -> None:
    """Creating a configuration that was created less than 10 ms before gives the earlier workflow."""
    last: dict[bytes, tuple[int, str]] = {}

    def make(create: Create) -> Create:
        def created(config: Json) -> str:
            key, now = write(config), server.clock.now()
            if key not in last or now - last[key][0] >= race(server, 10):
                last[key] = now, create(config)
            return last[key][1]

        return created

    alter(server.engine, "create_workflow", make)


FAULTS = (
    name_dropped,
    name_trimmed,
    send_metadata_dropped,
    stages_beyond_eight_dropped,
    equal_delays_are_one,
    amounts_as_floats,
    amounts_of_64_bits,
    created_when_read,
    times_cut_to_seconds,
    second_of_a_pair_unreadable,
    embedded_without_stages,
    run_touches_workflow,
    workflows_cut_at_100,
    last_workflow_twice,
    stale_list_of_workflows,
    deletions_leave_the_list_kept,
    ids_by_content,
    equal_creations_at_once_are_one,
)
