"""Known deviations: what an entry covers, and the results once they are applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from conformance.results.known.ways import Seen, fits
from conformance.results.model import Finding, RequirementResult, Results
from conformance.results.verdict import verdict_of

KEYS = ("requirement", "finding", "operation", "observed", "reason", "link", "until")


@dataclass(frozen=True, slots=True)
class KnownDeviation:
    """One entry: a requirement, and why its failure is accepted, until when.

    ``operation``, ``finding`` (an id) and ``observed`` (a text in which * stands for any text) narrow it to failures at
    an operation, of one finding, or of one kind: None where it covers all of them.
    """

    requirement: str
    reason: str
    operation: str | None = None
    link: str | None = None
    until: date | None = None
    finding: str | None = None
    observed: str | None = None

    @property
    def narrow(self) -> bool:
        """Whether the requirement may fail in ways that this entry does not cover."""
        return self.narrowed_to != ""

    @property
    def narrowed_to(self) -> str:
        """What a failure must be to be covered, in words; empty when any is."""
        told = (
            f"at {self.operation}" if self.operation else "",
            f"as {self.finding}" if self.finding else "",
            f"with “{self.observed}”" if self.observed else "",
        )
        return ", ".join(filter(None, told))

    def accepts(self, seen: Seen) -> bool:
        """Whether this entry covers a violation of its requirement."""
        return (
            (self.operation is None or self.operation in seen.operations)
            and (self.finding is None or self.finding in seen.ids)
            and (self.observed is None or fits(self.observed, seen.observed))
        )

    def covers(self, requirement: str, finding: Finding) -> bool:
        """Whether this entry accepts that the finding violates the requirement."""
        return self.requirement == requirement and self.accepts(Seen.in_finding(finding))

    def to_json(self) -> dict[str, str]:
        """The members that are set, all as text."""
        return {key: str(value) for key in KEYS if (value := getattr(self, key)) is not None}


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


def _accepted(
    requirement: RequirementResult, findings: dict[str, Finding], known: Sequence[KnownDeviation]
) -> RequirementResult:
    if requirement.outcome != "failed":
        return requirement
    shown = [findings[name] for name in requirement.findings if name in findings]
    listed = [entry for entry in known if entry.requirement == requirement.id]
    anywhere = any(not entry.narrow for entry in listed)
    covered = all(any(entry.covers(requirement.id, finding) for entry in listed) for finding in shown)
    if not listed or not covered or not (shown or anywhere):
        return requirement
    reasons = dict.fromkeys(entry.reason for entry in listed)
    return replace(requirement, outcome="known_deviation", reason="; ".join(reasons))


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
    if found.outcome != "failed" or not entry.narrow:
        return None
    matched = any(
        entry.covers(entry.requirement, finding) for finding in results.findings if finding.id in found.findings
    )
    return None if matched else f"it fails, but not {entry.narrowed_to}"
