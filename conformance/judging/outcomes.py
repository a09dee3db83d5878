"""From counts and findings to the outcome of each requirement: six outcomes, never merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from conformance.contract.features import FEATURES
from conformance.contract.requirements import Catalogue, Requirement
from conformance.judging.tally import Case, Tally
from conformance.results.model import OUTCOMES, Finding, Losses, OperationResult, Outcome, RequirementResult

_NOT_AGAIN = "a violation was seen that did not come back when it was replayed"


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Why rules could not judge: those that are judged eventually, or all of them.

    ``unconfirmed`` is why a violation that was seen is no finding. ``unprobed``: the target was never asked which
    features it has.
    """

    reason: str
    everything: bool = False
    unconfirmed: str = _NOT_AGAIN
    unprobed: bool = False

    def bears_on(self, requirement: Requirement) -> bool:
        """Whether a requirement without observations may lack them for this reason."""
        return self.everything or "E" in requirement.judged


def outcome_of(
    requirement: Requirement,
    tally: Tally,
    findings: Sequence[str],
    features: Collection[str],
    unjudged: Unjudged | None,
) -> tuple[Outcome, str | None]:
    """The outcome and why, for what is neither a pass nor a failure."""
    if requirement.feature is not None and requirement.feature not in features:
        known = FEATURES.get(requirement.feature)
        if known is not None and known.probed and unjudged is not None and unjudged.unprobed:
            return "inconclusive", unjudged.reason
        absent = known.absent if known is not None else ""
        return "not_applicable", absent or f"the target does not offer the feature {requirement.feature!r}"
    if findings:
        return "failed", None
    if requirement.id in tally.crashed:
        return "inconclusive", "its rule crashed, which is an error of this suite: some of the traffic is not judged"
    if tally.violated[requirement.id]:
        return "inconclusive", _seen_only(tally.cases.get(requirement.id, []), unjudged)
    if tally.upheld[requirement.id]:
        return "passed", None
    if requirement.unless is not None and tally.statuses.get("runWorkflow", Counter())["201"]:
        return "not_applicable", requirement.unless
    if unjudged is not None and unjudged.bears_on(requirement):
        return "inconclusive", unjudged.reason
    return "not_exercised", "no exchange put it to the test"


def _seen_only(cases: Sequence[Case], unjudged: Unjudged | None) -> str:
    """Why a violation that was seen is no finding, and what was seen."""
    why = unjudged.unconfirmed if unjudged is not None else _NOT_AGAIN
    if not cases:
        return why
    trace, observation = cases[0].trace, cases[0].observations[0]
    cited = f" in exchange {_listed(observation.exchanges)} of {trace.id}" if observation.exchanges else ""
    return f"{why}: expected {observation.expected}; observed {observation.observed}{cited}"


def _listed(numbers: Sequence[int]) -> str:
    return " and ".join(filter(None, (", ".join(map(str, numbers[:-1])), str(numbers[-1]))))


def requirement_results(
    catalogue: Catalogue,
    tally: Tally,
    findings: Sequence[Finding],
    features: Collection[str],
    unjudged: Unjudged | None = None,
) -> list[RequirementResult]:
    """One result per requirement, in the order of the catalogue."""
    found: dict[str, list[str]] = {}
    for finding in findings:
        for requirement in finding.requirements:
            found.setdefault(requirement, []).append(finding.id)
    return [_result(each, tally, found.get(each.id, []), features, unjudged) for each in catalogue.requirements]


def _result(
    requirement: Requirement, tally: Tally, findings: list[str], features: Collection[str], unjudged: Unjudged | None
) -> RequirementResult:
    outcome, reason = outcome_of(requirement, tally, findings, features, unjudged)
    return RequirementResult(
        id=requirement.id,
        level=requirement.level,
        outcome=outcome,
        upheld=tally.upheld[requirement.id],
        violated=tally.violated[requirement.id],
        findings=findings,
        group=requirement.group,
        statement=requirement.statement,
        basis=requirement.basis,
        operations=list(requirement.operations),
        feature=requirement.feature,
        reason=reason,
    )


def count_outcomes(results: Sequence[RequirementResult], tally: Tally) -> dict[str, int]:
    """The six outcomes counted, and how much traffic there was."""
    outcomes = Counter(result.outcome for result in results)
    counted = {str(outcome): outcomes[outcome] for outcome in OUTCOMES}
    return counted | {"exchanges": tally.exchanges, "traces": tally.traces, "runs": tally.runs}


def losses_of(tally: Tally) -> Losses:
    """The answers that were lost, by cause and by operation."""
    causes, operations = Counter[str](), Counter[str]()
    for (operation, cause), count in tally.losses.items():
        causes[cause] += count
        operations[operation] += count
    sent = tally.sent()
    shares = {name: (count, sent[name]) for name, count in sorted(operations.items())}
    return Losses(tally.exchanges, dict(causes.most_common()), shares, sorted(tally.silences))


def operation_results(tally: Tally) -> list[OperationResult]:
    """Statuses seen per operation, by name."""
    return [
        OperationResult(name, sum(statuses.values()), dict(sorted(statuses.items())))
        for name, statuses in sorted(tally.statuses.items())
    ]
