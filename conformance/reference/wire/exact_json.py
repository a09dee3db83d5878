"""The server's own JSON reading and writing: no digit of a number is ever lost."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

Json = Any
"""A JSON value: dict, list, str, int, Decimal, bool or None."""

# Beyond this, int(text) is refused by CPython and quadratic; a Decimal reads and writes the same digits in linear time.
_INT_DIGITS = 4000
# No document of the API nests deeper than a dozen levels; a bound keeps reading and writing off the recursion limit.
_DEEPEST = 100


class MalformedJson(ValueError):
    """The bytes are not one JSON document that this server is ready to read."""


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= _INT_DIGITS else Decimal(text)


def _constant(text: str) -> Json:
    raise MalformedJson(f"{text} is not a JSON value")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=Decimal, parse_constant=_constant)


def read(body: bytes) -> Json:
    """The value of a UTF-8 JSON document. Raises MalformedJson."""
    try:
        value = _DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise MalformedJson(f"the body is not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise MalformedJson(f"{error.msg} at character {error.pos}") from error
    except InvalidOperation as error:
        raise MalformedJson("a number is out of range") from error
    except RecursionError as error:
        raise MalformedJson("nested too deeply") from error
    _check_depth(value)
    return value


def _check_depth(value: Json) -> None:
    level, depth = [value], 0
    while level:
        if depth > _DEEPEST:
            raise MalformedJson("nested too deeply")
        level = [child for node in level for child in _children(node)]
        depth += 1


def _children(node: Json) -> list[Json]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def write(value: Json) -> bytes:
    """``value`` as JSON in ASCII: lone surrogates stay escaped, numbers keep every digit."""
    try:
        return json.dumps(value, separators=(",", ":")).encode("ascii")
    except TypeError:  # a Decimal, which the fast writer does not know
        return _write_slowly(value).encode("ascii")


def _write_slowly(value: Json) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_write_slowly(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_write_slowly, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)
