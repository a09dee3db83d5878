"""The history of many runs of one target: what broke when, and what was mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from conformance.results.model import Level, Outcome, Results, Verdict

_JUDGED = frozenset[Outcome | None]({"passed", "failed", "known_deviation"})
Turn = Literal["failed", "broke", "mended"]
"""``failed``: it was violated when it was judged for the first time, so since when is not known."""


@dataclass(frozen=True, slots=True)
class Night:
    """One run: when it began (RFC 3339), how long it took in seconds, what it came to. ``report`` is its HTML page."""

    started_at: str
    target: str
    version: str
    verdict: Verdict
    complete: bool
    duration_s: float
    exchanges: int
    failed: int
    outcomes: Mapping[str, Outcome]
    observed: Mapping[str, str] = field(default_factory=dict)
    report: Path | None = None

    @property
    def day(self) -> str:
        """When it began, to the minute."""
        return self.started_at[:16].replace("T", " ")


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement that a night (by its position) shows violated, or upheld, other than the last that judged it.

    That one is violated in the first night that judges it is such a change, too.
    """

    night: int
    requirement: str
    level: Level
    turn: Turn
    observed: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement's outcome in each night, None where a run does not have it; when it broke and was mended."""

    id: str
    level: Level
    outcomes: tuple[Outcome | None, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Nights, the oldest first, and the rows of their requirements: those first that fail now, then those that did."""

    nights: tuple[Night, ...]
    rows: tuple[Row, ...]

    @property
    def changes(self) -> list[Change]:
        """What broke and what was mended, the newest first."""
        found = [change for row in self.rows for change in row.changes]
        return sorted(found, key=lambda each: (-each.night, each.turn == "mended", each.level, each.requirement))

    @property
    def targets(self) -> list[str]:
        """The targets of the nights."""
        return list(dict.fromkeys(night.target for night in self.nights))


def night_of(results: Results, report: Path | None = None) -> Night:
    """What a history keeps of one run's results."""
    observed = {name: finding.observed for finding in results.findings for name in finding.requirements}
    return Night(
        started_at=results.started_at,
        target=results.target_name,
        version=str(results.target.get("version") or ""),
        verdict=results.verdict,
        complete=results.complete,
        duration_s=float(results.duration_s),
        exchanges=int(results.counts.get("exchanges", 0)),
        failed=sum(each.outcome == "failed" for each in results.requirements),
        outcomes={each.id: each.outcome for each in results.requirements},
        observed=observed,
        report=report,
    )


def history_of(nights: Iterable[Night], levels: Mapping[str, Level]) -> History:
    """The history of some nights, whatever their order; ``levels`` are those of the requirements, in their order."""
    ordered = tuple(sorted(nights, key=lambda each: each.started_at))
    names = dict.fromkeys([*levels, *(name for night in ordered for name in night.outcomes)])
    seen = [name for name in names if any(name in night.outcomes for night in ordered)]
    rows = [_row(name, levels.get(name, "MUST"), ordered) for name in seen]
    return History(ordered, tuple(sorted(rows, key=_importance)))


def _row(name: str, level: Level, nights: Sequence[Night]) -> Row:
    outcomes = tuple(night.outcomes.get(name) for night in nights)
    changes: list[Change] = []
    last: Outcome | None = None
    for number, outcome in enumerate(outcomes):
        if outcome not in _JUDGED:
            continue
        if outcome == "failed" and last != "failed":
            turn: Turn = "failed" if last is None else "broke"
            changes.append(Change(number, name, level, turn, nights[number].observed.get(name, "")))
        elif outcome == "passed" and last in ("failed", "known_deviation"):
            changes.append(Change(number, name, level, "mended"))
        last = outcome
    return Row(name, level, outcomes, tuple(changes))


def _importance(row: Row) -> tuple[bool, bool, bool, int]:
    """Failing now first, then what failed the latest; everything else keeps its order."""
    judged = [outcome for outcome in row.outcomes if outcome in _JUDGED]
    failing = bool(judged) and judged[-1] == "failed"
    failed = [number for number, outcome in enumerate(row.outcomes) if outcome == "failed"]
    return (not failing, row.level != "MUST" if failing else False, not failed, -max(failed, default=0))
