"""Comparing results: what became better or worse between runs, and several targets side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from conformance.results.model import Finding, Level, Outcome, RequirementResult, Results, Verdict

Change = Literal["new", "fixed", "changed", "still_there", "no_longer_judged"]
CHANGES: tuple[Change, ...] = ("new", "changed", "no_longer_judged", "still_there", "fixed")

_NOT_SEEN: tuple[Outcome | None, ...] = ("not_exercised", "inconclusive", "not_applicable", None)


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """A requirement whose outcome is worth reporting; an outcome is None where the results do not have it."""

    change: Change
    id: str
    level: Level
    old: Outcome | None
    new: Outcome | None
    statement: str = ""


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding of either run: ``observed`` as the newer of the two says it, ``before`` as the older did."""

    change: Change
    requirement: str
    level: Level
    operations: tuple[str, ...]
    observed: str
    before: str | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared. Requirements that passed or were left out in both are not listed."""

    old: str
    new: str
    requirements: tuple[RequirementChange, ...]
    findings: tuple[FindingChange, ...]

    @property
    def exit_code(self) -> int:
        """1 when anything is new, else 0."""
        changes = [item.change for item in self.requirements] + [item.change for item in self.findings]
        return int("new" in changes)

    @property
    def counts(self) -> dict[Change, int]:
        """How many requirements changed in which way."""
        found = Counter(item.change for item in self.requirements)
        return {change: found[change] for change in CHANGES}


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One requirement's outcome in each of the results, None where one does not have it.

    ``observed`` is what the first finding on it says in each of the results, empty where there is none.
    """

    id: str
    level: Level
    outcomes: tuple[Outcome | None, ...]
    observed: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the results disagree."""
        return len(set(self.outcomes)) > 1


@dataclass(frozen=True, slots=True)
class Matrix:
    """Several results side by side: a column each, a row per requirement."""

    columns: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    rows: tuple[MatrixRow, ...]


def compare(old: Results, new: Results) -> Comparison:
    """What became of each requirement and each finding, worst first."""
    return Comparison(label(old), label(new), _requirements(old, new), _findings(old, new))


def matrix(results: Sequence[Results]) -> Matrix:
    """The outcomes of several results, requirements in the order in which they first appear."""
    levels: dict[str, Level] = {}
    for one in results:
        levels |= {item.id: item.level for item in one.requirements if item.id not in levels}
    outcomes = [{item.id: item.outcome for item in one.requirements} for one in results]
    observed = [{each.requirement: each.observed for each in reversed(one.findings)} for one in results]
    rows = [
        MatrixRow(
            name,
            level,
            tuple(column.get(name) for column in outcomes),
            tuple(column.get(name, "") for column in observed),
        )
        for name, level in levels.items()
    ]
    return Matrix(tuple(map(label, results)), tuple(one.verdict for one in results), tuple(rows))


def label(results: Results) -> str:
    """A short name of a run: its target, the target's version, and when."""
    version = f" {results.target['version']}" if results.target.get("version") else ""
    return f"{results.target_name}{version}, {results.started_at[:16].replace('T', ' ')}"


def _requirements(old: Results, new: Results) -> tuple[RequirementChange, ...]:
    before = {item.id: item for item in old.requirements}
    after = {item.id: item for item in new.requirements}
    found = [_requirement(before.get(name), after.get(name)) for name in {**before, **after}]
    return tuple(sorted((item for item in found if item), key=lambda item: (CHANGES.index(item.change), item.level)))


def _requirement(old: RequirementResult | None, new: RequirementResult | None) -> RequirementChange | None:
    then, now = old.outcome if old else None, new.outcome if new else None
    change = _change(then, now)
    known = new or old
    if change is None or known is None:
        return None
    return RequirementChange(change, known.id, known.level, then, now, known.statement)


def _change(old: Outcome | None, new: Outcome | None) -> Change | None:
    if new == "failed":
        return "still_there" if old == "failed" else "new"
    if old in {"passed", "failed", "known_deviation"} and new in _NOT_SEEN:
        return "no_longer_judged"
    if old in {"failed", "known_deviation"} and new == "passed":
        return "fixed"
    if old == new:
        return "still_there" if new == "known_deviation" else None
    return "changed" if (old, new) != (None, "passed") and not (old in _NOT_SEEN and new in _NOT_SEEN) else None


def _findings(old: Results, new: Results) -> tuple[FindingChange, ...]:
    """Findings meet by requirement and operations, since ids and texts differ between runs."""
    waiting: dict[tuple[str, ...], list[Finding]] = {}
    for finding in old.findings:
        waiting.setdefault(_key(finding), []).append(finding)
    found = [_finding(finding, _partner(waiting.get(_key(finding), []), finding)) for finding in new.findings]
    seen = {item.id for item in new.requirements if item.outcome not in _NOT_SEEN}
    gone = [_gone(finding, seen) for rest in waiting.values() for finding in rest]
    return tuple(sorted([*found, *gone], key=lambda item: (CHANGES.index(item.change), item.level)))


def _key(finding: Finding) -> tuple[str, ...]:
    return (finding.requirement, *sorted(finding.operations))


def _partner(candidates: list[Finding], finding: Finding) -> Finding | None:
    if not candidates:
        return None
    same = next((index for index, old in enumerate(candidates) if old.observed == finding.observed), 0)
    return candidates.pop(same)


def _finding(new: Finding, old: Finding | None) -> FindingChange:
    change: Change = "changed"
    if old is None and new.known is None:
        change = "new"
    elif old is not None and _alike(old, new):
        change = "still_there"
    before = old.observed if old else None
    return FindingChange(change, new.requirement, new.level, tuple(new.operations), new.observed, before, new.id)


def _alike(old: Finding, new: Finding) -> bool:
    return set(old.requirements) == set(new.requirements) and (old.known is None) == (new.known is None)


def _gone(old: Finding, seen: set[str]) -> FindingChange:
    change: Change = "fixed" if old.requirement in seen else "no_longer_judged"
    return FindingChange(change, old.requirement, old.level, tuple(old.operations), old.observed, old.observed)
