"""OpenAPI schemas as JSON Schema 2020-12, the dialect that the validators speak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.contract.document import ApiDocument
from conformance.wire.pointer import keys

JsonSchema = dict[str, Any]

# Formats that the API promises; others (int64, email, …) are hints of a document's author, not of the contract.
JUDGED_FORMATS = ("date-time", "uuid")

_MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
_NOTES = ("example", "examples", "default", "discriminator", "xml", "externalDocs", "deprecated", "description")


def components(document: ApiDocument) -> dict[str, JsonSchema]:
    """Its component schemas, converted, to stand under ``components/schemas`` where its references point."""
    return {name: convert(schema, document.is_3_0) for name, schema in document.schemas.items()}


def convert(schema: Any, is_3_0: bool) -> Any:
    """One schema of an OpenAPI document; ``is_3_0``: ``nullable`` and boolean bounds have their old meaning."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema and is_3_0:
        return {"$ref": schema["$ref"]}
    out = {key: _member(key, value, is_3_0) for key, value in schema.items() if key not in _NOTES}
    if out.get("format") not in JUDGED_FORMATS:
        out.pop("format", None)
    return _dialect_3_0(out) if is_3_0 else out


def success_schema(document: ApiDocument, operation_id: str) -> Any | None:
    """The schema of an operation's good JSON answer as the document writes it, or None when it has none."""
    described = document.described.get(operation_id)
    if described is None:
        return None
    return _json_schema(document, described.get("responses"), str(document.operations[operation_id].success))


def request_schema(document: ApiDocument, operation_id: str) -> Any | None:
    """The schema of an operation's JSON body as the document writes it, or None when it takes none."""
    return _media_schema(_request_body(document, operation_id))


def body_required(document: ApiDocument, operation_id: str) -> bool:
    """Whether an operation's request must have a body."""
    body = _request_body(document, operation_id)
    return isinstance(body, Mapping) and body.get("required") is True


def _request_body(document: ApiDocument, operation_id: str) -> Any:
    return resolve(document, document.described.get(operation_id, {}).get("requestBody"))


def error_schema(document: ApiDocument) -> Any | None:
    """The schema of the ``default`` answer, the same for every operation; None when the document has none."""
    found = (_json_schema(document, item.get("responses"), "default") for item in document.described.values())
    return next((schema for schema in found if schema is not None), None)


def _json_schema(document: ApiDocument, responses: Any, key: str) -> Any | None:
    return _media_schema(resolve(document, responses.get(key)) if isinstance(responses, dict) else None)


def _media_schema(message: Any) -> Any | None:
    content = message.get("content") if isinstance(message, Mapping) else None
    media = content.get("application/json") if isinstance(content, dict) else None
    return media.get("schema") if isinstance(media, dict) else None


def resolve(document: ApiDocument, item: Any) -> Any:
    """What a local reference stands for, followed to its end; anything else is returned as it is."""
    for _ in range(20):
        if not isinstance(item, dict) or not str(item.get("$ref", "")).startswith("#/"):
            break
        target: Any = document.raw
        for key in keys(item["$ref"][1:]):
            target = target.get(key) if isinstance(target, dict) else None
        item = target
    return item


def _member(key: str, value: Any, is_3_0: bool) -> Any:
    if key in _MAPS and isinstance(value, dict):
        return {name: convert(schema, is_3_0) for name, schema in value.items()}
    if key in _LISTS and isinstance(value, list):
        return [convert(schema, is_3_0) for schema in value]
    return convert(value, is_3_0) if key in _SINGLE else value


def _dialect_3_0(schema: JsonSchema) -> JsonSchema:
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        strict = schema.get(bound)
        if isinstance(strict, bool):
            del schema[bound]
            if strict and limit in schema:
                schema[bound] = schema.pop(limit)
    if schema.pop("nullable", False) is True:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema
