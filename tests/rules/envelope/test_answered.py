"""The rule that every documented operation is answered, on connections that stay open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.confirming.credibility import in_play, may_be_chance
from conformance.rules.envelope.answered import answers
from conformance.rules.evidence.trace_index import TraceIndex
from tests.rules.bodies import NOOP
from tests.rules.build import TraceBuilder
from tests.rules.evidence.test_plans import SEND
from tests.rules.judging import Scene, judged, observe


def closed(t: TraceBuilder) -> None:
    for _ in range(4):
        t.workflows(failure="protocol")
        t.info()


def closed_three_times(t: TraceBuilder) -> None:
    for _ in range(3):
        t.workflows(failure="protocol")
        t.info()


def closed_until_answered(t: TraceBuilder) -> None:
    closed(t)
    t.workflows()


def closed_at_a_step_of_each_play(t: TraceBuilder) -> None:
    t.workflows(failure="protocol")
    t.info()


def closed_on_a_waiting_run(t: TraceBuilder) -> None:
    w = t.create([{"wait_event": {"event": "go"}}])
    for _ in range(4):
        t.run(w, wait=True, failure="protocol", took=5, timeout=10_000)
    t.info()


def closed_for_good(t: TraceBuilder) -> None:
    t.info()
    for _ in range(4):
        t.workflows(failure="protocol")


def closed_then_refused(t: TraceBuilder) -> None:
    closed(t)
    t.workflows(failure="refused")
    t.info()


def hung_twice(t: TraceBuilder) -> None:
    for _ in range(2):
        t.workflows(failure="timeout", took=10_000)
        t.info()


def hung_once(t: TraceBuilder) -> None:
    t.workflows(failure="timeout", took=10_000)
    t.info()


def closed_on_dots_in_the_path(t: TraceBuilder) -> None:
    for _ in range(4):
        t.exchange("GET", "/workflows/..", failure="protocol")
    t.info()


def closed_on_a_large_body(t: TraceBuilder) -> None:
    for _ in range(4):
        t.create(NOOP, "x" * 70_000, failure="protocol")
    t.info()


def closed_on_a_long_path(t: TraceBuilder) -> None:
    for _ in range(4):
        t.get_workflow("x" * 3000, failure="protocol")
    t.info()


def closed_after_a_long_silence(t: TraceBuilder) -> None:
    w = t.create([{"wait_event": {"event": "go"}}])
    for _ in range(4):
        t.run(w, wait=True, failure="protocol", took=10_500, timeout=11_000, expected_wait=1000)
    t.info()


def waits_for_a_payment(t: TraceBuilder) -> None:
    w = t.create([{"send": SEND}])
    for _ in range(2):
        t.run(w, wait=True, failure="timeout", took=10_000)
    t.info()


def never_answered(t: TraceBuilder, *, deleted: bool) -> None:
    """Runs with wait=true of a short delay get no answer; their workflow may be deleted meanwhile."""
    w, now = t.create([{"delay": {"duration": "1s"}}]), t.now
    for _ in range(2):
        t.run(w, wait=True, failure="timeout", took=11_000, timeout=11_000, expected_wait=1000)
        t.info()
    if deleted:
        t.delete(w, at=now + 100)


def never_answered_since_deleted(t: TraceBuilder) -> None:
    never_answered(t, deleted=True)


def never_answered_at_all(t: TraceBuilder) -> None:
    never_answered(t, deleted=False)


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        (closed, "violated"),
        (never_answered_at_all, "violated"),
        (never_answered_since_deleted, "upheld"),
        (closed_on_a_waiting_run, "violated"),
        (closed_for_good, "upheld"),
        (closed_then_refused, "upheld"),
        (closed_three_times, "upheld"),
        (closed_until_answered, "upheld"),
        (closed_at_a_step_of_each_play, "upheld"),
        (hung_twice, "violated"),
        (hung_once, "upheld"),
        (closed_on_dots_in_the_path, "upheld"),
        (closed_on_a_large_body, "upheld"),
        (closed_on_a_long_path, "upheld"),
        (closed_after_a_long_silence, "upheld"),
        (waits_for_a_payment, "violated"),
    ],
    ids=lambda given: getattr(given, "__name__", given),
)
def test_a_closed_connection_is_judged(scene: Scene, expected: str) -> None:
    assert judged(answers, scene) == expected


def test_nobody_knows_how_long_a_payment_takes_without_a_ledger() -> None:
    assert judged(answers, waits_for_a_payment, features=frozenset()) == "upheld"


def test_what_each_play_of_a_scenario_lost_at_one_step_is_no_chance() -> None:
    t = TraceBuilder()
    closed_at_a_step_of_each_play(t)
    whole = t.trace()
    first, *others = whole.exchanges
    trace = replace(whole, exchanges=(replace(first, step=2), *others), lost={2: ("protocol",) * 3})
    assert [each.upheld for each in answers(TraceIndex(trace))] == [True, False]
    assert all(each.upheld for each in answers(TraceIndex(replace(trace, lost={2: ("gateway",) * 3}))))
    assert all(each.upheld for each in answers(TraceIndex(replace(trace, lost={1: ("protocol",) * 3}))))


def test_that_cleaning_up_is_answered_says_nothing_for_a_step_that_each_play_lost() -> None:
    t = TraceBuilder()
    workflow = t.create(NOOP)
    t.delete(workflow, took=10_000, failure="timeout")
    t.get_workflow(workflow)
    t.delete(workflow, status=404)
    created, lost, *others = t.trace().exchanges
    trace = replace(t.trace(), exchanges=(created, replace(lost, step=1), *others), lost={1: ("timeout",)})
    assert [each.exchanges for each in answers(TraceIndex(trace)) if not each.upheld] == [(lost.index,)]
    assert all(each.upheld for each in answers(TraceIndex(replace(trace, lost={}))))


def test_a_lost_answer_may_be_chance_until_it_has_come_back() -> None:
    t = TraceBuilder()
    closed(t)
    t.create(NOOP, client="cleanup")
    *answered, dropped = observe(answers, t)
    trace = t.trace()
    assert may_be_chance(trace, dropped)
    assert not any(may_be_chance(trace, each) for each in answered)
    assert in_play(trace, dropped)
    assert not in_play(trace, answered[-1])
    assert "closed without one" in dropped.observed
