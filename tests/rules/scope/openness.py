"""What the API leaves open of an answer: with that mended, what is left must be what a correct server answers.

Not judged is what a listed instance holds, unless single reads that are alike stand on both sides of the list; what a
history entry is called, and what it holds, while its stage has only just begun; and when an activity ended.
Two reads of one view that overlap are never compared: the API says of none of them which came first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from tests.rules.bodies import ACTIVITIES
from tests.rules.scope.answers import Answer
from tests.rules.scope.intervals import Window
from tests.rules.scope.legal import Sighting
from tests.rules.scope.programs import REACH, VARIABLES, Program

Read = Answer | None
"""An answer to a read; None where nothing of it is judged but what the sightings tell."""


@dataclass
class Mended:
    """The reads as far as they are judged, and what they lack, as facts that they did not show yet.

    ``slow`` are the numbers of those that a later one follows, of which nothing is demanded: the server was slower.
    """

    reads: list[Read]
    sightings: list[Sighting] = field(default_factory=list)
    slow: set[int] = field(default_factory=set)


def mend(program: Program, reads: Sequence[Answer]) -> Mended:
    """The reads without what the API leaves open."""
    found = Mended(list(reads), slow={n for n in range(len(reads)) if _followed(program, n)})
    for number, (view, window) in enumerate(zip(program.views, program.read_windows, strict=True)):
        status, data = reads[number]
        if view.startswith("stage"):
            _activities(program, reads, number, found)
        elif status != 200:
            # What has no entries yet may have no history at all.
            found.reads[number] = (200, []) if view == "history" else reads[number]
        elif view in ("list", "running") and len(data) == 1 and not _bracketed(program, reads, number):
            found.reads[number] = None
            found.sightings.append(Sighting("creation" if view == "list" else "running", window, 1))
        elif view == "instance":
            entries = _unmarked(program, data["status"], window)
            found.reads[number] = 200, _ended_last({**data, "status": entries}, window, found)
        elif view == "history" and _unsettled(program, _unmarked(program, data, window)):
            data = _unmarked(program, data, window)
            found.reads[number] = None
            found.sightings += _entries(program, data, window, prompt=number not in found.slow)
        elif view == "history":
            found.reads[number] = 200, _unmarked(program, data, window)
    return found


def apart(program: Program, told: Mended) -> Iterator[Mended]:
    """The reads without those that overlap another one of the same view: every choice that leaves out no more."""
    numbers = range(len(program.views))
    pairs = [pair for pair in combinations(numbers, 2) if _overlap(program, *pair)]
    subsets = (set(kept) for size in numbers for kept in combinations(numbers, len(numbers) - size))
    chosen = list[set[int]]()
    for kept in subsets:
        if not any(kept.issuperset(pair) for pair in pairs) and not any(kept < other for other in chosen):
            chosen.append(kept)
            dropped = {program.read_windows[number] for number in numbers if number not in kept}
            yield Mended(
                [read if number in kept else None for number, read in enumerate(told.reads)],
                [each for each in told.sightings if each.window not in dropped],
                told.slow,
            )


def _overlap(program: Program, one: int, other: int) -> bool:
    (sent, received), (again, answered) = program.read_windows[one], program.read_windows[other]
    return program.views[one] == program.views[other] and sent <= answered and again <= received


def _unmarked(program: Program, entries: list[dict[str, Any]], window: Window) -> list[dict[str, Any]]:
    """Entries without the errors that a cancellation may have written to stages that had ended before."""
    signals = zip(program.signals, program.signal_windows, strict=True)
    if not any(name == "cancel" and sent[0] < window[1] for name, sent in signals):
        return entries
    return [{key: value for key, value in entry.items() if key != "error"} for entry in entries[:-1]] + entries[-1:]


def _followed(program: Program, number: int) -> bool:
    """Whether a later read of the same view follows, and nothing that may move the instance came between."""
    view, (sent, _) = program.views[number], program.read_windows[number]
    later = [w for v, w in zip(program.views, program.read_windows, strict=True) if v == view and w[0] > sent]
    if view not in ("instance", "history") or not later:
        return False
    return not any(sent < signal[0] < min(later)[1] for signal in program.signal_windows)


def _ended_last(data: dict[str, Any], window: Window, found: Mended) -> dict[str, Any]:
    """An instance none of whose stages began or ended after it; one that is not settled may look otherwise."""
    end = data.get("terminatedAt")
    times = [max(entry["startedAt"], entry.get("terminatedAt", "")) for entry in data["status"]]
    if not end or not times or max(times) <= end:
        return data
    found.sightings.append(Sighting("end", window, 0))
    return {**data, "terminatedAt": max(times)}


def _unsettled(program: Program, entries: Sequence[dict[str, Any]]) -> bool:
    """Whether history looks as it may only before all has come to its place, and names no stage that does not exist."""
    if len(entries) > len(program.stages):
        return False
    misplaced = any(not _in_place(program, place, entry) for place, entry in enumerate(entries))
    return misplaced or any(not entry["terminated"] or _odd(entry) for entry in entries[:-1]) or any(map(_odd, entries))


def _odd(entry: dict[str, Any]) -> bool:
    return "error" in entry and not entry["terminated"]


def _in_place(program: Program, place: int, entry: dict[str, Any]) -> bool:
    kind, given = next(iter(program.kinds[place].config.items()))
    told = json.loads(json.dumps(given).replace("${v}", VARIABLES["v"]))
    return bool(entry["name"] == ACTIVITIES[kind] and entry["input"] == told)


def _entries(
    program: Program, entries: Sequence[dict[str, Any]], window: Window, *, prompt: bool
) -> Iterator[Sighting]:
    """What a history tells, entry by entry."""
    for place in range(len(program.stages)):
        entry = entries[place] if place < len(entries) else None
        yield Sighting(f"history start of {place}", window, int(entry is not None), prompt)
        if entry is None:
            continue
        if not _in_place(program, place, entry):
            yield Sighting(f"place of {place}", window, 0, prompt)
        if "error" in entry:
            yield Sighting(f"failure of {place}", window, 1, prompt)
        elif entry["terminated"]:
            yield Sighting(f"done {place}", window, 1, prompt)
        else:
            yield Sighting(f"end of {place}", window, 0, prompt)


def _bracketed(program: Program, reads: Sequence[Answer], number: int) -> bool:
    """Whether a list stands between two single reads that are alike."""
    listed = program.read_windows[number]
    singles = [
        (window, data)
        for view, window, (_, data) in zip(program.views, program.read_windows, reads, strict=True)
        if view == "instance"
    ]
    return any(a[0][1] + REACH < listed[0] and listed[1] < b[0][0] and a[1] == b[1] for a in singles for b in singles)


def _activities(program: Program, reads: Sequence[Answer], number: int, found: Mended) -> None:
    """The history of a stage: it must be there once history shows the stage, with one activity done once that is."""
    (status, data), window, place = reads[number], program.read_windows[number], int(program.views[number][-1])
    if place >= len(program.stages):
        return
    if status == 404:
        if not _in_history(program, reads, place, window):
            found.reads[number] = None
        return
    kind = next(iter(program.kinds[place].config))
    if kind not in _ACTIVITIES:
        return
    done = [entry for entry in data if entry["name"] == _ACTIVITIES[kind] and entry["terminated"] is True]
    if kind == "send" and len(done) > 1:
        return
    found.reads[number] = None
    if not done:
        found.sightings.append(Sighting(f"done {place}", window, 0))


_ACTIVITIES = {"send": "CreateTransaction", "update": "AddAccountMetadata"}


def _in_history(program: Program, reads: Sequence[Answer], place: int, window: Window) -> bool:
    """Whether history showed a stage before a read."""
    seen = zip(program.views, program.read_windows, reads, strict=True)
    return any(v == "history" and w[1] < window[0] and len(data or []) > place for v, w, (_, data) in seen)
