"""What an item says of an operation and a kind of property."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.judging.tally import Tally
from conformance.results.model import Outcome, RequirementResult
from conformance.suite.items import assert_outcome, assert_property, told
from tests.reports.sample import swallowed

RULE, OPERATION = "envelope.answers", "cancelEvent"


def assert_it(outcome: Outcome, *, violated: bool, level: Any = "MUST") -> None:
    seen = Counter({(RULE, OPERATION, not violated): 1})
    results = SimpleNamespace(requirements=[RequirementResult(RULE, level, outcome, reason="for a reason")])
    measured = SimpleNamespace(tally=Tally(by_operation=seen))
    options = SimpleNamespace(fail_on="must")
    session: Any = SimpleNamespace(outcome=measured, results=results, options=options)
    assert_property(session, [RULE], OPERATION)


def test_a_violation_that_was_found_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match=f"{OPERATION} violates {RULE}"):
        assert_it("failed", violated=True)


def test_a_should_that_was_violated_is_expected_to_fail() -> None:
    with pytest.raises(pytest.xfail.Exception):
        assert_it("failed", violated=True, level="SHOULD")


@pytest.mark.parametrize("outcome", ["inconclusive", "known_deviation"])
def test_what_was_seen_but_is_no_finding_does_not_fail(outcome: Outcome) -> None:
    with pytest.raises(pytest.skip.Exception, match="for a reason"):
        assert_it(outcome, violated=True)


def test_an_operation_that_holds_passes_whatever_others_do() -> None:
    assert_it("failed", violated=False)


def _session(fail_on: str = "must", finding: Any = None, cases: Any = None) -> Any:
    results = SimpleNamespace(requirements=[], findings=[finding] if finding else [])
    outcome = SimpleNamespace(tally=Tally(cases=cases or {}))
    return SimpleNamespace(results=results, outcome=outcome, options=SimpleNamespace(fail_on=fail_on))


def test_what_follows_from_another_cause_says_so_and_what_it_saw_itself() -> None:
    finding = swallowed()
    other = next(name for name in finding.requirements if name != finding.requirement)
    case = SimpleNamespace(observations=(SimpleNamespace(observed="it is listed as running"),))
    text = told(_session(finding=finding, cases={other: [case]}), RequirementResult(other, "MUST", "failed"))
    lines = text.splitlines()
    assert lines[0] == "it is listed as running"
    assert lines[1].strip().startswith(f"explained by {finding.requirement}: ")
    own = told(_session(finding=finding), RequirementResult(finding.requirement, "MUST", "failed"))
    assert own.splitlines()[0] == finding.observed
    assert "explained by" not in own


@pytest.mark.parametrize(("fail_on", "kind"), [("must", pytest.xfail.Exception), ("should", pytest.fail.Exception)])
def test_a_failed_should_fails_where_that_was_asked_for(fail_on: str, kind: type[BaseException]) -> None:
    with pytest.raises(kind) as raised:
        assert_outcome(_session(fail_on), RequirementResult("a.b", "SHOULD", "failed"))
    assert type(raised.value) is kind
