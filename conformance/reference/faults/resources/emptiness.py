"""Faults of what counts as nothing in many languages, an empty list or text, zero, false; and of no workflows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from conformance.reference.faults.fault import around, edit, fault
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json, MalformedJson, read, write

_NOTHING = ('""', "0", "false", "[]")


def _as_sent(server: Server, operation: str, change: Callable[[Json], Json]) -> None:
    """Read the body of an operation as ``change`` makes it."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            body = read(call.body)
        except MalformedJson:
            return await original(call)
        return await original(replace(call, body=write(change(body))))

    around(server, operation, handle)


def _is_nothing(value: Json) -> bool:
    return write(value).decode() in _NOTHING


@fault("run.bad-variables")
def falsy_variables_are_none(server: Server) -> None:
    """Variables that are an empty list or text, zero or false are taken for none."""
    _as_sent(server, "runWorkflow", lambda body: {} if _is_nothing(body) else body)


@fault("workflow.create-malformed")
def falsy_names_are_none(server: Server) -> None:
    """A workflow's name that is an empty list, zero or false is taken for none."""

    def named(body: Json) -> Json:
        return body | {"name": ""} if isinstance(body, dict) and _is_nothing(body.get("name")) else body

    _as_sent(server, "createWorkflow", named)


@fault("workflow.create-malformed")
def falsy_stages_are_none(server: Server) -> None:
    """Stages that are an empty text, zero or false are taken for none."""

    def staged(body: Json) -> Json:
        return body | {"stages": []} if isinstance(body, dict) and _is_nothing(body.get("stages")) else body

    _as_sent(server, "createWorkflow", staged)


@fault("workflow.create-bad-stage")
def empty_lists_are_objects(server: Server) -> None:
    """An empty list where a stage has an object, such as its parameters or metadata, is taken for an empty object."""

    def objects(value: Json) -> Json:
        return {key: objects(item) for key, item in value.items()} if isinstance(value, dict) else value or {}

    def staged(body: Json) -> Json:
        stages = body.get("stages") if isinstance(body, dict) else None
        if not isinstance(stages, list):
            return body
        return body | {"stages": [objects(stage) if isinstance(stage, dict) else stage for stage in stages]}

    _as_sent(server, "createWorkflow", staged)


@fault("event.malformed")
def booleans_name_events(server: Server) -> None:
    """An event whose name is true or false is taken for one of that name."""

    def named(body: Json) -> Json:
        name = body.get("name") if isinstance(body, dict) else None
        return body | {"name": str(name).lower()} if isinstance(name, bool) else body

    _as_sent(server, "sendEvent", named)


@fault("envelope.schema")
def no_workflows_are_null(server: Server) -> None:
    """A list of no workflows is answered as null."""
    edit(server, "listWorkflows", lambda found: found or None)


FAULTS = (
    falsy_variables_are_none,
    falsy_names_are_none,
    falsy_stages_are_none,
    empty_lists_are_objects,
    booleans_name_events,
    no_workflows_are_null,
)
