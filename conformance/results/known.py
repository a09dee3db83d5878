"""Known deviations: violations that a team accepts for now, each with a reason and a date of review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.errors import UserError
from conformance.results.model import Finding, RequirementResult, Results
from conformance.results.verdict import verdict_of

_KEYS = ("requirement", "operation", "reason", "link", "until")
_HEADER = """\
# Deviations that are known and accepted. Each still runs; while it is listed here it does not fail a run.
# requirement and reason are required: fill in each reason before this is given to --known.
# operation narrows an entry, link says where it is tracked, and after the day
# `until` (YYYY-MM-DD) the entry counts as stale.
"""


_FORM = "Write 'known:' and below it entries with requirement and reason; `conformance known` makes a first file."


class KnownFileInvalid(UserError):
    """A file of known deviations that cannot be used."""

    def __init__(self, path: Path, reason: str, hint: str = _FORM) -> None:
        super().__init__(f"{path} is not a usable list of known deviations: {reason}.", hint)


@dataclass(frozen=True, slots=True)
class KnownDeviation:
    """One entry: a requirement, at one operation or at any, and why its failure is accepted, until when."""

    requirement: str
    reason: str
    operation: str | None = None
    link: str | None = None
    until: date | None = None

    def covers(self, requirement: str, finding: Finding) -> bool:
        """Whether this entry accepts that the finding violates the requirement."""
        return self.requirement == requirement and (self.operation is None or self.operation in finding.operations)

    def to_json(self) -> dict[str, str]:
        """The members that are set, all as text."""
        return {key: str(value) for key in _KEYS if (value := getattr(self, key)) is not None}


def load_known(path: Path) -> tuple[KnownDeviation, ...]:
    """Read a YAML file of known deviations. Raises KnownFileInvalid, naming the entry at fault."""
    try:
        document = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise KnownFileInvalid(path, error.strerror or "it cannot be read") from error
    except (yaml.YAMLError, ValueError) as error:
        raise KnownFileInvalid(path, "it is not YAML") from error
    entries = document.get("known") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise KnownFileInvalid(path, "it has no list named 'known'")
    return tuple(_entry(path, number, raw) for number, raw in enumerate(entries, start=1))


def apply_known(results: Results, known: Sequence[KnownDeviation], today: date, strict: bool = False) -> Results:
    """The results with listed failures as known deviations, what is stale, and the verdict that follows.

    A requirement becomes a known deviation only if every finding that violates it is covered; a finding is known only
    if every requirement that it violates is, so an entry never hides another cause. With ``strict``, stale entries
    make the run fail.
    """
    findings = {finding.id: finding for finding in results.findings}
    requirements = [_accepted(requirement, findings, known) for requirement in results.requirements]
    stale = [
        {**entry.to_json(), "why": why, "fails": strict}
        for entry in known
        if (why := _stale(entry, results, today)) is not None
    ]
    return replace(
        results,
        requirements=requirements,
        findings=[_marked(finding, known) for finding in results.findings],
        stale=[*results.stale, *stale],
        verdict=verdict_of(
            requirements,
            narrowed=results.narrowed or results.verdict == "no_violation_found",
            complete=results.complete,
            erred=bool(results.errors or results.target.get("lacking")),
        ),
    )


def known_from(results: Results) -> str:
    """YAML that lists each failed requirement of a run, to be edited: its reasons are left empty on purpose."""
    failed = [requirement for requirement in results.requirements if requirement.outcome == "failed"]
    if not failed:
        return f"{_HEADER}known: []\n"
    observed = {each.id: f"{each.id}: {each.expected} — but {each.observed}" for each in results.findings}
    comments = [_comment(requirement, observed) for requirement in failed]
    # What one finding explains has its comment once, above the first.
    first = [comment not in comments[:number] for number, comment in enumerate(comments)]
    rows = zip(failed, comments, first, strict=True)
    return f"{_HEADER}known:\n" + "".join(
        (f"  # {comment}\n" if new else "") + f'  - requirement: {requirement.id}\n    reason: ""\n'
        for requirement, comment, new in rows
    )


def _comment(requirement: RequirementResult, observed: dict[str, str]) -> str:
    seen = next((observed[name] for name in requirement.findings if name in observed), requirement.statement)
    return " ".join("".join(c if c.isprintable() else " " for c in seen).split())[:160]


def _entry(path: Path, number: int, raw: Any) -> KnownDeviation:
    if not isinstance(raw, dict):
        raise KnownFileInvalid(path, f"entry {number} is not a mapping")
    unknown = [str(key) for key in raw if key not in _KEYS]
    if unknown:
        raise KnownFileInvalid(path, f"entry {number} has the unknown key {unknown[0]!r}")
    texts = {key: _text(path, number, raw, key) for key in _KEYS if key != "until"}
    if not texts["requirement"]:
        raise KnownFileInvalid(path, f"entry {number} has no requirement")
    if not texts["reason"]:
        hint = "Write after 'reason:', between the quotes, why this deviation is accepted."
        raise KnownFileInvalid(path, f"entry {number} has no reason ({texts['requirement']})", hint)
    until = raw.get("until")
    if until is not None and type(until) is not date:
        raise KnownFileInvalid(path, f"entry {number} has an 'until' that is no date of the form YYYY-MM-DD")
    return KnownDeviation(texts["requirement"] or "", texts["reason"] or "", texts["operation"], texts["link"], until)


def _text(path: Path, number: int, raw: dict[str, Any], key: str) -> str | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise KnownFileInvalid(path, f"entry {number} has a {key} that is no text")
    return value.strip() or None if value else None


def _accepted(
    requirement: RequirementResult, findings: dict[str, Finding], known: Sequence[KnownDeviation]
) -> RequirementResult:
    if requirement.outcome != "failed":
        return requirement
    shown = [findings[name] for name in requirement.findings if name in findings]
    listed = [entry for entry in known if entry.requirement == requirement.id]
    anywhere = any(entry.operation is None for entry in listed)
    covered = all(any(entry.covers(requirement.id, finding) for entry in listed) for finding in shown)
    if not listed or not covered or not (shown or anywhere):
        return requirement
    return replace(requirement, outcome="known_deviation", reason="; ".join(entry.reason for entry in listed))


def _marked(finding: Finding, known: Sequence[KnownDeviation]) -> Finding:
    violated = dict.fromkeys([finding.requirement, *finding.requirements])
    covering = [next((entry for entry in known if entry.covers(name, finding)), None) for name in violated]
    first = covering[0]
    return replace(finding, known=first.to_json()) if first is not None and None not in covering else finding


def _stale(entry: KnownDeviation, results: Results, today: date) -> str | None:
    if entry.until is not None and entry.until < today:
        return f"it was accepted until {entry.until.isoformat()}"
    found = next((requirement for requirement in results.requirements if requirement.id == entry.requirement), None)
    if found is None:
        return "it matches no requirement"
    if found.outcome == "passed":
        return "the requirement passes now"
    if found.outcome != "failed" or entry.operation is None:
        return None
    matched = any(
        entry.covers(entry.requirement, finding) for finding in results.findings if finding.id in found.findings
    )
    return None if matched else f"it fails, but not at {entry.operation}"
