"""What rests on the variables of a run, where a server replaces them wrongly."""

from __future__ import annotations

from typing import Any

from conformance.judging.counterfactuals.without_variables import VARIABLES
from tests.judging.counterfactuals.resting_on import JUDGE, rests
from tests.rules.bodies import NOOP
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for

DELAY = {"delay": {"duration": "${d}"}}


def not_replaced() -> TraceBuilder:
    """A history that shows something else in place of the variable."""
    t, i = started(wait_for("${e}"), variables={"e": "go"})
    t.get(i, [(5, None)])
    t.settled()
    t.history(i, [(5, None)], inputs={0: {"event": "e"}})
    return t


def failed(stage: dict[str, Any], **run: Any) -> TraceBuilder:
    """An instance of a stage that ended with an error."""
    t, i = started(stage, **run)
    t.settled()
    t.get(i, [(5, 6, "no duration")], ended=7, error="no duration")
    return t


def test_that_a_stage_cannot_fail_rests_on_its_variable() -> None:
    assert VARIABLES in JUDGE.judge(not_replaced().trace()).violations
    assert "run.completes" in JUDGE.judge(failed(DELAY, variables={"d": "10ms"}).trace()).violations
    assert "run.completes" in rests(VARIABLES, not_replaced(), failed(DELAY, variables={"d": "10ms"}))


def test_what_fails_without_a_variable_does_not() -> None:
    assert "run.completes" not in rests(VARIABLES, not_replaced(), failed(*NOOP))


def test_nothing_is_put_right_where_variables_are_replaced() -> None:
    assert rests(VARIABLES, failed(DELAY, variables={"d": "10ms"})) == frozenset()
