"""How values are shown in an observation: shortened, but never where the difference is."""

from __future__ import annotations

from typing import Any

from conformance.wire import exact_json

_LENGTH = 120
_TAIL = 40
_BEFORE = 30


def shown(value: Any) -> str:
    """A JSON value as short text: its beginning and its end."""
    return _short(exact_json.dumps(value))


def quoted(text: object) -> str:
    """A name in quotes; of a long one its beginning and its end."""
    return _short(repr(text))


def _short(text: str) -> str:
    if len(text) <= _LENGTH:
        return text
    return f"{text[: _LENGTH - _TAIL]}…{text[-_TAIL:]} ({len(text)} characters)"


def contrast(given: Any, found: Any) -> tuple[str, str]:
    """Two JSON values as short texts; of long ones the part around the first difference."""
    one, other = exact_json.dumps(given), exact_json.dumps(found)
    if max(len(one), len(other)) <= _LENGTH:
        return one, other
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    first = max(0, same - _BEFORE)
    return _window(one, first), _window(other, first)


def _window(text: str, first: int) -> str:
    if first == 0 and len(text) <= _LENGTH:
        return text
    part = text[first : first + _LENGTH]
    before, after = "…" if first else "", "…" if first + _LENGTH < len(text) else ""
    return f"{before}{part}{after} ({len(text)} characters)"
