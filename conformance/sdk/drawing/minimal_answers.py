"""Minimal answers: no optional field is present."""

from __future__ import annotations

from typing import Any

from conformance.contract.schema.responses import HISTORY_KINDS
from conformance.sdk.drawing.answers import activity_schemas, data_schema
from conformance.sdk.drawing.values import resolved, schemas


def least_data(operation: str, data: Any) -> Any:
    """The data of a good answer without its optional fields.

    What the name of an entry tells stays: the parameters of its kind, the input and output of its activity, though
    without their own optional fields.
    """
    if operation == "getInstanceHistory":
        return [least(schemas()["WorkflowInstanceHistory"], entry) | _kind(entry) for entry in data]
    if operation == "getInstanceStageHistory":
        return [least(schemas()["WorkflowInstanceHistoryStage"], entry) | _activity(entry) for entry in data]
    return least(data_schema(operation), data)


def _kind(entry: dict[str, Any]) -> dict[str, Any]:
    if entry["name"] == "RunDelay":  # of its two fields, each optional, exactly one is there
        return {"input": entry["input"]}
    return {"input": least(schemas()[HISTORY_KINDS[entry["name"]]], entry["input"])}


def _activity(entry: dict[str, Any]) -> dict[str, Any]:
    name = entry["name"]
    sides = [side for side in ("input", "output") if side in entry]
    return {side: {name: least(activity_schemas(side)[name], entry[side][name])} for side in sides}


def least(schema: Any, value: Any) -> Any:
    """A value of a schema with its required fields only; what is one of several schemas stays as it is."""
    schema = resolved(schema)
    if isinstance(value, dict) and "properties" in schema:
        below, required = schema["properties"], schema.get("required", ())
        return {key: least(below.get(key, {}), each) for key, each in value.items() if key in required}
    if isinstance(value, list) and "items" in schema:
        return [least(schema["items"], each) for each in value]
    return value
