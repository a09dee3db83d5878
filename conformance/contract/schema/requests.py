"""Validating request bodies against the schemas of an API document."""

from __future__ import annotations

from typing import Any

from conformance.contract.document import ApiDocument
from conformance.contract.schema.compiled import Compiler, SchemaProblem
from conformance.contract.schema.oas import body_required, request_schema


class RequestSchemas:
    """The compiled schemas of what a document lets clients send. Raises UnreadableDocument."""

    def __init__(self, document: ApiDocument) -> None:
        compiler = Compiler(document)
        schemas = {name: request_schema(document, name) for name in document.described}
        self._bodies = {name: compiler.compile(schema) for name, schema in schemas.items() if schema is not None}
        self._required = frozenset(name for name in document.described if body_required(document, name))

    def requires_body(self, operation_id: str) -> bool:
        """Whether a request of an operation must have a body."""
        return operation_id in self._required

    def problems(self, operation_id: str, value: Any) -> tuple[SchemaProblem, ...]:
        """How a body violates the schema of its operation; nothing for one that documents no body."""
        schema = self._bodies.get(operation_id)
        return schema.problems(value) if schema is not None else ()
