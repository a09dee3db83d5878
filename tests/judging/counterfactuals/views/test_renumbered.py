"""What rests on the numbers in a status, where a server counts stages in another way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.judging.counterfactuals.views.renumbered import SEQUENCE, renumbered
from conformance.trace import Exchange
from conformance.wire import exact_json
from tests.judging.counterfactuals.resting_on import JUDGE, judged, rests
from tests.rules.bodies import NOOP
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for


def _numbered(t: TraceBuilder, first: int) -> TraceBuilder:
    """The trace with the entries of each status counted from another number."""

    def count(exchange: Exchange) -> Exchange:
        if exchange.response is None or exchange.operation != "getInstance":
            return exchange
        entries = [{**entry, "stage": first + n} for n, entry in enumerate(exchange.data["status"])]
        body = exact_json.encode({"data": {**exchange.data, "status": entries}})
        return replace(exchange, response=replace(exchange.response, body=body))

    t.exchanges = [count(each) for each in t.exchanges]
    return t


def ended(first: int = 0) -> TraceBuilder:
    """An instance of a noop that has ended, its stage counted from a number."""
    t, i = started(*NOOP)
    t.settled()
    t.get(i, [(5, 6)], ended=7, embed=False)
    return _numbered(t, first)


def deaf(first: int = 0) -> TraceBuilder:
    """An instance that does not hear its event, its stage counted from a number."""
    t, i = started(wait_for("go"))
    t.get(i, [(5, None)], embed=False)
    t.history(i, [(5, None)])
    t.settled()
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, None)], embed=False)
    t.history(i, [(5, None)])
    return _numbered(t, first)


def test_what_is_missed_for_its_number_rests_on_the_numbers() -> None:
    trace = ended(first=1).trace()
    assert {SEQUENCE, "run.completes"} <= JUDGE.judge(trace).violations.keys()
    assert rests(SEQUENCE, trace) == JUDGE.judge(trace).violations.keys()


def test_what_is_wrong_with_right_numbers_does_not() -> None:
    trace = deaf(first=1).trace()
    assert "event.matching" in JUDGE.judge(trace).violations
    assert SEQUENCE in rests(SEQUENCE, trace)
    assert "event.matching" not in rests(SEQUENCE, trace)


def test_what_another_trace_shows_with_right_numbers_does_not() -> None:
    stuck, i = started(*NOOP)
    stuck.get(i, [(5, None)])
    stuck.settled()
    stuck.get(i, [(5, None)])
    other = replace(stuck.trace(), id="t2")
    assert "run.completes" in JUDGE.judge(other).violations
    assert rests(SEQUENCE, ended(first=1).trace(), other) == {SEQUENCE}


@pytest.mark.parametrize("right", [ended(), deaf()])
def test_nothing_is_put_right_where_the_numbers_are(right: TraceBuilder) -> None:
    trace = right.trace()
    assert renumbered(judged(trace)) == []
    assert rests(SEQUENCE, trace) == frozenset()
