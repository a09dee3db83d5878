"""What rests on instances that do not tell the errors of their stages."""

from __future__ import annotations

from typing import Any

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import HOUR, NOOP, started, waiting

CAUSE = "run.stage-fails"


def failed(*, error: str | None = "no duration") -> TraceBuilder:
    """An instance whose first stage has to fail, with that error; it tells none itself."""
    t, i = started({"delay": {"duration": "${length}"}}, NOOP, variables={"length": "soon"})
    for _ in range(2):
        t.settled()
        t.get(i, [(5, 6, error)], ended=7)
    return t


def cancelled(*left: dict[str, Any], error: str | None = "cancelled") -> TraceBuilder:
    """An instance that was cancelled before some stages, and does not tell so itself; its stage may."""
    t, i = waiting(HOUR, *left)
    t.cancel(i)
    t.settled()
    ended = t.now
    for _ in range(2):
        t.get(i, [(5, ended, error)], ended=ended)
        t.settled()
    t.history(i, [(5, ended, error)])
    return t


def test_what_misses_the_error_of_a_stage_rests_on_that() -> None:
    traces = failed(), cancelled()
    seen = violated(*(each.trace() for each in traces))
    assert seen > {CAUSE, "cancel.error"}
    assert rests(CAUSE, *traces) == seen


def test_that_not_even_the_stage_has_an_error_does_not() -> None:
    traces = failed(), cancelled(error=None)
    assert "history.cancelled" in violated(traces[1].trace()) - rests(CAUSE, *traces)


def test_what_was_cancelled_before_its_first_stage_misses_its_error_too() -> None:
    t = TraceBuilder()
    i = t.run(t.create([HOUR]), id="early")
    t.cancel(i)
    for _ in range(2):
        t.settled()
        t.get(i, ended=t.now)
    assert "stage.all-done" in violated(t.trace())
    assert "stage.all-done" in rests(CAUSE, failed(), t)


def test_of_cancelled_ones_without_an_error_what_is_said_of_their_stages_is_said_of_them() -> None:
    t = cancelled(NOOP)
    seen = violated(t.trace())
    assert seen >= {"stage.all-done", "cancel.error"}
    assert rests("stage.all-done", t) == seen
    other, i = started(NOOP, NOOP)
    for _ in range(2):
        other.settled()
        other.get(i, [(5, 6, None)], ended=7)
    assert "stage.all-done" in violated(other.trace())
    assert "cancel.error" not in rests("stage.all-done", t, other)


def test_where_neither_they_nor_their_stages_tell_it_so_is_what_is_said_of_both() -> None:
    t = cancelled(NOOP, error=None)
    seen = violated(t.trace())
    assert seen >= {"stage.all-done", "history.cancelled", "cancel.error"}
    assert rests("stage.all-done", t) == seen


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests(CAUSE, cancelled()) == frozenset()
