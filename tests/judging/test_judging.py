"""What the suite itself gets wrong is told, and never swallowed; what servers send is judged whatever it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.contract.requirements import load_requirements
from conformance.judging.judging import Judge
from conformance.judging.outcomes import requirement_results
from conformance.judging.tally import Tally
from conformance.results.verdict import verdict_of
from conformance.rules.evidence.observation import Observation, upheld
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.wire import exact_json
from tests.judging.hostile import SLOW_S, Hostile, hostile_traces, right_trace
from tests.rules.timelines import NOOP, started


def _fails_at_histories(index: TraceIndex) -> Iterator[Observation]:
    for exchange in index.trace.exchanges:
        if exchange.operation == "getInstanceHistory":
            raise ZeroDivisionError("by nothing")
        yield upheld(exchange)


def _crashed() -> tuple[Tally, str]:
    t, i = started(NOOP)
    t.get(i, [(5, 6)], ended=7)
    t.history(i, [(5, 6)])
    t.get(i, [(5, 6)], ended=7)
    trace, tally = t.trace(), Tally()
    tally.add(trace, Judge(rules={"stage.sequence": _fails_at_histories}).judge(trace))
    return tally, tally.errors[0]


def test_a_crash_names_the_rule_the_exchange_and_whom_to_tell() -> None:
    _, told = _crashed()
    assert "the rule stage.sequence crashed" in told
    assert "ZeroDivisionError: by nothing (test_judging.py:" in told
    assert "at exchange 4, GET /instances/" in told
    assert "/history, answered 200" in told
    assert "What it judges is inconclusive. Please report this line with exchanges.har.gz" in told


def test_what_a_crashed_rule_judges_is_inconclusive_and_the_run_incomplete() -> None:
    tally, _ = _crashed()
    results = {each.id: each for each in requirement_results(load_requirements(), tally, [], frozenset())}
    crashed = results["stage.sequence"]
    assert (crashed.outcome, crashed.upheld) == ("inconclusive", 3)
    assert "error of this suite" in (crashed.reason or "")
    assert verdict_of([crashed], erred=True) == "incomplete"


def test_a_trace_that_cannot_be_indexed_leaves_every_requirement_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TraceIndex, "_add_use", lambda *_: 1 / 0)
    trace = right_trace()
    judgement = Judge().judge(trace)
    rows = load_requirements().requirements
    assert judgement.crashes.keys() == {row.id for row in rows if row.feature in (None, *trace.features)}
    assert len(set(judgement.crashes.values())) == 1


@pytest.mark.parametrize("number", ["1e5000", "1e1000000", "0.5", "-1", "9" * 5000, "2147483649"])
def test_a_stage_number_that_is_no_small_integer_is_a_violation(number: str) -> None:
    t, i = started(NOOP)
    body = t.instance(i, [(5, None)])
    body["status"][0]["stage"] = "NUMBER"
    t.get(i, answer=exact_json.encode({"data": body}).replace(b'"NUMBER"', number.encode()))
    assert "stage.sequence" in Judge().judge(t.trace()).violations


def test_hostile_values_crash_no_rule_and_none_is_slow() -> None:
    hostile = Hostile()
    for what, trace in hostile_traces(150, seed=1):
        judgement, took = hostile.judge(trace)
        assert judgement.crashes == {}, what
        assert took < 5 * SLOW_S, what
