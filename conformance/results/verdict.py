"""From outcomes to a verdict; the exit codes there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from conformance.contract.requirements import Catalogue
from conformance.results.model import RequirementResult, Results, Verdict

FailOn = Literal["must", "should"]

CONFORMANT, NOT_CONFORMANT, USAGE, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 130


def verdict_of(
    requirements: Iterable[RequirementResult], *, narrowed: bool = False, complete: bool = True, erred: bool = False
) -> Verdict:
    """The verdict: only MUST requirements count. A narrowed run never says more than that it found no violation.

    ``erred``: the suite itself got something wrong, so that what looks right may only not have been judged.
    """
    outcomes = {requirement.outcome for requirement in requirements if requirement.level == "MUST"}
    if "failed" in outcomes:
        return "not_conformant"
    if not complete or erred:
        return "incomplete"
    if narrowed:
        return "no_violation_found"
    return "conformant" if outcomes and not outcomes & {"not_exercised", "inconclusive"} else "incomplete"


def decisive(catalogue: Catalogue, fail_on: FailOn) -> frozenset[str]:
    """The requirements of which one that failed makes a run fail."""
    return frozenset(each.id for each in catalogue.requirements if each.level == "MUST" or fail_on == "should")


def demand(results: Results, required: Iterable[str]) -> Results:
    """The results, incomplete where a requirement (by id or group) was to be judged and was not."""
    wanted = set(required)
    unmet = [
        each.id
        for each in results.requirements
        if {each.id, each.group} & wanted and each.outcome in ("not_exercised", "inconclusive")
    ]
    return incomplete_because(results, "unmet", unmet) if unmet else results


def incomplete_because(results: Results, why: str, told: object) -> Results:
    """The results, incomplete if they found nothing wrong; ``told`` is kept as ``why`` of the target."""
    verdict: Verdict = results.verdict if results.verdict == "not_conformant" else "incomplete"
    return replace(results, verdict=verdict, target=results.target | {why: told})
