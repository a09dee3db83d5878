"""A selection's results: what was not asked for neither fails nor passes."""

from __future__ import annotations

from conformance.results.narrowing import narrow
from tests.reports.sample import sample


def test_only_what_was_selected_counts() -> None:
    whole = sample()
    assert whole.verdict == "not_conformant"
    passed = next(each.id for each in whole.requirements if each.outcome == "passed" and each.level == "MUST")
    part = narrow(whole, {passed})
    assert (part.verdict, part.narrowed) == ("no_violation_found", True)
    assert [each.id for each in part.requirements] == [passed]
    assert part.findings == []
    assert (part.counts["passed"], part.counts["failed"]) == (1, 0)
    assert part.counts["exchanges"] == whole.counts["exchanges"]


def test_a_finding_stays_that_violates_a_selected_requirement_among_others() -> None:
    whole = sample()
    finding = next(each for each in whole.findings if len(each.requirements) > 1)
    part = narrow(whole, {finding.requirements[-1]})
    assert finding.id in [each.id for each in part.findings]
    assert part.verdict == ("not_conformant" if part.requirements[0].level == "MUST" else "no_violation_found")
