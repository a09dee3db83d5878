"""Compiled schemas: one validator for each, and what it says about a value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

import jsonschema_rs

from conformance.contract.document import ApiDocument
from conformance.contract.parsing import UnreadableDocument
from conformance.contract.schema.documented import Documented
from conformance.contract.schema.oas import components, convert
from conformance.wire.exact_json import is_integer
from conformance.wire.instant import parse_instant
from conformance.wire.pointer import token

_LONGEST_MESSAGE = 300
_MOST_PROBLEMS = 100
# The validator takes 255 levels and integers of 4,300 digits.
_DEEPEST = 200
_MOST_DIGITS = 4000


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """Where a value violates its schema (a JSON pointer, "" for the whole) and how."""

    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer or 'the body'}: {self.message}"


@dataclass(frozen=True)
class CompiledSchema:
    """A converted schema with its compiled validator and the walker that knows its components."""

    schema: Any
    validator: jsonschema_rs.Draft202012Validator
    documented: Documented

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields that the schema documents."""
        return self.documented.property_names(self.schema)

    def problems(self, value: Any, at: str = "") -> tuple[SchemaProblem, ...]:
        """How the value violates the schema; pointers start with ``at``."""
        try:
            return self._judged(value, at)
        except ValueError:
            # What JSON allows and the validator cannot hold is replaced; no schema here depends on the difference.
            return self._judged(_holdable(value), at)

    def undocumented(self, value: Any, at: str = "") -> tuple[str, ...]:
        """Pointers of the fields that the schema does not document."""
        return tuple(self.documented.undocumented(self.schema, value, at))

    def _judged(self, value: Any, at: str) -> tuple[SchemaProblem, ...]:
        if self.validator.is_valid(value):
            return ()
        return tuple(
            SchemaProblem(at + _pointer(error.instance_path), error.message[:_LONGEST_MESSAGE])
            for error in islice(self.validator.iter_errors(value), _MOST_PROBLEMS)
        )


class Compiler:
    """Compiles the schemas of one document, whose references stay local to it."""

    def __init__(self, document: ApiDocument) -> None:
        self.document = document
        self._components = components(document)
        self._documented = Documented(self._components)

    def compile(self, schema: Any) -> CompiledSchema:
        """A schema as the document writes it, ready to judge values. Raises UnreadableDocument."""
        converted = convert(schema, self.document.is_3_0)
        bundle = {"allOf": [converted], "components": {"schemas": self._components}}
        try:
            validator = jsonschema_rs.Draft202012Validator(
                bundle, formats={"date-time": _is_instant}, validate_formats=True, retriever=_not_retrieved
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            reason = str(error).splitlines()[0][:_LONGEST_MESSAGE]
            raise UnreadableDocument(
                f"A schema of the API document {self.document.source} cannot be used: {reason}.",
                "Correct the document, or leave it out to be judged by the bundled one.",
            ) from error
        return CompiledSchema(converted, validator, self._documented)

    def named(self, name: str) -> CompiledSchema | None:
        """The component schema of that name, or None when the document has none."""
        if name not in self._components:
            return None
        return self.compile({"$ref": f"#/components/schemas/{name}"})


def _not_retrieved(reference: str) -> Any:
    """What a schema refers to is a part of the document by now; nothing else is fetched."""
    raise ValueError(f"{reference} is not a part of the document")


def _is_instant(text: str) -> bool:
    return parse_instant(text) is not None


def _pointer(path: list[str | int]) -> str:
    return "".join(f"/{token(part)}" for part in path)


def _holdable(value: Any, depth: int = 0) -> Any:
    """The value without lone surrogates, levels below the 200th, and numbers of more than 4,000 digits."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        inner = value if depth < _DEEPEST else {}
        return {_holdable(key): _holdable(item, depth + 1) for key, item in inner.items()}
    if isinstance(value, list):
        return [_holdable(item, depth + 1) for item in value] if depth < _DEEPEST else []
    if isinstance(value, Decimal) and max(len(value.as_tuple().digits), abs(value.adjusted())) > _MOST_DIGITS:
        size = 10**_MOST_DIGITS if is_integer(value) else Decimal("0.5")
        return -size if value < 0 else size
    return value
