"""Results from and to JSON text, numbers of any size kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from conformance.results.model import Results
from conformance.wire import exact_json

MAJOR = "1"
_ADAPTER = TypeAdapter(Results)


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
    try:
        return _ADAPTER.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WrongShape(f"{where}: {first['msg'].lower()}") from error


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
