"""From outcomes to a verdict, and from a verdict to an exit code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from conformance.results.model import RequirementResult, Results, Verdict

FailOn = Literal["must", "should"]

CONFORMANT, NOT_CONFORMANT, USAGE, INCOMPLETE, INTERRUPTED = 0, 1, 2, 3, 130
_EXIT: dict[Verdict, int] = {
    "conformant": CONFORMANT,
    "no_violation_found": CONFORMANT,
    "not_conformant": NOT_CONFORMANT,
    "incomplete": INCOMPLETE,
}


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


def exit_code(results: Results, fail_on: FailOn = "must") -> int:
    """0 conformant, 1 not conformant (or a known deviation is stale and was asked to be strict), 3 incomplete.

    With ``fail_on="should"`` a failed SHOULD requirement is a failure as well.
    """
    if any(entry.get("fails") for entry in results.stale):
        return NOT_CONFORMANT
    if fail_on == "should" and any(requirement.outcome == "failed" for requirement in results.requirements):
        return NOT_CONFORMANT
    return _EXIT[results.verdict]
