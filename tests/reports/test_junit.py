"""JUnit XML: a case for each requirement, and what each outcome becomes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from conformance.reports.junit import junit_tree
from tests.reports.sample import sample


def test_one_case_for_each_requirement_in_its_group() -> None:
    root = junit_tree(sample())
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    expected = [(f"conformance.{item.group}", item.id) for item in sample().requirements]
    assert sorted(names, key=str) == sorted(expected)


def test_each_outcome_becomes_what_ci_services_know() -> None:
    cases = {case.get("name"): case for case in junit_tree(sample()).iter("testcase")}
    kinds = {
        item.outcome: [child.tag for child in cases[item.id] if child.tag != "system-out"]
        for item in sample().requirements
    }
    assert kinds == {
        "passed": [],
        "failed": ["failure"],
        "not_exercised": ["skipped"],
        "not_applicable": ["skipped"],
        "known_deviation": ["skipped"],
        "inconclusive": ["skipped"],
    }


def test_the_totals_are_those_of_the_cases() -> None:
    root = junit_tree(replace(sample(), errors=["a rule crashed"]))
    tags = Counter(child.tag for case in root.iter("testcase") for child in case)
    assert root.get("tests") == str(len(sample().requirements) + 1)
    assert (root.get("failures"), root.get("skipped"), root.get("errors")) == (
        str(tags["failure"]),
        str(tags["skipped"]),
        "1",
    )


def test_a_failure_tells_what_to_do() -> None:
    (failure,) = [
        case.find("failure")
        for case in junit_tree(sample()).iter("testcase")
        if case.get("name") == "cancel.terminates"
    ]
    assert failure is not None
    assert "still running" in (failure.get("message") or "")
    assert "curl -sS -X PUT" in (failure.text or "")
