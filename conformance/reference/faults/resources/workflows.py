"""Faults of creating and reading workflows."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reference.engine.clock import MILLISECOND, SECOND, rfc3339
from conformance.reference.engine.log import ChangeLog
from conformance.reference.faults.answers.envelope import on_each
from conformance.reference.faults.fault import alter, around, edit, fault, map_numbers, on_refusal
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.request_bodies import workflow_config
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid, NotFound
from conformance.reference.wire.exact_json import Json, MalformedJson, read, write

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


@fault("workflow.exact-numbers", "workflow.create-echo", profile="smoke")
def amounts_as_floats(server: Server) -> None:
    """Amounts pass through a binary float, which rounds the big ones."""
    change = stored_as(lambda config: map_numbers(config, lambda number: int(float(number))))
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
            if server.clock.now() - last[0] < 20 * MILLISECOND:
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


@fault("workflow.create-malformed")
def missing_stages_accepted(server: Server) -> None:
    """A configuration without stages is taken for one with none."""

    async def handle(original: Handler, call: Call) -> Reply:
        config = readable(call.body)
        if config and "stages" not in config:
            call = Call(call.operation, call.path, call.query, write(config | {"stages": []}))
        return await original(call)

    around(server, "createWorkflow", handle)


@fault("workflow.create-malformed")
def refused_workflow_stored(server: Server) -> None:
    """A configuration whose name is no string is refused, but stored all the same."""
    original = server.handlers["createWorkflow"]

    async def handle(call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            store_refused(server.log, server.engine.new_id(), call.body)
            raise

    server.handlers["createWorkflow"] = handle


def store_refused(log: ChangeLog, workflow_id: str, body: bytes) -> None:
    """Store what can be stored of a refused configuration."""
    config = readable(body)
    if not isinstance(config.get("name", ""), str):
        log.append("workflow-created", workflow_id, config={"stages": [], **config, "name": str(config["name"])})


def readable(body: bytes) -> Json:
    """The object in a body, empty if there is none."""
    try:
        found = read(body)
    except MalformedJson:
        return {}
    return found if isinstance(found, dict) else {}


def accept(server: Server, tamed: Callable[[Json], Json | None]) -> Callable[[Call], Reply]:
    """An answer that accepts a refused configuration after ``tamed`` made its stages runnable, or else refuses."""

    def answer(call: Call) -> Reply:
        config = readable(call.body)
        stages = config.get("stages")
        kept = [tamed(stage) for stage in stages] if isinstance(stages, list) else [None]
        if None in kept:
            raise Invalid("the configuration is invalid")
        checked = workflow_config(write(config | {"stages": kept}))
        return data(201, server.views.workflow(server.engine.create_workflow(checked)))

    return answer


@fault("workflow.create-bad-stage", profile="smoke")
def unknown_kind_accepted(server: Server) -> None:
    """A stage of an unknown kind is accepted, and does nothing."""

    def tamed(stage: Json) -> Json | None:
        return {kind if kind in server.stage_kinds.kinds else "noop": given for kind, given in stage.items()}

    on_refusal(server, "createWorkflow", Invalid, accept(server, lambda one: tamed(one) if _is_object(one) else None))


@fault("workflow.create-bad-stage")
def second_key_ignored(server: Server) -> None:
    """Of a stage with two keys the first one counts."""
    first = accept(server, lambda stage: dict(list(stage.items())[:1]) if _is_object(stage) and stage else None)
    on_refusal(server, "createWorkflow", Invalid, first)


@fault("workflow.create-bad-stage")
def event_name_of_any_type(server: Server) -> None:
    """The event of a wait_event stage may be a number; it is made a text."""

    def tamed(stage: Json) -> Json | None:
        given: Json = stage.get("wait_event") if isinstance(stage, dict) else None
        named = _is_object(given) and isinstance(given.get("event"), int)
        return {"wait_event": {"event": str(given["event"])}} if named else stage

    on_refusal(server, "createWorkflow", Invalid, accept(server, tamed))


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


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


FAULTS = (
    name_dropped,
    name_trimmed,
    send_metadata_dropped,
    stages_beyond_eight_dropped,
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
    missing_stages_accepted,
    refused_workflow_stored,
    unknown_kind_accepted,
    second_key_ignored,
    event_name_of_any_type,
    ids_by_content,
)
