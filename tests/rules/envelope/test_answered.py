"""The rule that every documented operation is answered, on connections that stay open."""

from __future__ import annotations

import pytest

from conformance.confirming.credibility import in_play, may_be_chance
from conformance.rules.envelope.answered import answers
from tests.rules.bodies import NOOP
from tests.rules.build import TraceBuilder
from tests.rules.evidence.test_plans import SEND
from tests.rules.judging import Scene, judged, observe


def closed(t: TraceBuilder) -> None:
    t.workflows(failure="protocol")
    t.info()


def closed_on_a_waiting_run(t: TraceBuilder) -> None:
    t.run(t.create([{"wait_event": {"event": "go"}}]), wait=True, failure="protocol", took=5, timeout=10_000)
    t.info()


def closed_for_good(t: TraceBuilder) -> None:
    t.info()
    t.workflows(failure="protocol")


def closed_then_refused(t: TraceBuilder) -> None:
    t.info()
    t.workflows(failure="protocol")
    t.workflows(failure="refused")
    t.info()


def closed_while_another_is_answered(t: TraceBuilder) -> None:
    t.workflows(failure="protocol", at=0, took=10)
    t.info(at=5)


def closed_on_dots_in_the_path(t: TraceBuilder) -> None:
    t.exchange("GET", "/workflows/..", failure="protocol")
    t.info()


def closed_on_a_large_body(t: TraceBuilder) -> None:
    t.create(NOOP, "x" * 70_000, failure="protocol")
    t.info()


def closed_on_a_long_path(t: TraceBuilder) -> None:
    t.get_workflow("x" * 3000, failure="protocol")
    t.info()


def closed_after_a_long_silence(t: TraceBuilder) -> None:
    w = t.create([{"wait_event": {"event": "go"}}])
    t.run(w, wait=True, failure="protocol", took=10_500, timeout=11_000, expected_wait=1000)
    t.info()


def waits_for_a_payment(t: TraceBuilder) -> None:
    t.run(t.create([{"send": SEND}]), wait=True, failure="timeout", took=10_000)


@pytest.mark.parametrize(
    ("scene", "expected"),
    [
        (closed, "violated"),
        (closed_on_a_waiting_run, "violated"),
        (closed_for_good, "upheld"),
        (closed_then_refused, "upheld"),
        (closed_while_another_is_answered, "upheld"),
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


def test_a_closed_connection_may_be_chance_and_a_timeout_is_none() -> None:
    t = TraceBuilder()
    t.workflows(failure="protocol")
    t.workflows(failure="timeout", took=10_000)
    t.info(client="cleanup")
    dropped, hung, answered = observe(answers, t)
    trace = t.trace()
    assert [may_be_chance(trace, each) for each in (dropped, hung, answered)] == [True, False, False]
    assert [in_play(trace, each) for each in (dropped, hung, answered)] == [True, True, False]
    assert "closed without one" in dropped.observed
