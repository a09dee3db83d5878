"""Times of other forms: RFC 3339 lets an instant be written in many ways."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.freedom import Freedom, of_answer, of_options
from conformance.reference.wire.exact_json import Json

_NAMES = frozenset({"createdAt", "updatedAt", "startedAt", "terminatedAt", "nextExecution"})
_CLIENTS_OWN = frozenset({"config", "input", "metadata"})
_PRECISION = "date-time is RFC 3339, with any number of digits; times compare within the coarsest granularity seen"
_SAME = "RFC 3339 lets one instant be written so; times are compared as instants"
_times = of_answer(_PRECISION, "precision")
_zones = of_answer(_SAME, "zone")


def instant(text: str) -> datetime:
    """The instant of a text that the reference server wrote, before or after a freedom changed it."""
    return datetime.fromisoformat(text.upper())


def change_times(value: Json, change: Callable[[str], str]) -> None:
    """Rewrite the server's own times inside a value; what a client gave stays as it is."""
    if isinstance(value, list):
        for item in value:
            change_times(item, change)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in _NAMES and isinstance(item, str):
                value[key] = change(item)
            elif key not in _CLIENTS_OWN:
                change_times(item, change)


def _fraction(text: str) -> tuple[str, str]:
    """Everything up to the seconds, and six digits."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return seconds, fraction.ljust(6, "0")


@_times
def whole_seconds(answer: Answer, asked: Asked) -> None:
    """Times are cut to seconds."""
    del asked
    change_times(answer.value, lambda text: _fraction(text)[0] + "Z")


@_times
def rounded_seconds(answer: Answer, asked: Asked) -> None:
    """Times are rounded to seconds, so that they may lie ahead."""
    del asked

    def rounded(text: str) -> str:
        return f"{instant(text) + timedelta(seconds=0.5):%Y-%m-%dT%H:%M:%SZ}"

    change_times(answer.value, rounded)


@_times
def milliseconds(answer: Answer, asked: Asked) -> None:
    """Times have milliseconds."""
    del asked
    change_times(answer.value, lambda text: f"{_fraction(text)[0]}.{_fraction(text)[1][:3]}Z")


@_times
def trailing_zeros_cut(answer: Answer, asked: Asked) -> None:
    """Zeros at the end of a fraction are left out, and with nothing left the point as well."""
    del asked
    change_times(answer.value, lambda text: text.removesuffix("Z").rstrip("0").removesuffix(".") + "Z")


def _digits(text: str, number: int) -> str:
    """A time with more digits, the same ones for the same instant."""
    more = str(int(hashlib.sha256(text.encode()).hexdigest(), 16))[:number]
    return f"{text.removesuffix('Z')}{more}Z"


@_times
def nanoseconds(answer: Answer, asked: Asked) -> None:
    """Times have nanoseconds."""
    del asked
    change_times(answer.value, lambda text: _digits(text, 3))


@_times
def picoseconds(answer: Answer, asked: Asked) -> None:
    """Times have twelve digits."""
    del asked
    change_times(answer.value, lambda text: _digits(text, 6))


@of_answer("a later read has the times within 1 µs: servers cut or round", "precision")
def nanoseconds_when_made(answer: Answer, asked: Asked) -> None:
    """What is made is told with nanoseconds, and read with microseconds, cut."""
    if asked.operation in ("createWorkflow", "runWorkflow"):
        change_times(answer.value, lambda text: _digits(text, 3))


@of_answer("a later read has the times within 1 µs: servers cut or round", "precision")
def rounded_when_stored(answer: Answer, asked: Asked) -> None:
    """What is made is told with nanoseconds, and read with microseconds, rounded up."""

    def before(text: str) -> str:
        earlier = instant(text) - timedelta(microseconds=1)
        return f"{earlier:%Y-%m-%dT%H:%M:%S.%f}{500 + int(_digits(text, 2)[-3:-1]) * 4}Z"

    if asked.operation == "createWorkflow":
        change_times(answer.value, before)


@_zones
def offset_of_zero(answer: Answer, asked: Asked) -> None:
    """Times end with +00:00."""
    del asked
    change_times(answer.value, lambda text: text.removesuffix("Z") + "+00:00")


@_zones
def unknown_offset(answer: Answer, asked: Asked) -> None:
    """Times end with -00:00."""
    del asked
    change_times(answer.value, lambda text: text.removesuffix("Z") + "-00:00")


@_zones
def small_letters(answer: Answer, asked: Asked) -> None:
    """Times are written with t and z."""
    del asked
    change_times(answer.value, str.lower)


def shifted(text: str, zone: timezone) -> str:
    """The same instant and digits in another zone."""
    seconds, dot, fraction = text.removesuffix("Z").partition(".")
    local = instant(seconds + "Z").astimezone(zone).isoformat()
    return local[:19] + dot + fraction + local[19:]


@_zones
def local_time(answer: Answer, asked: Asked) -> None:
    """Times are those of a zone that is five hours and a half ahead."""
    del asked
    change_times(answer.value, lambda text: shifted(text, timezone(timedelta(hours=5.5))))


@_zones
def zones_by_view(answer: Answer, asked: Asked) -> None:
    """Lists and histories have times of one zone, single reads those of another."""
    many = isinstance(answer.value, dict) and isinstance(answer.value.get("data"), list)
    zone = timezone(timedelta(hours=-8)) if many else UTC
    if asked.operation != "createWorkflow":
        change_times(answer.value, lambda text: shifted(text, zone))


@of_answer("stage k+1 starts not before stage k ended: at the same instant is allowed")
def next_stage_at_once(answer: Answer, asked: Asked) -> None:
    """A stage starts at the very instant at which the one ahead of it ended."""
    histories = answer.records if asked.operation == "getInstanceHistory" else []
    for entries in (histories, *(record.get("status", []) for record in answer.records)):
        for before, after in pairwise(entries):
            if "terminatedAt" in before:
                after["startedAt"] = before["terminatedAt"]


_CLOCKS = "clocks of client and server are never compared"

FREEDOMS: tuple[Freedom, ...] = (
    of_options("clock-hours-ahead", "The clock is five hours ahead.", _CLOCKS, "clock", clock_skew=18000.0),
    of_options("clock-hours-behind", "The clock is three hours behind.", _CLOCKS, "clock", clock_skew=-10800.0),
    next_stage_at_once,
    whole_seconds,
    rounded_seconds,
    milliseconds,
    trailing_zeros_cut,
    nanoseconds,
    picoseconds,
    nanoseconds_when_made,
    rounded_when_stored,
    offset_of_zero,
    unknown_offset,
    small_letters,
    local_time,
    zones_by_view,
)
