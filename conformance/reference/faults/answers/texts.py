"""Faults of what is done to texts: read as numbers, decoded, left unescaped, or dropped when they are empty."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import unquote_plus

from conformance.reference.engine.stages import Execution
from conformance.reference.faults.answers.envelope import on_each
from conformance.reference.faults.fault import alter, around, edit, fault, on_refusal
from conformance.reference.faults.lifecycle.runs import without
from conformance.reference.faults.resources.malformed_workflows import accept
from conformance.reference.faults.resources.workflows import changed_stages, stored_as
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import ApiError, Invalid, NotFound
from conformance.reference.wire.exact_json import Json

_NUMBER = re.compile(r"\d{1,20}(\.\d{1,10})?", re.ASCII)


@fault("envelope.error-shape")
def ids_raw_in_errors(server: Server) -> None:
    """The 404 for an unknown instance quotes its id without escaping it."""

    def answer(call: Call) -> Reply:
        text = '{"errorCode":"NOT_FOUND","errorMessage":"no instance ' + call.path["instanceID"] + '"}'
        return Reply(404, text.encode("utf-8", "replace"))

    on_refusal(server, "getInstance", NotFound, answer)


@fault("envelope.no-5xx")
def nul_crashes_events(server: Server) -> None:
    """An event whose name holds a NUL gets 500."""

    async def handle(original: Handler, call: Call) -> Reply:
        if b"\\u0000" in call.body:
            raise ApiError("invalid byte sequence")
        return await original(call)

    around(server, "sendEvent", handle)


def mapped(value: Json, change: Callable[[str], str]) -> Json:
    """The value with every text in it changed."""
    if isinstance(value, dict):
        return {key: mapped(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [mapped(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


@fault("workflow.create-echo")
def number_texts_reformatted(server: Server) -> None:
    """A text that looks like a number loses its leading and trailing zeros."""

    def number(text: str) -> str:
        return format(Decimal(text).normalize(), "f") if _NUMBER.fullmatch(text) else text

    alter(server.engine, "create_workflow", stored_as(lambda config: mapped(config, number)))


@fault("workflow.create-echo")
def false_omitted(server: Server) -> None:
    """What is false in a stage's parameters is not kept."""

    def kept(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: kept(item) for key, item in value.items() if item is not False}
        return value

    alter(server.engine, "create_workflow", stored_as(changed_stages(lambda _, given: kept(given))))


@fault("workflow.create-bad-stage")
def destination_unchecked(server: Server) -> None:
    """A send whose destination is of a wrong type is accepted."""

    def tamed(stage: Json) -> Json | None:
        send = stage.get("send") if isinstance(stage, dict) else None
        replaced = {"destination": {"account": {"id": "x"}}}
        return {"send": send | replaced} if isinstance(send, dict) else None

    on_refusal(server, "createWorkflow", Invalid, accept(server, tamed))


def _heard(server: Server, same: Callable[[str, str], bool]) -> None:
    """Have a stage hear every name that is the ``same`` as the one it waits for."""

    def make(deliver: Callable[[Execution, str], None]) -> Callable[[Execution, str], None]:
        def delivered(execution: Execution, name: str) -> None:
            awaited = execution.waiting_for
            deliver(execution, awaited if awaited is not None and same(awaited, name) else name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.other", "stage.waits")
def number_names_equal(server: Server) -> None:
    """Names of events that are equal as numbers are taken for equal."""

    def same(awaited: str, name: str) -> bool:
        return all(map(_NUMBER.fullmatch, (awaited, name))) and Decimal(awaited) == Decimal(name)

    _heard(server, same)


@fault("event.other", "stage.waits")
def names_form_decoded(server: Server) -> None:
    """Names of events are decoded like those of a form: + and %20 are blanks."""
    _heard(server, lambda awaited, name: awaited == unquote_plus(name))


@fault("history.stages")
def ledger_always_default(server: Server) -> None:
    """History tells the ledger default for every send and update."""

    def default(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: "default" if key == "ledger" else default(item) for key, item in value.items()}
        return value

    edit(server, "getInstanceHistory", on_each(lambda entry: entry | {"input": default(entry["input"])}))


@fault("history.stages")
def history_without_timestamp(server: Server) -> None:
    """History leaves out the timestamp of a send."""
    strip = on_each(lambda entry: entry | {"input": without(entry["input"], "timestamp")})
    edit(server, "getInstanceHistory", strip)


FAULTS = (
    ids_raw_in_errors,
    nul_crashes_events,
    number_texts_reformatted,
    false_omitted,
    destination_unchecked,
    number_names_equal,
    names_form_decoded,
    ledger_always_default,
    history_without_timestamp,
)
