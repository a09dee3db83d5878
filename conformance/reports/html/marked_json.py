"""A body, pretty-printed, with the offending part marked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from conformance.reports.text import cut, visible
from conformance.wire import exact_json
from conformance.wire.pointer import walk

BODY_LIMIT = 4_000
"""Characters of a body that a report shows."""

_PARSED = 1024 * 1024
"""Characters of a body beyond which nothing in it is looked for."""

_AROUND = 2
"""Neighbours shown on each side of a marked part of a long list, and of the list's beginning."""

_MARK, _END = Markup('<mark title="the offending part">'), Markup("</mark>")
_INLINE = 60


def render_body(body: str | None, pointers: list[str]) -> Markup:
    """The body as HTML, JSON indented; the parts that the JSON pointers name are in a ``mark`` element.

    A pointer that leads nowhere marks the nearest part above it, "" the whole. A long body is cut, and says so where;
    what is marked is kept, with its neighbours.
    """
    if not body:
        return Markup("")
    value = exact_json.parse_or_none(body) if len(body) <= _PARSED else None
    if value is None:
        text = escape(visible(cut(body, BODY_LIMIT)))
        return _MARK + text + _END if pointers else text
    wanted = {resolved(value, pointer) for pointer in pointers}
    try:
        return _assembled(_pieces(value, (), wanted, ""))
    except RecursionError:
        return escape(visible(cut(body, BODY_LIMIT)))


def resolved(value: Any, pointer: str) -> tuple[str, ...]:
    """The path of the deepest part of a value that a JSON pointer leads to."""
    return tuple(key for key, _ in walk(value, pointer))


def _assembled(pieces: Iterator[tuple[str, bool]]) -> Markup:
    """Join pieces of (text, marked); after the limit only what is marked is kept."""
    out: list[Markup] = []
    used, left_out, marking = 0, 0, False
    for text, marked in pieces:
        if used > BODY_LIMIT * (2 if marked else 1):
            left_out += len(text)
            continue
        if marked != marking:
            out.append(_MARK if marked else _END)
            marking = marked
        shown = cut(text, BODY_LIMIT)
        out.append(escape(visible(shown)))
        used += len(shown)
    out.append(_END if marking else Markup(""))
    out.append(escape(f"\n… (cut: {left_out:,} characters more)") if left_out else Markup(""))
    return Markup("").join(out)


def _pieces(value: Any, path: tuple[str, ...], wanted: set[tuple[str, ...]], indent: str) -> Iterator[tuple[str, bool]]:
    marked = any(path[: len(one)] == one for one in wanted)
    compact = exact_json.dumps(value)
    inside = {one[len(path)] for one in wanted if len(one) > len(path) and one[: len(path)] == path}
    if not isinstance(value, dict | list) or not value or (len(compact) <= _INLINE and not inside):
        yield _readable(compact), marked
        return
    items = [(str(key), item) for key, item in (value.items() if isinstance(value, dict) else enumerate(value))]
    yield "{" if isinstance(value, dict) else "[", marked
    comma = ""
    for first, last in _stretches([key for key, _ in items], inside if len(compact) > BODY_LIMIT else set()):
        if first is None:
            yield f"{comma}\n{indent}  … (cut: {last:,} more)", marked
            continue
        for key, item in items[first:last]:
            here = (*path, key)
            name = f"{_readable(exact_json.dumps(key))}: " if isinstance(value, dict) else ""
            yield f"{comma}\n{indent}  ", marked
            yield name, marked or here in wanted
            yield from _pieces(item, here, wanted, indent + "  ")
            comma = ","
    yield f"\n{indent}" + ("}" if isinstance(value, dict) else "]"), marked


def _stretches(keys: list[str], inside: set[str]) -> Iterator[tuple[int | None, int]]:
    """Which children to show: (first, after the last), or (None, how many) for those left out.

    All of them, unless some are marked inside: then these, their neighbours, and the beginning.
    """
    if not inside:
        yield 0, len(keys)
        return
    near = [position for position, key in enumerate(keys) if key in inside]
    shown = set(range(_AROUND))
    for position in near:
        shown.update(range(position - _AROUND, position + _AROUND + 1))
    for is_shown, group in groupby(range(len(keys)), shown.__contains__):
        positions = list(group)
        yield (positions[0], positions[-1] + 1) if is_shown else (None, len(positions))


def _readable(text: str) -> str:
    """Undo the escapes of ordinary letters beyond ASCII; what could act is left to be made visible."""
    if "\\u" not in text:
        return text
    value = exact_json.parse_or_none(text)
    return f'"{value}"' if isinstance(value, str) and '"' not in value and "\\" not in value else text
