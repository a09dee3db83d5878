"""Reading request bodies as every server must read them; what servers may read differently is left open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import InvalidOperation
from typing import Any, Literal

from conformance.wire.exact_json import NotJson, parse

LARGEST_BODY = 64 * 1024
"""Bytes; servers may refuse larger bodies for their size alone."""

DEEPEST_BODY = 100
"""Levels of nesting; JSON readers differ in how many more they take."""

_ODD = re.compile("[\0\ud800-\udfff]")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Body:
    """How a body reads: ``json`` with its value, ``broken`` (no JSON), or ``open``, where readers differ."""

    state: Literal["json", "broken", "open"]
    value: Any = None
    reason: str = ""


def read_body(data: bytes) -> Body:
    """Read a request body that is there. Never raises."""
    odd = _odd_bytes(data)
    if odd:
        return Body("open", reason=odd)
    try:
        document = parse(data)
    except NotJson as error:
        return _unreadable(data, error)
    if document.duplicate_keys:
        return Body("open", reason=f"the key {document.duplicate_keys[0]!r} is there more than once")
    odd = _odd_value(document.value)
    return Body("open", reason=odd) if odd else Body("json", document.value)


def odd_text(text: str) -> bool:
    """Whether text holds a character that many servers cannot store: NUL, or half a surrogate pair."""
    return _ODD.search(text) is not None


def _odd_bytes(data: bytes) -> str:
    if len(data) > LARGEST_BODY:
        return "the body is very large"
    if b"\0" in data:
        return "the body holds a NUL"
    return "the body begins with a byte order mark" if data.startswith(_BOM) else ""


def _unreadable(data: bytes, error: NotJson) -> Body:
    reason = f"the body is no plain JSON: {error}"
    if error.trailing or error.deep or isinstance(error.__cause__, InvalidOperation):
        return Body("open", reason=reason)
    if isinstance(error.__cause__, UnicodeDecodeError):
        # Lenient readers put a replacement character for bytes that are no UTF-8; then it is JSON after all, or not.
        repaired = read_body(data.decode("utf-8", "replace").encode())
        return Body("broken" if repaired.state == "broken" else "open", reason=reason)
    return Body("broken", reason=reason)


def _odd_value(value: Any) -> str:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST_BODY:
            return "the body is nested deeply"
        if any(isinstance(item, str) and odd_text(item) for item in level):
            return "the body holds a NUL or half a surrogate pair"
        level = [inner for item in level for inner in _inside(item)]
    return ""


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []
