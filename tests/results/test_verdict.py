"""From outcomes to verdict and exit code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.results.model import Level, Outcome, RequirementResult, Verdict
from conformance.results.verdict import exit_code, verdict_of
from tests.reports.sample import clean


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


def test_exit_codes() -> None:
    codes = {"conformant": 0, "no_violation_found": 0, "not_conformant": 1, "incomplete": 3}
    for verdict, code in codes.items():
        assert exit_code(replace(clean(), verdict=verdict)) == code  # type: ignore[arg-type]


def test_should_failures_count_only_on_demand() -> None:
    results = replace(clean(), requirements=[row("passed"), row("failed", "SHOULD")])
    assert (exit_code(results), exit_code(results, "should")) == (0, 1)
