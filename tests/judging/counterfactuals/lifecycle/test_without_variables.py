"""What rests on the variables of a run, where a server replaces them wrongly."""

from __future__ import annotations

from typing import Any

from conformance.judging.counterfactuals.lifecycle.without_variables import VARIABLES
from conformance.judging.counterfactuals.put_right import put_right, resting
from conformance.rules.evidence.observation import violated
from tests.judging.counterfactuals.resting_on import JUDGE, judged, rests
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


def test_that_an_id_was_given_in_another_trace_before_does_not() -> None:
    tally = judged(not_replaced().trace())
    trace = tally.cases[VARIABLES][0].trace
    run = next(each for each in trace.exchanges if each.operation == "runWorkflow")
    tally.add_across("run.created", violated(run, expected="an id never given before", observed="an old one"), trace)
    right = {trace.id: JUDGE.judge(trace) for trace in put_right(tally)[VARIABLES]}
    assert "run.created" not in resting(VARIABLES, tally, right) >= {VARIABLES}


def test_nothing_is_put_right_where_variables_are_replaced() -> None:
    assert rests(VARIABLES, failed(DELAY, variables={"d": "10ms"})) == frozenset()
