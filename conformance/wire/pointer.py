"""JSON pointers (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

NOWHERE = object()
"""Where a pointer leads that leads to nothing, not even to null."""


def token(key: object) -> str:
    """A key or an index as a part of a pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")


def keys(pointer: str) -> list[str]:
    """The keys of a pointer, "" having none."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def walk(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """The key and the value of each part that a pointer leads through, as far as it leads anywhere."""
    for key in keys(pointer):
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return
        yield key, value


def value_at(value: Any, pointer: str) -> Any:
    """What a pointer leads to, NOWHERE when that is nothing."""
    found = [value, *(part for _, part in walk(value, pointer))]
    return found[-1] if len(found) > len(keys(pointer)) else NOWHERE
