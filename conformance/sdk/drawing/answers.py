"""Good answers of each operation, drawn from the schemas of the API document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from conformance.contract.document import bundled_document
from conformance.contract.schema.oas import convert, success_schema
from conformance.contract.schema.responses import HISTORY_KINDS
from conformance.sdk.drawing.values import Palette, named, resolved, schemas, values

PLAIN = Palette()


def _rest_of(name: str, palette: Palette) -> st.SearchStrategy[Any]:
    """Entries without what depends on their name."""
    schema = resolved(schemas()[name])
    rest = {key: below for key, below in schema["properties"].items() if key not in ("input", "output")}
    return values({**schema, "properties": rest}, palette)


@st.composite
def history_entries(draw: st.DrawFn, palette: Palette, name: str) -> dict[str, Any]:
    """An entry of a history, its input that of the kind that its name tells."""
    entry: dict[str, Any] = draw(_rest_of("WorkflowInstanceHistory", palette))
    given = draw(named(HISTORY_KINDS[name], palette))
    if name == "RunDelay" and len(given) != 1:
        given = {"duration": "1m30s"}
    return {**entry, "name": name, "input": given}


def activity_schemas(side: str) -> Mapping[str, Any]:
    """The schemas of what activities take (``side`` "input") or give ("output"), by their names in order."""
    found = resolved(schemas()[f"WorkflowInstanceHistoryStage{side.title()}"])["properties"]
    return dict(sorted(found.items()))


@st.composite
def activity_entries(draw: st.DrawFn, palette: Palette, name: str) -> dict[str, Any]:
    """An entry of a stage's history: input and output hold one key, the activity's name."""
    inputs, outputs = activity_schemas("input"), activity_schemas("output")
    entry: dict[str, Any] = draw(_rest_of("WorkflowInstanceHistoryStage", palette))
    # Of all integers, only this one is not said to be of any size.
    entry["attempt"] = draw(st.integers(1, 100))
    entry |= {"name": name, "input": {name: draw(values(inputs[name], palette))}}
    if name in outputs:
        entry["output"] = {name: draw(values(outputs[name], palette))}
    return entry


def without_output(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of a stage's history as it is before its activity has ended well."""
    return {name: value for name, value in entry.items() if name != "output"}


def _named(name: str) -> Callable[[Palette], st.SearchStrategy[Any]]:
    return lambda palette: named(name, palette)


def _waiting_entries(palette: Palette) -> st.SearchStrategy[Any]:
    return history_entries(palette, "RunWaitEvent")


def _account_entries(palette: Palette) -> st.SearchStrategy[Any]:
    return activity_entries(palette, "GetAccount").map(without_output)


def _lists(each: Callable[[Palette], st.SearchStrategy[Any]]) -> Callable[[Palette], st.SearchStrategy[Any]]:
    return lambda palette: st.lists(each(palette), max_size=3)


_WORKFLOW, _INSTANCE = _named("Workflow"), _named("WorkflowInstance")
_DATA: Mapping[str, Callable[[Palette], st.SearchStrategy[Any]]] = {
    "getServerInfo": _named("ServerInfo"),
    "listWorkflows": _lists(_WORKFLOW),
    "createWorkflow": _WORKFLOW,
    "getWorkflow": _WORKFLOW,
    "runWorkflow": _INSTANCE,
    "listInstances": _lists(_INSTANCE),
    "getInstance": _INSTANCE,
    "getInstanceHistory": _lists(_waiting_entries),
    "getInstanceStageHistory": _lists(_account_entries),
}
READING = tuple(_DATA)
"""The operations whose success has a body."""


def answer_data(operation: str, palette: Palette = PLAIN) -> st.SearchStrategy[Any]:
    """What stands below ``data`` in a good answer (for getServerInfo: the whole); None for answers without a body.

    Histories have entries of one kind only, and stages of one activity: the others are requirements of their own.
    """
    return _DATA[operation](palette) if operation in _DATA else st.none()


def data_schema(operation: str) -> Any:
    """The schema of what stands below ``data`` in a good answer (for getServerInfo: the whole)."""
    document = bundled_document()
    schema = resolved(convert(success_schema(document, operation), document.is_3_0))
    return schema if operation == "getServerInfo" else schema["properties"]["data"]


_AT = "2026-01-02T03:04:05.678Z"
_SIMPLE_WORKFLOW = {"id": "w-1", "createdAt": _AT, "updatedAt": _AT, "config": {"name": "n", "stages": [{"noop": {}}]}}
_SIMPLE_INSTANCE = {
    "id": "i-1",
    "workflowID": "w-1",
    "createdAt": _AT,
    "updatedAt": _AT,
    "terminated": False,
    "status": [{"stage": 0, "instanceID": "i-1", "startedAt": _AT}],
}
SIMPLE: Mapping[str, Any] = {
    "getServerInfo": {"version": "1.0"},
    "listWorkflows": [_SIMPLE_WORKFLOW],
    "createWorkflow": _SIMPLE_WORKFLOW,
    "getWorkflow": _SIMPLE_WORKFLOW,
    "runWorkflow": _SIMPLE_INSTANCE,
    "listInstances": [_SIMPLE_INSTANCE],
    "getInstance": _SIMPLE_INSTANCE,
    "getInstanceHistory": [
        {"name": "RunWaitEvent", "input": {"event": "go"}, "terminated": False, "startedAt": _AT},
    ],
    "getInstanceStageHistory": [
        {
            "name": "GetAccount",
            "input": {"GetAccount": {"id": "a", "ledger": "l"}},
            "terminated": False,
            "startedAt": _AT,
            "attempt": 1,
        }
    ],
}
"""An ordinary answer of each operation with a body, for cases that are about something else."""
