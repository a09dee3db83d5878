"""Which fields of a value no schema documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_BRANCHES = ("anyOf", "oneOf", "allOf")


class Documented:
    """Walks values along converted schemas of one document; ``schemas`` are its components by name."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def undocumented(self, schema: Any, value: Any, pointer: str = "") -> Iterator[str]:
        """JSON pointers of the fields that no branch of the schema names; free-form maps are not looked into."""
        branches = tuple(self._branches(schema))
        if isinstance(value, list):
            items = [branch["items"] for branch in branches if "items" in branch]
            for index, element in enumerate(value) if items else ():
                yield from self.undocumented({"anyOf": items}, element, f"{pointer}/{index}")
        elif isinstance(value, dict) and any("properties" in branch for branch in branches):
            yield from self._fields(branches, value, pointer)

    def _fields(self, branches: tuple[Any, ...], value: dict[str, Any], pointer: str) -> Iterator[str]:
        free = any(branch.get("additionalProperties") not in (None, False) for branch in branches)
        for key, item in value.items():
            named = [branch["properties"][key] for branch in branches if key in branch.get("properties", ())]
            place = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if named:
                yield from self.undocumented({"anyOf": named}, item, place)
            elif not free:
                yield place

    def _branches(self, schema: Any, followed: frozenset[str] = frozenset()) -> Iterator[Mapping[str, Any]]:
        """The alternatives of a schema, references followed: a field is documented when any of them names it."""
        if not isinstance(schema, dict):
            return
        yield schema
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference not in followed:
            yield from self._branches(self._schemas.get(reference.rpartition("/")[2]), followed | {reference})
        for key in _BRANCHES:
            for branch in schema.get(key, ()):
                yield from self._branches(branch, followed)

    def property_names(self, schema: Any) -> frozenset[str]:
        """The fields that any branch of a schema names."""
        return frozenset(name for branch in self._branches(schema) for name in branch.get("properties", ()))
