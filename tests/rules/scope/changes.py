"""What one answer may say instead: each of its fields with every other value of a small domain."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from conformance.wire.instant import SECOND, Instant, parse_instant
from tests.rules.scope.answers import TIMES, Answer
from tests.rules.scope.search import Search

Changed = tuple[str, Answer]
"""What was changed, in words that name the kind of change, and the answer after it."""
_SHIFT = 20 * SECOND


def changes(search: Search, number: int, answer: Answer) -> Iterator[Changed]:
    """An answer (by its number among signals and reads) with one thing changed."""
    program = search.program
    if number < len(program.signals):
        statuses = (204, 404) if program.signals[number] == "cancel" else (204, 400, 404)
        yield from ((f"{status} to a signal", (status, None)) for status in statuses if status != answer[0])
        return
    view = program.views[number - len(program.signals)].split()[0]
    yield from ((f"{view}: another state", other) for other in search.answers_of(number - len(program.signals)))
    if answer[0] != 200:
        yield f"{view}: 200 for 404", (200, [])
        return
    yield f"{view}: 404 for 200", (404, None)
    for name, data in _edited(answer[1]):
        yield f"{view}: {name}", (200, data)


def _edited(data: Any) -> Iterator[tuple[str, Any]]:
    for where, place in _places(data):
        for name, edit in _edits(place):
            changed = copy.deepcopy(data)
            edit(_at(changed, where))
            if changed != data:
                yield name, changed


def _places(data: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The lists of records and the records of an answer, with their way from the root."""
    if isinstance(data, list):
        yield where, data
        for number, item in enumerate(data):
            yield from _places(item, (*where, number))
    elif isinstance(data, dict):
        yield where, data
        if "status" in data:
            yield from _places(data["status"], (*where, "status"))


def _at(data: Any, where: tuple[Any, ...]) -> Any:
    for key in where:
        data = data[key]
    return data


Edit = Callable[[Any], object]


def _edits(place: Any) -> Iterator[tuple[str, Edit]]:
    if isinstance(place, list):
        yield from _moves(place)
        return
    yield from _fields(place)
    for name in TIMES:
        if name in place:
            yield f"{name} before", partial(_set, name=name, value=_moved(place[name], -_SHIFT))
            yield f"{name} after", partial(_set, name=name, value=_moved(place[name], _SHIFT))
            others = (other for other in TIMES if other in place and other != name)
            for other in others:
                yield f"{name} equals {other}", partial(_set, name=name, value=place[other])


def _moves(place: list[Any]) -> Iterator[tuple[str, Edit]]:
    for number in range(len(place)):
        yield "an element is missing", partial(_drop, number=number)
        yield "an element is doubled", partial(_double, number=number)
    for number in range(len(place) - 1):
        yield "elements change places", partial(_swap, number=number)


def _drop(items: list[Any], number: int) -> None:
    del items[number]


def _double(items: list[Any], number: int) -> None:
    items.insert(number, copy.deepcopy(items[number]))


def _swap(items: list[Any], number: int) -> None:
    items.insert(number, items.pop(number + 1))


def _set(record: dict[str, Any], name: str, value: Any) -> None:
    record[name] = value


def _fields(place: dict[str, Any]) -> Iterator[tuple[str, Edit]]:
    if "terminated" in place:
        yield "terminated alone", lambda record: record.update(terminated=not record["terminated"])
        yield "ended or not", _toggle_end
    if "stage" in place:
        yield "stage number", lambda record: record.update(stage=record["stage"] + 1)
        yield "stage number", lambda record: record.update(stage=record["stage"] - 1)
    if "stage" in place or "terminated" in place:
        yield "terminatedAt alone", _toggle_end_time
        yield "error", lambda record: record.update(error="changed") if record.pop("error", None) is None else None
    if "name" in place:
        yield "name", lambda record: record.update(name="RunDelay" if record["name"] != "RunDelay" else "RunNoop")


def _toggle_end_time(record: dict[str, Any]) -> None:
    if record.pop("terminatedAt", None) is None:
        record["terminatedAt"] = _moved(record.get("startedAt", record.get("updatedAt")), SECOND // 2)


def _toggle_end(record: dict[str, Any]) -> None:
    _toggle_end_time(record)
    record["terminated"] = not record["terminated"]
    if not record["terminated"]:
        record.pop("error", None)


def _moved(text: Any, ns: int) -> str:
    instant = parse_instant(text)
    assert instant is not None
    return Instant(instant.ns + ns).isoformat()
