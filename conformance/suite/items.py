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


def select(config: pytest.Config, session: ConformanceRun, items: Sequence[pytest.Item]) -> None:
    """Tell the run which requirements were selected, and whether the first failure is enough (-x)."""
    whole = sum(1 for item in items if "conformance_requirement" in item.keywords)
    session.select({name for item in items for name in requirements_of(item)}, whole)
    session.first_only = config.getoption("maxfail") == 1


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
        _fail(session, [requirement], told(session, requirement))
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
    if failed:
        names = ", ".join(each.id for each in failed)
        _fail(session, failed, f"{operation} violates {names}; the report has the exchanges")
    if violated:
        pytest.skip(f"{violated[0].outcome.replace('_', ' ')}: {violated[0].reason}")
    if not any(seen[name, operation, True] for name in requirements):
        pytest.skip("not exercised: no exchange put it to the test")


def _fail(session: ConformanceRun, failed: Sequence[RequirementResult], text: str) -> None:
    """Fail an item, or let it be an expected failure where a SHOULD is not to fail a run."""
    if session.options.fail_on == "must" and all(each.level == "SHOULD" for each in failed):
        pytest.xfail(f"SHOULD: {text}")
    pytest.fail(text, pytrace=False)


def told(session: ConformanceRun, requirement: RequirementResult) -> str:
    """What is wrong: first what was observed, since pytest's summary has room for one line."""
    findings = session.results.findings if session.results is not None else []
    mine = [each for each in findings if requirement.id in (each.requirement, *each.requirements)]
    statement = f"{requirement.level} {requirement.statement}"
    texts = [_explained(each, _seen(session, requirement.id), requirement.id) for each in mine]
    return "\n\n".join([*(texts or ["violated"]), statement])


def _explained(finding: Finding, seen: str | None, requirement: str) -> str:
    steps = "\n".join(f"    {line}" for line in finding.script)
    if finding.requirement == requirement:
        head = f"{finding.observed}\n  expected: {finding.expected}"
    else:
        head = f"{seen or finding.observed}\n  explained by {finding.requirement}: {finding.observed}"
    return f"{head}\n  finding {finding.id}, {how_sure(finding)}\n{steps}".rstrip()


def _seen(session: ConformanceRun, requirement: str) -> str | None:
    """What was observed of the requirement itself, in the smallest trace that violates it."""
    cases = session.outcome.tally.cases.get(requirement, []) if session.outcome is not None else []
    observations = (each for case in cases for each in case.observations)
    return next((each.observed for each in observations), None)
