"""One exact JSON reader and writer: integers of any size, decimals as written, duplicate keys noticed.

A suite about money must see ``10000000000000000000001`` come back digit for digit, so nothing here ever passes through
a binary float.
"""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any

Json = Any
"""A JSON value: dict, list, str, int, Decimal, bool or None."""

# CPython refuses int(str) beyond 4300 digits; a Decimal holds any number of digits exactly and compares equal to ints.
_INT_DIGITS = 4000
_SURROGATE = re.compile("[\ud800-\udfff]")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")

DEEPEST = 400
"""How many arrays and objects may stand in one another. Whatever walks over a value may recurse once a level."""
# A walk takes up to four frames a level; the interpreter's own limit would end it at fewer levels than are read.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 10 * DEEPEST))


class NotJson(ValueError):
    """The bytes are not one JSON document, or one that is nested too deeply to be read (``deep``).

    ``trailing``: a valid document is followed by something else.
    """

    def __init__(self, reason: str, *, trailing: bool = False, deep: bool = False) -> None:
        super().__init__(reason)
        self.trailing = trailing
        self.deep = deep


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed body: its value, and the keys that some object in it held more than once."""

    value: Json
    duplicate_keys: tuple[str, ...] = ()


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= _INT_DIGITS else Decimal(text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise NotJson(f"the number {text[:40]} is out of any range") from error


def is_integer(value: Json) -> bool:
    """Whether a value is a number without a fraction, in time that does not depend on its size."""
    if isinstance(value, Decimal):
        return value.is_finite() and value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def small_integer(value: Json, most: int = 1 << 31) -> int | None:
    """A number from 0 to ``most`` without a fraction as an int; None for anything else."""
    return int(value) if is_integer(value) and 0 <= value <= most else None


def _too_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = 0
    for bracket in _NO_BRACKETS.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            return True
    return False


def _constant(text: str) -> Json:
    raise NotJson(f"{text} is not a JSON value")


class _Reader:
    """Collects duplicate keys while the standard decoder reads one document."""

    def __init__(self) -> None:
        self.duplicates: list[str] = []
        self.decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
        )

    def _object(self, pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            self.duplicates += [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]
        return found

    def read(self, text: str) -> Document:
        start = len(text) - len(text.lstrip(" \t\r\n"))
        value, end = self.decoder.raw_decode(text, start)
        if text[end:].strip(" \t\r\n"):
            raise NotJson("a JSON document is followed by something else", trailing=True)
        return Document(value, tuple(dict.fromkeys(self.duplicates)))


def parse(body: bytes | str) -> Document:
    """Read one JSON document. Raises NotJson for anything else (bad UTF-8, NaN, too deep, trailing text)."""
    try:
        text = body.decode("utf-8") if isinstance(body, bytes) else body
        if _too_deep(text):
            raise NotJson("nested too deeply", deep=True)
        return _Reader().read(text)
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise NotJson("nested too deeply", deep=True) from error


def parse_or_none(body: bytes | str | None) -> Json | None:
    """The value of a body, or None when it is no JSON."""
    if body is None:
        return None
    try:
        return parse(body).value
    except NotJson:
        return None


def dumps(value: Json, *, escaped: bool = True) -> str:
    """Write JSON compactly, numbers with every digit. ``escaped``: letters beyond ASCII as ``\\u`` and four digits.

    Lone surrogates are escaped in any case, so that the text is always UTF-8.
    """
    if isinstance(value, dict):
        members = (f"{_text(str(key), escaped)}:{dumps(item, escaped=escaped)}" for key, item in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(dumps(item, escaped=escaped) for item in value) + "]"
    if isinstance(value, str):
        return _text(value, escaped)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Decimal):
        short = value.adjusted() < _INT_DIGITS and is_integer(value)
        return format(value, "f") if short else str(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("NaN and infinities have no JSON form")
    return json.dumps(value)


def _text(text: str, escaped: bool) -> str:
    if escaped:
        return encode_basestring_ascii(text)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", encode_basestring(text))


def encode(value: Json) -> bytes:
    """``dumps`` as bytes, ready to be a request body."""
    return dumps(value).encode("utf-8")


def equal(left: Json, right: Json) -> bool:
    """JSON equality: numbers by value (1 equals 1.0, True equals only True), objects without order."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, dict | list) or isinstance(right, dict | list):
        return False
    return bool(left == right)
