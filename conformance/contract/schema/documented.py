"""Which fields of a value no schema documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.wire.pointer import token

_BRANCHES = ("anyOf", "oneOf", "allOf")


class Documented:
    """Walks values along converted schemas of one document; ``schemas`` are its components by name."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas
        # By identity; the schema is kept so that no other one gets its identity.
        self._shapes: dict[int, tuple[Any, _Shape]] = {}

    def undocumented(self, schema: Any, value: Any, pointer: str = "") -> Iterator[str]:
        """JSON pointers of the fields that no branch of the schema names; free-form maps are not looked into."""
        if id(schema) not in self._shapes:
            self._shapes[id(schema)] = schema, _Shape(self, [schema])
        return self._shapes[id(schema)][1].undocumented(value, pointer)

    def branches(self, schema: Any, followed: frozenset[str] = frozenset()) -> Iterator[Mapping[str, Any]]:
        """The alternatives of a schema, references followed: a field is documented when any of them names it."""
        if not isinstance(schema, dict):
            return
        yield schema
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference not in followed:
            yield from self.branches(self._schemas.get(reference.rpartition("/")[2]), followed | {reference})
        for key in _BRANCHES:
            for branch in schema.get(key, ()):
                yield from self.branches(branch, followed)

    def property_names(self, schema: Any) -> frozenset[str]:
        """The fields that any branch of a schema names."""
        return frozenset(name for branch in self.branches(schema) for name in branch.get("properties", ()))


class _Shape:
    """What alternative schemas say of fields and elements; a further shape is made once a value has it."""

    def __init__(self, documented: Documented, schemas: list[Any]) -> None:
        self._documented = documented
        branches = [branch for schema in schemas for branch in documented.branches(schema)]
        self._properties = [branch["properties"] for branch in branches if "properties" in branch]
        self._free = any(branch.get("additionalProperties") not in (None, False) for branch in branches)
        self._items = [branch["items"] for branch in branches if "items" in branch]
        self._below: dict[str | None, _Shape] = {}

    def undocumented(self, value: Any, pointer: str) -> Iterator[str]:
        if isinstance(value, list) and self._items:
            element = self._shape(None, self._items)
            for index, each in enumerate(value):
                yield from element.undocumented(each, f"{pointer}/{index}")
        elif isinstance(value, dict) and self._properties:
            for key, item in value.items():
                yield from self._field(key, item, pointer)

    def _field(self, key: str, item: Any, pointer: str) -> Iterator[str]:
        named = [properties[key] for properties in self._properties if key in properties]
        if named and isinstance(item, dict | list):
            yield from self._shape(key, named).undocumented(item, f"{pointer}/{token(key)}")
        elif not named and not self._free:
            yield f"{pointer}/{token(key)}"

    def _shape(self, key: str | None, schemas: list[Any]) -> _Shape:
        """That of a field, or of the elements (None)."""
        if key not in self._below:
            self._below[key] = _Shape(self._documented, schemas)
        return self._below[key]
