"""The line at which a TOML document has a key, which the standard library's parser does not tell."""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from typing import Any


def line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line, counted from 1, on which the statement begins that brings a key into being; 1 where there is none.

    ``text`` is a valid document. The first so many lines of it, up to the end of the statement that the last of them
    belongs to, are a document too: the key comes with the first line whose document has it.
    """
    lines = text.splitlines(keepends=True)
    found = bisect_left(range(len(lines)), True, key=lambda number: _has(_up_to(lines, number), keys))
    return found + 1 if found < len(lines) else 1


def _up_to(lines: list[str], number: int) -> Any:
    """The document that ends with the statement of a line."""
    for end in range(number + 1, len(lines) + 1):
        try:
            return tomllib.loads("".join(lines[:end]))
        except tomllib.TOMLDecodeError:
            continue
    return {}


def _has(document: Any, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(document, dict) or key not in document:
            return False
        document = document[key]
    return True
