"""Simpler JSON values and texts than given ones: parts removed, strings, numbers and keys shortened."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import filterfalse
from typing import Any

from conformance.wire import exact_json

_PLAIN_KEY = "a"
_SHORT = 8
_NAME = 12


def simpler_text(text: str) -> Iterator[str]:
    """Simpler bodies: as JSON values where the text is one, else as texts."""
    value = exact_json.parse_or_none(text)
    # A value that is only written out is not the text: doubled keys, blanks and escapes may be what matters.
    if isinstance(value, dict | list):
        yield from (exact_json.dumps(each) for each in (value, *simpler_value(value)))
    yield from _shorter(text)


def simpler_value(value: Any) -> Iterator[Any]:
    """Simpler values, the boldest first: what leaves out most on the outside, then inside each part."""
    if isinstance(value, dict):
        yield from _smaller_object(value)
    elif isinstance(value, list):
        yield from _smaller_array(value)
    elif isinstance(value, str):
        yield from _shorter(value)
    elif exact_json.is_integer(value):
        yield from (each for each in (0, 1, _fewer_digits(value)) if len(str(each)) < len(str(value)))


def _smaller_object(value: dict[str, Any]) -> Iterator[Any]:
    for kept in _without_chunks(list(value)):
        yield {key: value[key] for key in kept}
    for key, inner in value.items():
        yield from ({**value, key: each} for each in simpler_value(inner))
    for key in filterfalse(_is_plain, value):
        for shorter in (_PLAIN_KEY, *_shorter(key)):
            if shorter not in value and len(shorter) < len(key):
                yield {shorter if each == key else each: inner for each, inner in value.items()}


def _smaller_array(value: list[Any]) -> Iterator[Any]:
    yield from _without_chunks(value)
    for position, inner in enumerate(value):
        for each in simpler_value(inner):
            yield [*value[:position], each, *value[position + 1 :]]


def _without_chunks(items: list[Any]) -> Iterator[list[Any]]:
    """Without all, each half, each quarter, …, and each single item."""
    length = len(items)
    while length:
        for start in range(0, len(items), length):
            yield items[:start] + items[start + length :]
        length //= 2


def _shorter(text: str) -> Iterator[str]:
    """Empty, plain, each half alone, and a short text without each single character."""
    if _is_plain(text):
        return
    yield ""
    if len(text) > 1:
        yield _PLAIN_KEY
        yield text[: len(text) // 2]
        yield text[len(text) // 2 :]
        if len(text) <= _SHORT:
            yield from (text[:n] + text[n + 1 :] for n in range(len(text)))
        else:
            quarter = len(text) // 4
            yield from (text[:start] + text[start + quarter :] for start in range(0, len(text), quarter))


def _is_plain(text: str) -> bool:
    """Whether nobody would understand a shorter text better: a short name, as the API itself uses them."""
    return not text or (text.isascii() and text.isidentifier() and len(text) <= _NAME)


def _fewer_digits(number: Any) -> Any:
    """A number with one digit less, so that one that must be large stays as large as it must be."""
    return number // 10
