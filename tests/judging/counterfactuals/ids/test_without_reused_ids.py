"""What rests on workflows whose id several creations gave."""

from __future__ import annotations

from conformance.judging.counterfactuals.put_right import put_right, resting
from conformance.rules.evidence.observation import violated as violation
from tests.judging.counterfactuals.resting_on import JUDGE, judged, rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for

CAUSE, ECHO = "workflow.create-distinct", "workflow.create-echo"


def _again() -> TraceBuilder:
    """A workflow that is created, deleted, and created once more with the id of the first one, which stays deleted."""
    t = TraceBuilder()
    w = t.create([wait_for("go")])
    t.delete(w)
    t.create([wait_for("go")], id=w)
    t.get_workflow(w, status=404)
    t.settled()
    t.workflows([])
    return t


def test_that_what_is_given_again_is_not_found_rests_on_it() -> None:
    seen = violated(_again().trace())
    assert seen > {CAUSE}
    assert rests(CAUSE, _again()) == seen


def test_that_an_id_was_given_in_another_trace_does_too() -> None:
    tally = judged(_again().trace())
    trace = tally.cases[CAUSE][0].trace
    tally.add_across(ECHO, violation(trace.exchanges[0], expected="an id never given before", observed="one"), trace)
    right = {trace.id: JUDGE.judge(trace) for trace in put_right(tally)[CAUSE]}
    assert ECHO in resting(CAUSE, tally, right)


def test_that_another_workflow_is_not_found_does_not() -> None:
    t = TraceBuilder()
    t.get_workflow(t.create([], id="another"), status=404)
    (wrong,) = violated(t.trace())
    assert wrong not in rests(CAUSE, _again(), t)


def test_nothing_rests_on_what_is_not_violated() -> None:
    t = TraceBuilder()
    t.get_workflow(t.create([]), status=404)
    assert rests(CAUSE, t) == frozenset()
