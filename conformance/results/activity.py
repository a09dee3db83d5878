"""A run over time, from the times of its events."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.results.event_lines import glance, log_of, raw_lines, worker_logs
from conformance.results.event_reading import merged_counts
from conformance.results.model import Activity
from conformance.wire import exact_json

MAX_BINS = 120
_BINS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_SAMPLES = 50
"""How often a bin the counts of observations are read, at the most: a long run has very many."""
_READ = ("observation-summary", "finding", "phase", "load")
"""Events of which more than the time is needed; exchanges are many, and only counted."""


@dataclass(frozen=True, slots=True)
class _Timed:
    at: float
    log: int
    name: str
    data: dict[str, Any]


def read_activity(directory: Path) -> Activity | None:
    """What happened when, from a run's event logs; None where there are none, or none with times."""
    if not log_of(directory).exists():
        return None
    logs = [directory, *worker_logs(directory)]
    # The footer comes after the reports, which are to look the same when they are made again.
    times = [told[1] for log in logs for line in raw_lines(log) if (told := glance(line)) and told[0] != "footer"]
    if not times:
        return None
    counting = _Counting(min(times), max(times))
    timed = (_timed(number, log, counting.bin_s / _SAMPLES) for number, log in enumerate(logs))
    for event in heapq.merge(*timed, key=lambda event: event.at):
        counting.take(event)
    return counting.activity


def _timed(number: int, log: Path, gap: float) -> Iterator[_Timed]:
    """A log's events. Summaries replace each other, so of those within ``gap`` seconds only the last is read."""
    waiting: tuple[float, bytes] | None = None
    for line in raw_lines(log):
        name, at = glance(line) or ("", 0.0)
        if waiting is not None and at > waiting[0] + gap:
            yield _read(number, "observation-summary", *waiting)
            waiting = None
        if name == "observation-summary":
            waiting = (at if waiting is None else waiting[0], line)
        elif name:
            yield _read(number, name, at, line)
    if waiting is not None:
        yield _read(number, "observation-summary", *waiting)


def _read(number: int, name: str, at: float, line: bytes) -> _Timed:
    value = exact_json.parse_or_none(line) if name in _READ else None
    return _Timed(at, number, name, value["data"] if isinstance(value, dict) else {})


@dataclass(slots=True)
class LoadOverTime:
    """Puts the load of a target, as logs record it, into the bins of an activity; several logs at a time add up."""

    activity: Activity
    _now: dict[int, tuple[int, int]] = field(default_factory=dict)
    _seen: dict[int, list[int]] = field(default_factory=dict)

    def take(self, slot: int, log: int, data: Mapping[str, Any]) -> None:
        """Count one event of a log."""
        activity = self.activity
        if not activity.settle_s:
            empty = [0] * len(activity.exchanges)
            activity.runs_finished, activity.settle_s = list(empty), [0.0 for _ in empty]
            activity.runs_in_flight = [0.0 for _ in empty]
        finished = int(data["finished"])
        activity.runs_finished[slot] += max(0, finished - self._now.get(log, (0, 0))[1])
        self._now[log] = (int(data["in_flight"]), finished)
        seen = self._seen.setdefault(slot, [])
        seen.append(sum(in_flight for in_flight, _ in self._now.values()))
        activity.runs_in_flight[slot] = round(sum(seen) / len(seen), 2)
        activity.settle_s[slot] = max(activity.settle_s[slot], float(data["settle_s"]))


@dataclass(slots=True)
class _Counting:
    """Puts events, in order of time, into bins."""

    begun: float
    ended: float
    bin_s: float = field(init=False)
    activity: Activity = field(init=False)
    _counts: dict[int, dict[str, list[int]]] = field(default_factory=dict)
    _violated: dict[str, int] = field(default_factory=dict)
    _load: LoadOverTime = field(init=False)

    def __post_init__(self) -> None:
        seconds = max(self.ended - self.begun, 0.0)
        self.bin_s = next((size for size in _BINS if seconds / size < MAX_BINS), seconds / (MAX_BINS - 1))
        empty = [0] * (int(seconds / self.bin_s) + 1)
        self.activity = Activity(self.bin_s, list(empty), list(empty))
        self._load = LoadOverTime(self.activity)

    def take(self, event: _Timed) -> None:
        """Count one event."""
        activity = self.activity
        at = round(max(event.at - self.begun, 0.0), 3)
        slot = min(int(at / self.bin_s), len(activity.exchanges) - 1)
        if event.name == "exchange":
            activity.exchanges[slot] += 1
        elif event.name == "observation-summary":
            self._counts[event.log] = event.data
            activity.violations[slot] += self._new_violations(at)
        elif event.name == "load":
            self._load.take(slot, event.log, event.data)
        elif event.name == "finding":
            activity.found[str(event.data.get("id"))] = at
        elif event.name == "phase" and event.log == 0:
            activity.phases.append((str(event.data.get("name")), at))

    def _new_violations(self, at: float) -> int:
        workers = [counts for number, counts in self._counts.items() if number]
        new = 0
        for name, (_, violated) in merged_counts(self._counts.get(0, {}), workers).items():
            before = self._violated.get(name, 0)
            if violated > before:
                new += violated - before
                self._violated[name] = violated
                self.activity.first_violated.setdefault(name, at)
        return new
