"""Reads of an instance, taken apart: its status (getInstance, wait=true answers) and its history."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from conformance.trace import Exchange
from conformance.wire.exact_json import small_integer
from conformance.wire.instant import Instant, parse_instant

NO_STAGE = -1
"""The number of an entry whose own is a number, but of no stage: negative, broken, or beyond 2³¹."""


@dataclass(frozen=True, slots=True)
class StageRead:
    """One stage as a read shows it, in `status` or in history. ``error`` is None or the text, "" counting as none."""

    number: int
    started: Instant | None
    ended: bool
    ended_at: Instant | None
    error: str | None
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class InstanceRead:
    """An instance in one answer."""

    exchange: Exchange
    body: dict[str, Any]
    terminated: bool
    error: str | None
    stages: tuple[StageRead, ...]

    @property
    def terminated_at(self) -> Instant | None:
        """The target's own time of termination."""
        return parse_instant(self.body.get("terminatedAt"))

    def stage(self, number: int) -> StageRead | None:
        """The entry of a stage, None when it is not there."""
        return next((stage for stage in self.stages if stage.number == number), None)


@dataclass(frozen=True, slots=True)
class HistoryRead:
    """The history of an instance in one answer; a stage's number is its position."""

    exchange: Exchange
    stages: tuple[StageRead, ...]

    def stage(self, number: int) -> StageRead | None:
        """The entry of a stage, None when it is not there."""
        return self.stages[number] if 0 <= number < len(self.stages) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def status_entry(entry: object) -> StageRead | None:
    """A StageStatus; None when it is malformed."""
    if not isinstance(entry, dict) or isinstance(entry.get("stage"), bool):
        return None
    if not isinstance(entry.get("stage"), int | Decimal):
        return None
    number = small_integer(entry["stage"])
    number = NO_STAGE if number is None else number
    ended_at = parse_instant(entry.get("terminatedAt"))
    started = parse_instant(entry.get("startedAt"))
    return StageRead(number, started, ended_at is not None, ended_at, _text(entry.get("error")), entry)


def instance_body(exchange: Exchange, body: object) -> InstanceRead | None:
    """An instance body of any answer (single or listed); None when its core is malformed."""
    if not isinstance(body, dict) or not isinstance(body.get("id"), str):
        return None
    if not isinstance(body.get("terminated"), bool):
        return None
    status = body.get("status")
    entries = [status_entry(entry) for entry in status] if isinstance(status, list) else []
    if any(entry is None for entry in entries):
        return None
    stages = tuple(entry for entry in entries if entry is not None)
    return InstanceRead(exchange, body, body["terminated"], _text(body.get("error")), stages)


def instance_read(exchange: Exchange) -> InstanceRead | None:
    """The instance in a getInstance or runWorkflow answer; None when there is none or it is malformed."""
    return instance_body(exchange, exchange.data)


def _history_entry(number: int, entry: object) -> StageRead | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("terminated"), bool):
        return None
    if not isinstance(entry.get("name"), str):
        return None
    ended_at = parse_instant(entry.get("terminatedAt"))
    started = parse_instant(entry.get("startedAt"))
    return StageRead(number, started, entry["terminated"], ended_at, _text(entry.get("error")), entry)


def history_read(exchange: Exchange) -> HistoryRead | None:
    """The history in a getInstanceHistory answer; None when there is none or it is malformed."""
    if not isinstance(exchange.data, list):
        return None
    entries = [_history_entry(number, entry) for number, entry in enumerate(exchange.data)]
    if any(entry is None for entry in entries):
        return None
    return HistoryRead(exchange, tuple(entry for entry in entries if entry is not None))
