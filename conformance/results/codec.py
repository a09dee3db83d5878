"""Results from and to JSON text, numbers of any size kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from conformance.results.model import Results
from conformance.wire import exact_json

MAJOR = "1"
_T = TypeVar("_T")


class WrongShape(ValueError):
    """A value is no results document; the text says where and why."""


class WrongVersion(ValueError):
    """A results document of a schema version that this code does not read."""


def decode(value: Any) -> Results:
    """Results from parsed JSON; unknown members are ignored. Raises WrongShape and WrongVersion."""
    if not isinstance(value, dict):
        raise WrongShape("it is no JSON object")
    version = str(value.get("schema_version", ""))
    if version.split(".", maxsplit=1)[0] != MAJOR:
        raise WrongVersion(version or "none")
    return shaped(value, Results)


def shaped(value: Any, shape: type[_T]) -> _T:
    """A dataclass of parsed JSON; unknown members are ignored. Raises WrongShape."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        expected, _, where = str(error).partition(" - at ")
        place = where.strip("`").removeprefix("$").removeprefix(".")
        raise WrongShape(f"{place}: {expected}" if place else expected) from error


def encode(results: Results) -> str:
    """JSON text with one member a line, and one element a line in long lists, so that it can be read and compared."""
    members = (f"{exact_json.dumps(name)}: {_member(value)}" for name, value in results.to_json().items())
    return "{\n" + ",\n".join(members) + "\n}\n"


def _member(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {exact_json.dumps(item)}" for item in value) + "\n]"
    return exact_json.dumps(value)


def header_of(results: Results) -> Results:
    """The results without what is found out later: no requirements, no findings, not complete."""
    return replace(results, requirements=[], findings=[], complete=False)
