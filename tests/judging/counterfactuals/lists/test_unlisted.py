"""What rests on fields that lists tell wrongly."""

from __future__ import annotations

from typing import Any

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import HOUR, NOOP, wait_for

CAUSE, BACK = "list.agrees", "stage.monotone"


def listed(*changes: dict[str, Any]) -> TraceBuilder:
    """An instance at its second stage that is listed with these changes, one after another, between reads of it."""
    t = TraceBuilder()
    i = t.run(t.create([NOOP, HOUR]), id="listed")
    spans = [(5, 6), (6, None)]
    for change in changes:
        t.get(i, spans)
        t.settled()
        t.instances(bodies=[t.instance(i, spans, embed=True, change=change)])
        t.get(i, spans)
    return t


def goes_back() -> TraceBuilder:
    """An instance of which single reads take something back."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go")]), id="another")
    t.get(i, [(5, 6)], ended=7)
    t.get(i, [(5, None)])
    return t


def test_that_a_later_list_tells_less_rests_on_that_it_tells_something_else_than_reads() -> None:
    fewer = listed({}, {"status": []})
    assert violated(fewer.trace()) == {CAUSE, BACK}
    assert rests(CAUSE, fewer) == {CAUSE, BACK}


def test_that_a_later_read_does_does_not() -> None:
    traces = listed({}, {"status": []}), goes_back()
    assert BACK not in rests(CAUSE, *traces)
    assert CAUSE in rests(CAUSE, *traces)


def test_what_an_element_says_of_being_terminated_stays() -> None:
    assert rests(CAUSE, listed({"terminated": True})) == frozenset()
