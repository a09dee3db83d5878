"""From outcomes to a verdict."""

from __future__ import annotations

import pytest

from conformance.results.model import Level, Outcome, RequirementResult, Verdict
from conformance.results.verdict import verdict_of


def row(outcome: Outcome, level: Level = "MUST") -> RequirementResult:
    return RequirementResult("a.b", level, outcome)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        (["passed", "not_applicable", "known_deviation"], "conformant"),
        (["passed", "failed", "inconclusive"], "not_conformant"),
        (["passed", "not_exercised"], "incomplete"),
        (["passed", "inconclusive"], "incomplete"),
        ([], "incomplete"),
    ],
)
def test_the_verdict_follows_from_must(outcomes: list[Outcome], verdict: Verdict) -> None:
    assert verdict_of([*map(row, outcomes), row("failed", "SHOULD")]) == verdict


def test_a_narrowed_or_cut_run_is_never_conformant() -> None:
    assert verdict_of([row("passed")], narrowed=True) == "no_violation_found"
    assert verdict_of([row("failed")], narrowed=True) == "not_conformant"
    assert verdict_of([row("passed")], complete=False) == "incomplete"
