"""What an item says of an operation and a kind of property."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.judging.tally import Tally
from conformance.results.model import Outcome, RequirementResult
from conformance.suite.items import assert_property

RULE, OPERATION = "envelope.answers", "cancelEvent"


def assert_it(outcome: Outcome, *, violated: bool, level: Any = "MUST") -> None:
    seen = Counter({(RULE, OPERATION, not violated): 1})
    results = SimpleNamespace(requirements=[RequirementResult(RULE, level, outcome, reason="for a reason")])
    session: Any = SimpleNamespace(outcome=SimpleNamespace(tally=Tally(by_operation=seen)), results=results)
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
