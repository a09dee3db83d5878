"""What rests on events of other names that end stages."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for

CAUSE, DEAF = "event.other", "event.matching"


def sent(first: str, *, ends: bool, own_id: str) -> TraceBuilder:
    """An instance that is sent an event, which may end its stage; if that was another one, its own follows in vain."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go"), wait_for("on")]), id=own_id)
    t.get(i, [(5, None)])
    t.history(i, [(5, None)])
    t.settled()
    t.send(i, first)
    at = t.now
    t.settled()
    t.get(i, [(5, at), (at, None)] if ends else [(5, None)])
    if first != "go":
        t.send(i, "go", status=400)
    return t


def test_what_comes_of_another_event_rests_on_that() -> None:
    misled = sent("goes", ends=True, own_id="misled")
    seen = violated(misled.trace())
    assert CAUSE in seen
    assert rests(CAUSE, misled) == seen


def test_that_an_instance_does_not_hear_its_own_does_not() -> None:
    traces = sent("goes", ends=True, own_id="misled"), sent("go", ends=False, own_id="deaf")
    assert DEAF in violated(traces[1].trace())
    assert DEAF not in rests(CAUSE, *traces)
    assert CAUSE in rests(CAUSE, *traces)


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests(CAUSE, sent("goes", ends=False, own_id="deaf")) == frozenset()


def deafened(*before: str, own_id: str) -> TraceBuilder:
    """An instance that is sent other events, and then does not hear its own."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go")]), id=own_id)
    t.get(i, [(5, None)])
    t.history(i, [(5, None)])
    t.settled()
    for name in (*before, "go"):
        t.send(i, name)
        if len(before) == 1:
            t.settled()
    t.settled()
    t.get(i, [(5, None)])
    return t


def test_where_other_events_make_instances_deaf_a_burst_that_is_not_heard_rests_on_that() -> None:
    traces = deafened("other", own_id="one"), deafened("a", "b", own_id="two")
    seen = violated(*(each.trace() for each in traces))
    assert seen >= {DEAF, "event.burst"}
    assert rests(DEAF, *traces) == seen


def test_where_others_are_deaf_too_it_does_not() -> None:
    traces = deafened(own_id="deaf"), deafened("a", "b", own_id="two")
    assert {DEAF, "event.burst"} <= violated(*(each.trace() for each in traces))
    assert rests(DEAF, *traces) == frozenset()
