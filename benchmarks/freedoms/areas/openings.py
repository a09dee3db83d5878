"""What the API leaves open by name: unknown keys, placeholders, early events, deletions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.freedom import Freedom, of_answer, of_server
from conformance.reference.engine.instances import Engine
from conformance.reference.engine.interpolation import interpolate
from conformance.reference.engine.parameters import SHAPES, Fields
from conformance.reference.engine.stages import Execution, StageFailed
from conformance.reference.engine.views import ACTIVITIES
from conformance.reference.faults.fault import alter, around
from conformance.reference.faults.resources.workflows import changed_stages, stored_as
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid
from conformance.reference.wire.exact_json import Json, MalformedJson, read, write

_UNKNOWN_KEYS = "unknown keys in a request are left open"
_PLACEHOLDERS = "unresolved ${} are left open"
_EARLY = "an event sent while no stage waits for it is left open"
_DELETED = "whether running instances of a deleted workflow go on is left open"
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")


def _document(body: bytes) -> Json:
    try:
        return read(body)
    except MalformedJson:
        return None


def _known(value: Json, fields: Any) -> Json:
    if not isinstance(value, dict) or not isinstance(fields, Fields):
        return value
    return {key: _known(item, fields.known[key]) for key, item in value.items() if key in fields.known}


def _known_config(config: Json) -> Json:
    stages = changed_stages(lambda kind, given: _known(given, SHAPES[kind]))(config)["stages"]
    return {"name": config["name"], "stages": stages}


@of_server(_UNKNOWN_KEYS, "unknown keys")
def refuses_unknown_keys(server: Server, chance: Random) -> None:
    """An unknown key in a configuration or an event gets 400."""
    del chance

    def strict(original: Any) -> Any:
        def create(config: Json) -> str:
            if config != _known_config(config):
                raise Invalid("unknown key")
            return str(original(config))

        return create

    async def event(original: Handler, call: Call) -> Reply:
        given = _document(call.body)
        if isinstance(given, dict) and given.keys() - {"name"}:
            raise Invalid("unknown key")
        return await original(call)

    alter(server.engine, "create_workflow", strict)
    around(server, "sendEvent", event)


@of_server(_UNKNOWN_KEYS, "unknown keys")
def drops_unknown_keys(server: Server, chance: Random) -> None:
    """An unknown key in a configuration is not kept."""
    del chance
    alter(server.engine, "create_workflow", stored_as(_known_config))


def _as_text(value: Json, fields: Any) -> Json:
    if not isinstance(value, dict) or not isinstance(fields, Fields):
        return value
    known = fields.known
    return {key: _as_text(item, known[key]) if key in known else str(item) for key, item in value.items()}


@of_server(_UNKNOWN_KEYS, "unknown keys")
def unknown_keys_as_text(server: Server, chance: Random) -> None:
    """What stands under an unknown key of a stage is kept as a text."""
    del chance
    kept = changed_stages(lambda kind, given: _as_text(given, SHAPES[kind]))
    alter(server.engine, "create_workflow", stored_as(kept))


@of_answer(_UNKNOWN_KEYS)
def history_of_known_keys(answer: Answer, asked: Asked) -> None:
    """A history's inputs hold documented keys only."""
    kinds = {name: kind for kind, name in ACTIVITIES.items()}
    for entry in answer.records if asked.operation == "getInstanceHistory" else []:
        entry["input"] = _known(entry["input"], SHAPES[kinds[entry["name"]]])


def _names(value: Json) -> set[str]:
    if isinstance(value, str):
        return set(_REFERENCE.findall(value))
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return {name for each in inner for name in _names(each)}


@of_server(_PLACEHOLDERS, "placeholders")
def refuses_unresolved_placeholders(server: Server, chance: Random) -> None:
    """A run that lacks a variable gets 400."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        given = _document(call.body) if call.body else {}
        wanted = _names(server.engine.config(call.path["workflowID"])["stages"])
        if isinstance(given, dict) and wanted - given.keys():
            raise Invalid("a variable is missing")
        return await original(call)

    around(server, "runWorkflow", handle)


class _Nothing(dict[str, str]):
    """Variables of which those that were not given are empty."""

    def get(self, key: str, default: Any = None) -> Any:
        """A variable, or nothing."""
        del default
        return super().get(key, "")


@of_server(_PLACEHOLDERS, "placeholders")
def unresolved_placeholders_are_empty(server: Server, chance: Random) -> None:
    """A variable that a run lacks is an empty text."""
    del chance

    def start(original: Any) -> Any:
        def run(workflow_id: str, variables: Mapping[str, str]) -> str:
            return str(original(workflow_id, _Nothing(variables)))

        return run

    alter(server.engine, "start", start)


@of_server("nested ${} are left open", "placeholders")
def placeholders_in_variables(server: Server, chance: Random) -> None:
    """A placeholder in a variable is replaced, too."""
    del chance

    def start(original: Any) -> Any:
        def run(workflow_id: str, variables: Mapping[str, str]) -> str:
            nested = {name: interpolate(text, variables) for name, text in variables.items()}
            return str(original(workflow_id, nested))

        return run

    alter(server.engine, "start", start)


@of_server("how an update ends is left open: its account may be unknown to the ledger")
def updates_fail(server: Server, chance: Random) -> None:
    """An update fails, and so does its activity."""
    del chance

    async def update(execution: Execution, parameters: Json) -> None:
        account = parameters.get("account")
        if account is not None:
            wanted = {key: account[key] for key in ("id", "ledger", "metadata")}
            given = {"name": "AddAccountMetadata", "input": {"AddAccountMetadata": wanted}}
            server.log.append("activity-started", execution.instance_id, execution.stage, **given)
            server.log.append("activity-ended", execution.instance_id, execution.stage, error="no such account")
        raise StageFailed("no such account")

    server.stage_kinds.kinds["update"] = update


@of_server("how a send ends that does not come from the account world is left open")
def sends_need_no_funds(server: Server, chance: Random) -> None:
    """Every account may owe any amount."""
    del chance

    def generous(original: Any) -> Any:
        def booked(name: str, posted: Json, overdraft: bool) -> Json:
            del overdraft
            return original(name, posted, True)

        return booked

    alter(server.ledger, "create_transaction", generous)


@of_server("null variables are left open", "null variables")
def null_variables_are_empty(server: Server, chance: Random) -> None:
    """A variable that is null is an empty text."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        given = _document(call.body)
        if isinstance(given, dict):
            filled = {key: "" if value is None else value for key, value in given.items()}
            call = replace(call, body=write(filled))
        return await original(call)

    around(server, "runWorkflow", handle)


@of_server(_EARLY, "events")
def keeps_early_events(server: Server, chance: Random) -> None:
    """An event that comes before a stage waits for it is kept for that stage."""
    del chance
    kept: defaultdict[str, list[str]] = defaultdict(list)
    wait = server.stage_kinds.kinds["wait_event"]

    def deliver(original: Any) -> Any:
        def handed(execution: Execution, name: str) -> None:
            if execution.waiting_for != name:
                kept[execution.instance_id].append(name)
            original(execution, name)

        return handed

    async def wait_event(execution: Execution, parameters: Json) -> None:
        name = parameters["event"]
        if name in kept[execution.instance_id]:
            kept[execution.instance_id].remove(name)
            return
        await wait(execution, parameters)

    alter(server.engine, "deliver", deliver)
    server.stage_kinds.kinds["wait_event"] = wait_event


def _running(server: Server, workflow_id: str) -> list[str]:
    found = []
    for instance_id, execution in server.engine.executions.items():
        born = server.log.of(instance_id)[0]
        if born.data["workflow"] == workflow_id and not execution.ended.is_set():
            found.append(instance_id)
    return found


@of_server(_DELETED, "deleted workflows")
def deleting_cancels(server: Server, chance: Random) -> None:
    """Deleting a workflow cancels its running instances."""
    del chance

    def delete(original: Any) -> Any:
        def done(workflow_id: str) -> None:
            original(workflow_id)
            for instance_id in _running(server, workflow_id):
                Engine.cancel(server.engine, instance_id)

        return done

    alter(server.engine, "delete_workflow", delete)


@of_server(_DELETED, "deleted workflows")
def deleting_freezes(server: Server, chance: Random) -> None:
    """The running instances of a deleted workflow stay as they are."""
    del chance

    def delete(original: Any) -> Any:
        def done(workflow_id: str) -> None:
            original(workflow_id)
            for instance_id in _running(server, workflow_id):
                execution = server.engine.executions[instance_id]
                if execution.task is not None:
                    execution.task.cancel()

        return done

    alter(server.engine, "delete_workflow", delete)


FREEDOMS: tuple[Freedom, ...] = (
    refuses_unknown_keys,
    drops_unknown_keys,
    unknown_keys_as_text,
    history_of_known_keys,
    refuses_unresolved_placeholders,
    unresolved_placeholders_are_empty,
    placeholders_in_variables,
    updates_fail,
    sends_need_no_funds,
    null_variables_are_empty,
    keeps_early_events,
    deleting_cancels,
    deleting_freezes,
)
