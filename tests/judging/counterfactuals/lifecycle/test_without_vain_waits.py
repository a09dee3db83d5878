"""What rests on instances that never end: nobody is answered who waits for them."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.bodies import uuid
from tests.rules.build import TraceBuilder
from tests.rules.timelines import NOOP, started

CAUSE, ANSWERS = "run.completes", "envelope.answers"


def _stuck() -> TraceBuilder:
    """An instance of a noop that does not end."""
    t, i = started(NOOP)
    t.get(i, [(5, None)])
    t.settled()
    t.get(i, [(5, None)])
    return t


def _waited(*, running: bool) -> TraceBuilder:
    """Two runs without an answer, whose instances are then listed: they are still ``running``, or have ended."""
    t = TraceBuilder()
    w = t.create([NOOP])
    for _ in range(2):
        t.run(w, wait=True, failure="timeout", took=11_000, expected_wait=1000)
    t.info()
    body = t.instance(uuid(9, 9), [(5, None if running else 6)], ended=None if running else 7)
    t.instances(w, [{**body, "workflowID": w, "terminated": not running}])
    return t


def test_that_who_waits_for_such_an_instance_is_not_answered_rests_on_it() -> None:
    traces = _stuck(), _waited(running=True)
    assert ANSWERS in violated(traces[1].trace())
    assert ANSWERS in rests(CAUSE, *traces)


def test_that_nobody_is_answered_who_waits_for_one_that_has_ended_does_not() -> None:
    traces = _stuck(), _waited(running=False)
    assert ANSWERS in violated(traces[1].trace()) - rests(CAUSE, *traces)


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests(CAUSE, _waited(running=True)) == frozenset()
