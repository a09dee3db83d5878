"""Faults of configurations that should be refused."""

from __future__ import annotations

from collections.abc import Callable

from conformance.reference.engine.log import ChangeLog
from conformance.reference.faults.fault import around, fault, on_refusal
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.request_bodies import workflow_config
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid
from conformance.reference.wire.exact_json import Json, MalformedJson, read, write


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


FAULTS = (
    missing_stages_accepted,
    refused_workflow_stored,
    unknown_kind_accepted,
    second_key_ignored,
    event_name_of_any_type,
)
