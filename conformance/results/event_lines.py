"""The lines of event logs: their files, and the event of each line.

A run writes one log; workers that share a run write one each, below it. A last line that a kill cut in the middle is
left out.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.results.errors import ResultsUnreadable
from conformance.wire import exact_json

EVENTS = "events.ndjson"
COMPRESSED = f"{EVENTS}.gz"
"""What becomes of a log once the run has ended; one that was killed leaves it as it was."""

WORKERS = "workers"
"""Where workers that share a run keep their event logs while it goes."""

_HEAD = re.compile(rb'\{"event":"(?P<name>[a-z-]+)","at":(?P<at>[0-9.]+),')
_FOOTER = b'{"event":"footer"'


@dataclass(frozen=True, slots=True)
class Event:
    """One line. ``at`` is when it was written, in seconds since 1970; None in logs of schema version 1.0."""

    name: str
    at: float | None
    data: dict[str, Any]


def worker_logs(directory: Path) -> list[Path]:
    """The directories of the workers that shared a run; none once it has ended."""
    return sorted(path.parent for path in (directory / WORKERS).glob(f"*/{EVENTS}"))


def log_of(directory: Path) -> Path:
    """The log in a run's directory: the plain one of a run that goes on or was killed, else the compressed one."""
    plain, compressed = directory / EVENTS, directory / COMPRESSED
    return compressed if compressed.exists() and not plain.exists() else plain


def read_lines(directory: Path) -> Iterator[Event]:
    """The events of one log. Raises ResultsUnreadable."""
    for line in raw_lines(directory):
        yield _event(directory / EVENTS, line)


def raw_lines(directory: Path) -> Iterator[bytes]:
    """The whole lines of one log. Raises ResultsUnreadable."""
    path = log_of(directory)
    try:
        with gzip.open(path) if path.name == COMPRESSED else path.open("rb") as lines:
            yield from (line for line in lines if line.endswith(b"\n"))
    except (OSError, EOFError, zlib.error) as error:
        raise ResultsUnreadable(path, getattr(error, "strerror", None) or "it cannot be read") from error


def glance(line: bytes) -> tuple[str, float] | None:
    """The name and the time of an event, without reading all of its line; None for a line without a time."""
    head = _HEAD.match(line)
    return (head["name"].decode(), float(head["at"])) if head else None


def has_footer(directory: Path) -> bool:
    """Whether the run came to an end: the last line of its log holds its results."""
    return any(line.startswith(_FOOTER) for line in raw_lines(directory))


def _event(path: Path, line: bytes) -> Event:
    value = exact_json.parse_or_none(line)
    name, data = (value.get("event"), value.get("data")) if isinstance(value, dict) else (None, None)
    if not isinstance(value, dict) or not isinstance(name, str) or not isinstance(data, dict):
        raise ResultsUnreadable(path, "a line is no event")
    at = value.get("at")
    return Event(name, float(at) if at is not None else None, data)
