"""What rests on stages that never came, where a server ends instances before them."""

from __future__ import annotations

from typing import Any

from conformance.judging.counterfactuals.lifecycle.cut_short import ALL_DONE, COMPLETES
from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.bodies import NOOP
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for


def ended_too_soon(error: str | None = None) -> TraceBuilder:
    """Two stages that do nothing, of which one comes."""
    t, i = started(*NOOP, *NOOP)
    return _ended(t, i, (5, 6, error) if error else (5, 6), error=error)


def not_waited(error: str | None = None) -> TraceBuilder:
    """A wait that never comes."""
    t, i = started(*NOOP, wait_for("go"))
    return _ended(t, i, (5, 6, error) if error else (5, 6), error=error)


def waited_in_vain() -> TraceBuilder:
    """A wait that ends without its event."""
    t, i = started(*NOOP, wait_for("go"))
    return _ended(t, i, (5, 6), (7, 8))


def _ended(t: TraceBuilder, instance: str, *stages: Any, error: str | None = None) -> TraceBuilder:
    """The end as two reads show it, so that the first one is nothing that only lags."""
    for _ in range(2):
        t.settled()
        t.get(instance, [*stages], ended=9, error=error, embed=False)
    return t


def test_a_wait_that_never_came_rests_on_the_end() -> None:
    assert {ALL_DONE, "stage.waits"} <= violated(not_waited().trace())
    assert "stage.waits" in rests(ALL_DONE, ended_too_soon(), not_waited())


def test_one_that_came_and_ended_by_itself_does_not() -> None:
    assert "stage.waits" in violated(waited_in_vain().trace())
    assert "stage.waits" not in rests(ALL_DONE, ended_too_soon(), not_waited(), waited_in_vain())


def test_what_another_instance_of_the_workflow_shows_is_left_as_it_is() -> None:
    t, i = started(*NOOP, wait_for("go"))
    other = t.run(next(iter(t.workflow_bodies)))
    _ended(t, i, (5, 6))
    _ended(t, other, (5, 6), (7, 8))
    assert {ALL_DONE, "stage.waits"} <= violated(t.trace())
    assert "stage.waits" not in rests(ALL_DONE, t)


def test_what_never_came_after_an_error_without_cause_rests_on_that() -> None:
    assert COMPLETES in violated(ended_too_soon("broken").trace())
    assert "stage.waits" in violated(not_waited("broken").trace())
    assert "stage.waits" in rests(COMPLETES, ended_too_soon("broken"), not_waited("broken"))


def test_nothing_rests_on_what_is_notviolated() -> None:
    assert rests(COMPLETES, ended_too_soon(), not_waited()) == frozenset()
