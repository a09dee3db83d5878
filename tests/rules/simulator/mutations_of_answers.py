"""Mutations of what needs no time: how a request is answered, what is echoed, and what a refusal leaves behind."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.rules.evidence.observation import Observation
from conformance.trace import Response
from tests.rules.simulator.mutant import Change, Mutant, Mutation, shifted, without

Cut = Callable[[Mutant, Observation], bool]
_STRANGER = {
    "id": "00000001-0000-4000-8000-00000000ffff",
    "createdAt": "2026-01-01T00:00:00Z",
    "updatedAt": "2026-01-01T00:00:00Z",
}


def _status(status: int, body: Any = None) -> Cut:
    """The decisive answer has another status."""
    return lambda mutant, seen: mutant.answer(seen.exchanges[-1], status, body)


def _code(code: str) -> Cut:
    """The refusal has another error code."""

    def cut(mutant: Mutant, seen: Observation) -> bool:
        refused = mutant.exchanges[seen.exchanges[-1]]
        status = refused.status or 0
        return 400 <= status < 500 and mutant.answer(
            refused.index, status, {"errorCode": code, "errorMessage": "mutated"}
        )

    return cut


def _data(change: Change, operation: str | None = None) -> Cut:
    """The decisive answer has other data."""

    def cut(mutant: Mutant, seen: Observation) -> bool:
        exchange = mutant.exchanges[seen.exchanges[-1]]
        if operation not in (None, exchange.operation) or not isinstance(exchange.data, dict | list):
            return False
        return mutant.change(exchange.index, change)

    return cut


def _headers(*headers: tuple[str, str]) -> Cut:
    def cut(mutant: Mutant, seen: Observation) -> bool:
        index = seen.exchanges[-1]
        old = mutant.exchanges[index].response
        if old is None or not old.body:
            return False
        mutant.exchanges[index] = replace(mutant.exchanges[index], response=replace(old, headers=headers))
        return True

    return cut


def _speaks(mutant: Mutant, seen: Observation) -> bool:
    index = seen.exchanges[-1]
    mutant.exchanges[index] = replace(mutant.exchanges[index], response=Response(204, (), b"{}"))
    return True


def _refusal(rule: str, wrong: str, welcome: int, body: Any = None) -> list[Mutation]:
    """A refusal that is none, that has another status, and that has another error code."""
    return [
        Mutation("it is not refused", rule, _status(welcome, body)),
        Mutation("it is refused with another status", rule, _status(409, {"errorCode": wrong, "errorMessage": "no"})),
        Mutation("it is refused with another code", rule, _code(wrong)),
    ]


def _field(name: str, value: Any) -> Change:
    return lambda data: {**data, name: value}


def _config(change: Change) -> Change:
    return lambda data: {**data, "config": change(data["config"])}


def _first(change: Change) -> Change:
    return lambda data: [change(data[0]), *data[1:]] if data else data


def _grown(value: Any) -> Any:
    """One more wherever a number stands."""
    if isinstance(value, dict):
        return {key: _grown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_grown(item) for item in value]
    return value + 1 if isinstance(value, int) and not isinstance(value, bool) else value


def _left_behind(marker: str) -> Cut:
    """The list of workflows holds what was refused."""

    def cut(mutant: Mutant, seen: Observation) -> bool:
        listing = mutant.exchanges[seen.exchanges[-1]]
        if listing.operation != "listWorkflows":
            return False
        stored = {**_STRANGER, "config": {"name": marker, "stages": []}}
        return mutant.change(listing.index, lambda data: [*data, stored])

    return cut


def _same_id(mutant: Mutant, seen: Observation) -> bool:
    """An id that was given to an earlier workflow or instance."""
    made = mutant.exchanges[seen.exchanges[-1]]
    earlier = next((e for e in mutant.exchanges[: made.index] if e.operation == made.operation and e.ok), None)
    return earlier is not None and mutant.change(made.index, _field("id", earlier.data["id"]))


def _run_refused(mutant: Mutant, seen: Observation) -> bool:
    """A run is refused whose workflow was created here, never deleted, and takes no variable."""
    run = mutant.exchanges[seen.exchanges[-1]]
    workflow = run.params["workflowID"]
    made = [e for e in mutant.exchanges if e.operation == "createWorkflow" and e.ok and e.data["id"] == workflow]
    deleted = any(e.operation == "deleteWorkflow" and e.params["flowId"] == workflow for e in mutant.exchanges)
    body = made[0].request.body or b"" if made else b""
    # Delays of no length, and what becomes of a placeholder without a value, are left open.
    plain = bool(made) and b"${" not in body and b"delay" not in body and made[0].before(run)
    return plain and not deleted and mutant.answer(run.index, 400, {"errorCode": "VALIDATION", "errorMessage": "no"})


def _embedded(change: Change) -> Change:
    return lambda data: {**data, "workflow": change(data["workflow"])} if "workflow" in data else data


_OTHER = {"name": "other", "stages": []}
_MESSAGE = {"errorCode": "NOT_FOUND"}
_INSTANCE = {**_STRANGER, "workflowID": "w", "terminated": False}


def _flip_end(data: Any) -> Any:
    return without("terminatedAt")(data) if data["terminated"] else {**data, "terminatedAt": data["createdAt"]}


MUTATIONS = [
    Mutation("a field is missing", "envelope.schema", _data(lambda d: without("id")(d) if isinstance(d, dict) else d)),
    Mutation("it is told as text", "envelope.schema", _headers(("content-type", "text/plain"))),
    Mutation("it tells no media type", "envelope.schema", _headers()),
    Mutation("an error code of its own", "envelope.error-shape", _code("GONE")),
    Mutation("no message", "envelope.error-shape", _status(404, _MESSAGE)),
    Mutation("an error as text", "envelope.error-shape", _headers(("content-type", "text/plain"))),
    Mutation("it fails", "envelope.no-5xx", _status(500, {"errorCode": "INTERNAL", "errorMessage": "no"})),
    Mutation("a body with 204", "envelope.no-content", _speaks),
    Mutation("an internal field", "envelope.documented-fields",
             _data(lambda d: {**d, "internal": 1} if isinstance(d, dict) else d)),
    Mutation("another method is not found", "envelope.method-not-allowed", _status(404, {})),
    Mutation("updated before it was created", "envelope.time-order",
             _data(lambda d: {**d, "updatedAt": shifted(d["createdAt"], -20)}, "getInstance")),
    Mutation("an entry ends before it starts", "envelope.time-order",
             _data(lambda d: [{**d[0], "terminatedAt": shifted(d[0]["startedAt"], -20)}, *d[1:]] if d else d,
                   "getInstanceHistory")),
    Mutation("a stage starts before its instance", "envelope.time-order",
             _data(_first(lambda e: {**e, "startedAt": "2020-01-01T00:00:00Z"}), "getInstanceHistory")),
    Mutation("the stages are others", "workflow.create-echo", _data(_config(lambda _: _OTHER))),
    Mutation("it is not created", "workflow.create-echo",
             _status(400, {"errorCode": "VALIDATION", "errorMessage": "no"})),
    Mutation("it has a name that nobody gave", "workflow.create-echo",
             _data(_config(lambda c: {**c, "name": "untitled"}))),
    Mutation("the id of another workflow", "workflow.create-distinct", _same_id),
    Mutation("numbers grow", "workflow.exact-numbers", _data(_config(_grown), "createWorkflow")),
    Mutation("it is not found", "workflow.create-then-get", _status(404, {})),
    Mutation("created at another time", "workflow.create-then-get",
             _data(lambda d: {**d, "createdAt": shifted(d["createdAt"], 20)})),
    Mutation("another configuration", "workflow.create-then-get", _data(_config(lambda _: _OTHER))),
    Mutation("it changes when read", "workflow.immutable", _data(_config(lambda _: _OTHER), "getWorkflow")),
    Mutation("it changes inside an instance", "workflow.immutable",
             _data(_embedded(_config(lambda _: _OTHER)), "getInstance")),
    Mutation("it changes in a list", "workflow.immutable", _data(_first(_config(lambda _: _OTHER)), "listWorkflows")),
    Mutation("the list is empty", "workflow.create-then-list", _data(lambda d: d[:0])),
    Mutation("the list repeats itself", "workflow.create-then-list", _data(lambda d: [*d, *copy.deepcopy(d)])),
    *_refusal("workflow.create-malformed", "INTERNAL", 201, {"data": {**_STRANGER, "config": _OTHER}}),
    Mutation("it is stored", "workflow.create-malformed", _left_behind("marker-0123456789-malformed")),
    *_refusal("workflow.create-bad-stage", "NOT_FOUND", 201, {"data": {**_STRANGER, "config": _OTHER}}),
    Mutation("it is stored", "workflow.create-bad-stage", _left_behind("marker-0123456789-bad-stage")),
    *_refusal("workflow.get-unknown", "VALIDATION", 200, {"data": {**_STRANGER, "config": _OTHER}}),
    *_refusal("workflow.get-deleted", "VALIDATION", 200, {"data": {**_STRANGER, "config": _OTHER}}),
    *_refusal("workflow.run-deleted", "VALIDATION", 201, {"data": _INSTANCE}),
    *_refusal("workflow.delete-deleted", "VALIDATION", 204),
    *_refusal("workflow.delete-unknown", "VALIDATION", 204),
    *_refusal("run.unknown-workflow", "VALIDATION", 201, {"data": _INSTANCE}),
    *_refusal("run.bad-variables", "NOT_FOUND", 201, {"data": _INSTANCE}),
    *_refusal("event.unknown-instance", "VALIDATION", 204),
    *_refusal("cancel.unknown-instance", "VALIDATION", 204),
    *_refusal("history.unknown-instance", "INTERNAL", 200, {"data": []}),
    Mutation("it is taken", "stage-history.bad-number", _status(200, {"data": []})),
    Mutation("it is no error", "stage-history.bad-number", _status(400, {})),
    Mutation("it lists another's", "list.unknown-workflow", _status(200, {"data": [_INSTANCE]})),
    Mutation("it is refused", "list.unknown-workflow", _status(404, {"errorCode": "NOT_FOUND", "errorMessage": "no"})),
    Mutation("the id of another instance", "run.created", _same_id),
    Mutation("another workflow's instance", "run.created", _data(_field("workflowID", "another"))),
    Mutation("the run is refused", "run.created", _run_refused),
    Mutation("it is not found", "run.then-get", _status(404, {"errorCode": "NOT_FOUND", "errorMessage": "no"})),
    Mutation("of another workflow", "run.then-get", _data(_field("workflowID", "another"))),
    Mutation("created at another time", "run.then-get", _data(
        lambda d: {**d, "createdAt": shifted(d["createdAt"], 20)})),
    Mutation("another workflow inside", "run.embeds", _data(_embedded(_field("id", "another")), "getInstance")),
    Mutation("another configuration inside", "run.embeds", _data(_embedded(_config(lambda _: _OTHER)), "getInstance")),
    Mutation("it tells no end", "run.wait", _data(lambda d: {**without("terminatedAt")(d), "terminated": False})),
    Mutation("it tells no time of the end", "run.wait", _data(without("terminatedAt"))),
    Mutation("it tells an end", "run.no-wait", _data(
        lambda d: {**d, "terminated": True, "terminatedAt": d["createdAt"]})),
    Mutation("an end without its time, or the reverse", "run.terminated-at", _data(_flip_end, "getInstance")),
    Mutation("an entry's end without its time", "run.terminated-at",
             _data(_first(lambda e: {**e, "terminated": not e["terminated"]}), "getInstanceHistory")),
    Mutation("the workflow stays listed", "workflow.delete", lambda mutant, seen: mutant.exchanges[
        seen.exchanges[-1]].operation == "listWorkflows" and mutant.change(seen.exchanges[-1], lambda data: [
            *data, {**_STRANGER, "id": seen.subject, "config": _OTHER}])),
    Mutation("it is not deleted", "workflow.delete", lambda mutant, seen: mutant.exchanges[
        seen.exchanges[-1]].operation == "deleteWorkflow" and mutant.answer(seen.exchanges[-1], 200, {})),
    Mutation("its instances are gone", "workflow.delete-keeps-instances",
             lambda mutant, seen: mutant.exchanges[seen.exchanges[-1]].operation == "getInstance"
             and mutant.fail(seen.exchanges[-1], 404)),
]  # fmt: skip
