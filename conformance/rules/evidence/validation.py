"""Validating bodies against the schemas. Each distinct body is validated once, since long lists are read often."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from conformance.contract.document import load_document
from conformance.contract.schema.compiled import SchemaProblem
from conformance.contract.schema.responses import ResponseSchemas
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange

T = TypeVar("T")


@cache
def response_schemas() -> ResponseSchemas:
    """The schemas of the bundled document, compiled once."""
    return ResponseSchemas(load_document())


def schemas_of(index: TraceIndex) -> ResponseSchemas:
    """The schemas that an index is held to: those it was given, else the bundled ones."""
    return index.schemas or response_schemas()


def _once(index: TraceIndex, what: str, exchange: Exchange, compute: Callable[[], T]) -> T:
    assert exchange.response is not None
    known: dict[tuple[str, str | None, int, bytes], T] = index.memo.setdefault("validation", {})
    key = (what, exchange.operation, exchange.response.status, exchange.response.body)
    if key not in known:
        known[key] = compute()
    return known[key]


def schema_problems(index: TraceIndex, exchange: Exchange) -> tuple[SchemaProblem, ...]:
    """How the success body of a documented operation violates its schema."""
    operation, status = exchange.operation or "", exchange.status or 0
    found = schemas_of(index)
    return _once(index, "problems", exchange, lambda: found.problems(operation, status, exchange.json))


def undocumented_fields(index: TraceIndex, exchange: Exchange) -> tuple[str, ...]:
    """JSON pointers of the fields of a success body, or of a refusal's, that no schema names."""
    operation, status = exchange.operation or "", exchange.status or 0
    found = schemas_of(index)
    if status >= 400:
        return _once(index, "undocumented", exchange, lambda: found.undocumented_in_error(exchange.json))
    return _once(index, "undocumented", exchange, lambda: found.undocumented(operation, status, exchange.json))


def error_problems(index: TraceIndex, exchange: Exchange) -> tuple[SchemaProblem, ...]:
    """How the body of a refusal violates Error."""
    found = schemas_of(index)
    return _once(index, "error", exchange, lambda: found.error_problems(exchange.json))
