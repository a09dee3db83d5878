"""What the items of the suite assert: the outcome of a requirement in the terms of pytest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from conformance.campaign.conformance_run import ConformanceRun
from conformance.reports.text import how_sure
from conformance.results.model import Finding, RequirementResult


def requirements_of(item: pytest.Item) -> tuple[str, ...]:
    """The requirements that an item is about: one, or those that make up a property of an operation."""
    callspec: Any = getattr(item, "callspec", None)
    parameters: dict[str, Any] = callspec.params if callspec is not None else {}
    one = parameters.get("requirement")
    return tuple(parameters.get("requirements", ())) or ((one,) if isinstance(one, str) else ())


def assert_selected(session: ConformanceRun, requirements: Sequence[str], operation: str | None) -> None:
    """Assert one item: a requirement, or those that make up a property of an operation."""
    if operation is not None:
        assert_property(session, requirements, operation)
    elif session.results is not None:
        found = {each.id: each for each in session.results.requirements}
        assert_outcome(session, found[requirements[0]])


def assert_outcome(session: ConformanceRun, requirement: RequirementResult) -> None:
    """Pass, fail, or say why neither: a skip is no pass, and the verdict of the run tells them apart."""
    if requirement.outcome == "failed":
        findings = session.results.findings if session.results is not None else []
        text = "\n\n".join(_told(each) for each in findings if requirement.id in each.requirements)
        if requirement.level == "SHOULD" and session.options.fail_on == "must":
            pytest.xfail(f"SHOULD {requirement.statement}\n{text}")
        pytest.fail(f"{requirement.level} {requirement.statement}\n{text}", pytrace=False)
    if requirement.outcome == "known_deviation":
        pytest.xfail(f"known deviation: {requirement.reason}")
    if requirement.outcome != "passed":
        pytest.skip(f"{requirement.outcome.replace('_', ' ')}: {requirement.reason}")


def assert_property(session: ConformanceRun, requirements: Sequence[str], operation: str) -> None:
    """No exchange of the operation violates the property, and at least one puts it to the test."""
    assert session.outcome is not None
    assert session.results is not None
    seen = session.outcome.tally.by_operation
    outcomes = {each.id: each for each in session.results.requirements}
    violated = [outcomes[name] for name in requirements if seen[name, operation, False]]
    failed = [each for each in violated if each.outcome == "failed"]
    if any(each.level == "MUST" for each in failed):
        names = ", ".join(each.id for each in failed)
        pytest.fail(f"{operation} violates {names}; the report has the exchanges", pytrace=False)
    if failed:
        pytest.xfail(f"SHOULD: {', '.join(each.id for each in failed)}")
    if violated:
        pytest.skip(f"{violated[0].outcome.replace('_', ' ')}: {violated[0].reason}")
    if not any(seen[name, operation, True] for name in requirements):
        pytest.skip("not exercised: no exchange put it to the test")


def _told(finding: Finding) -> str:
    steps = "\n".join(f"    {line}" for line in finding.script)
    return f"  expected: {finding.expected}\n  observed: {finding.observed} ({how_sure(finding)})\n{steps}"
