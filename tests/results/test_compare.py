"""Comparing two runs, and several."""

from __future__ import annotations

from dataclasses import replace

from conformance.results.compare import compare, matrix
from conformance.results.model import Outcome, Results
from tests.reports.sample import clean, sample, swallowed


def with_outcome(name: str, outcome: Outcome) -> Results:
    rows = [replace(item, outcome=outcome) if item.id == name else item for item in clean().requirements]
    return replace(clean(), requirements=rows)


def test_a_run_compared_with_itself_has_nothing_new() -> None:
    found = compare(sample(), sample())
    assert found.exit_code == 0
    assert {item.change for item in found.findings} == {"still_there"}
    assert compare(clean(), clean()).requirements == ()


def test_each_kind_of_change() -> None:
    kinds = {
        ("passed", "failed"): "new",
        ("known_deviation", "failed"): "new",
        ("failed", "passed"): "fixed",
        ("known_deviation", "passed"): "fixed",
        ("failed", "failed"): "still_there",
        ("failed", "known_deviation"): "changed",
        ("not_exercised", "passed"): "changed",
        ("passed", "inconclusive"): "no_longer_judged",
        ("failed", "not_exercised"): "no_longer_judged",
    }
    for (old, new), change in kinds.items():
        found = compare(with_outcome("run.wait", old), with_outcome("run.wait", new))  # type: ignore[arg-type]
        assert [item.change for item in found.requirements] == [change]
        assert found.exit_code == (change == "new")
        assert found.counts[change] == 1  # type: ignore[index]


def test_findings_meet_whatever_their_ids() -> None:
    renamed = sample(
        [replace(item, id=f"X{item.id}", observed=f"{item.observed} Again.") for item in sample().findings]
    )
    assert compare(sample(), renamed).exit_code == 0


def test_one_more_finding_on_a_failing_requirement_is_new() -> None:
    second = replace(swallowed(), id="F9", observed="It happened elsewhere.")
    found = compare(sample(), sample([*sample().findings, second]))
    assert [item.id for item in found.findings if item.change == "new"] == ["F9"]
    assert found.exit_code == 1


def test_a_new_finding_that_is_known_is_not_new() -> None:
    known = replace(swallowed(), known={"requirement": "cancel.terminates", "reason": "why"})
    assert {item.change for item in compare(clean(), replace(clean(), findings=[known])).findings} == {"changed"}


def test_findings_that_went_are_fixed_only_where_it_was_looked() -> None:
    assert {item.change for item in compare(sample(), clean()).findings} == {"fixed"}
    unseen = replace(with_outcome("cancel.terminates", "not_exercised"), findings=[])
    changes = {item.requirement: item.change for item in compare(sample(), unseen).findings}
    assert changes["cancel.terminates"] == "no_longer_judged"


def test_several_results_side_by_side() -> None:
    partial = replace(sample(), requirements=sample().requirements[:3])
    found = matrix([clean(), sample(), partial])
    row = next(row for row in found.rows if row.id == "cancel.terminates")
    assert row.outcomes == ("passed", "failed", None)
    assert row.observed[0] == ""
    assert row.observed[1] == next(each.observed for each in sample().findings if each.requirement == row.id)
    assert row.differs
    assert found.verdicts == ("conformant", "not_conformant", "not_conformant")
    assert found.columns[0] == "payments staging 2.3.1, 2026-11-23 22:46"
