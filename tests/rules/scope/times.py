"""Whether the times in answers can be those of one server: which of them are one, and which come first.

The texts of errors are compared, too, as they never change.

Clocks of client and server are never compared, so only times of the server are, with each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.wire.instant import MILLISECOND, parse_instant
from tests.rules.scope.answers import Answer, stamp
from tests.rules.scope.intervals import Window
from tests.rules.scope.paths import TOLERANCE
from tests.rules.scope.programs import DELAY, Program

Record = dict[str, Any]


def _ms(text: str) -> int:
    instant = parse_instant(text)
    assert instant is not None
    return instant.ns // MILLISECOND


def times_agree(program: Program, reads: Sequence[Answer | None], *, loose: bool = False) -> bool:
    """Whether the times in the answers to a program's reads are possible.

    ``loose``: what was cancelled may have no error, so that a delay seems to have ended early, and reads that overlap
    may differ.
    """
    lasting = not (loose and "cancel" in program.signals)
    seen = [
        (view, window, read[1])
        for view, window, read in zip(program.views, program.read_windows, reads, strict=True)
        if read is not None
    ]
    if not all(_ordered(program if lasting else None, view, data) for view, _, data in seen):
        return False
    return _same(seen, loose=loose) and _updates_grow(seen)


def _instances(view: str, data: Any) -> list[Record]:
    if data is None or view.startswith("stage"):
        return []
    return [data] if view == "instance" else data if view in ("list", "running") else []


def _ordered(program: Program | None, view: str, data: Any) -> bool:
    created = _ms(stamp(0))
    if view == "history":
        return _in_turn(program, data or [], created, None)
    if view.startswith("stage"):
        return all(_in_turn(None, [entry], created, None) for entry in data or [])
    return all(_instance_ordered(program, body, created) for body in _instances(view, data))


def _instance_ordered(program: Program | None, body: Record, created: int) -> bool:
    if _ms(body["createdAt"]) != created or _ms(body["updatedAt"]) < created:
        return False
    end = _ms(body["terminatedAt"]) if "terminatedAt" in body else None
    return (end is None or end >= created) and _in_turn(program, body["status"], created, end)


def _in_turn(program: Program | None, entries: Sequence[Record], created: int, end: int | None) -> bool:
    """Whether stages come one after the other, between the creation and the end, and delays last."""
    now = created
    for number, entry in enumerate(entries):
        started = _ms(entry["startedAt"])
        ended = _ms(entry["terminatedAt"]) if "terminatedAt" in entry else started
        kind = program.kinds[number] if program is not None and number < len(program.stages) else None
        lasts = kind.lasts if kind is not None and "terminatedAt" in entry and "error" not in entry else None
        if started < now or ended < started or (lasts and ended - started < DELAY - TOLERANCE):
            return False
        now = ended
    return end is None or now <= end


def _same(seen: Sequence[tuple[str, Window, Any]], *, loose: bool) -> bool:
    """Whether each time is the same wherever it is shown; status and history may have times of their own."""
    known = dict[tuple[str, int, str], list[tuple[Window, str]]]()
    for view, window, data in seen:
        for key, time in _fixed(view, data):
            known.setdefault(key, []).append((window, time))
    return all(
        one[1] == other[1] or (loose and one[0][1] >= other[0][0] and other[0][1] >= one[0][0])
        for times in known.values()
        for one in times
        for other in times
    )


def _fixed(view: str, data: Any) -> Iterator[tuple[tuple[str, int, str], str]]:
    for body in _instances(view, data):
        for name in ("createdAt", "terminatedAt", "error"):
            if name in body:
                yield ("instance", -1, name), body[name]
        yield from _of_entries("instance", body["status"])
    if data is not None and (view == "history" or view.startswith("stage")):
        yield from _of_entries(view, data)


def _of_entries(view: str, entries: Sequence[Record]) -> Iterator[tuple[tuple[str, int, str], str]]:
    for number, entry in enumerate(entries):
        for name in ("startedAt", "terminatedAt", "error"):
            if name in entry:
                yield (view, number, name), entry[name]


def _updates_grow(seen: Sequence[tuple[str, Window, Any]]) -> bool:
    for view in ("instance", "list", "running"):
        found = [
            (window, _ms(body["updatedAt"])) for v, window, data in seen if v == view for body in _instances(v, data)
        ]
        if any(a[0][1] < b[0][0] and a[1] > b[1] for a in found for b in found):
            return False
    return True
