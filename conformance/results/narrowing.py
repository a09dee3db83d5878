"""The part of a run's results that a selection of requirements (-k, -m) asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from conformance.results.model import OUTCOMES, Results
from conformance.results.verdict import verdict_of


def narrow(results: Results, selected: Collection[str]) -> Results:
    """Only these requirements, with the findings that violate one of them; counts and verdict follow from them."""
    requirements = [each for each in results.requirements if each.id in selected]
    outcomes = Counter(each.outcome for each in requirements)
    return replace(
        results,
        requirements=requirements,
        findings=[each for each in results.findings if {each.requirement, *each.requirements} & set(selected)],
        stale=[entry for entry in results.stale if entry.get("requirement") in selected],
        counts=results.counts | {str(outcome): outcomes[outcome] for outcome in OUTCOMES},
        verdict=verdict_of(requirements, narrowed=True, complete=results.whole, erred=bool(results.errors)),
        narrowed=True,
    )
