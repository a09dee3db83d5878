"""What rests on lists that hold running instances only."""

from __future__ import annotations

import pytest

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import NOOP, started, wait_for


def ended(*, deleted: bool, listed: bool = False) -> TraceBuilder:
    """An instance that has ended, whose workflow's list is read then, or when the workflow has been deleted."""
    t, i = started(NOOP)
    w = t.instance(i)["workflowID"]
    t.get(i, [(5, 6)], ended=7)
    t.settled()
    if deleted:
        t.delete(w)
    t.instances(w, [t.instance(i, [(5, 6)], ended=7, embed=True)] if listed else [])
    return t


def waits(*, deleted: bool, running: str | None = None) -> TraceBuilder:
    """An instance that goes on, whose workflow's list lacks it."""
    t, i = started(wait_for("go"))
    w = t.instance(i)["workflowID"]
    t.get(i, [(5, None)])
    t.settled()
    if deleted:
        t.delete(w)
    t.instances(w, [], running=running)
    t.get(i, [(5, None)])
    return t


def test_that_a_list_lacks_the_ended_once_their_workflow_is_deleted_rests_on_that_it_lacks_them() -> None:
    traces = ended(deleted=False), ended(deleted=True)
    seen = violated(*(each.trace() for each in traces))
    assert seen >= {"run.then-list", "workflow.delete-keeps-instances"}
    assert rests("run.then-list", *traces) == seen


def test_that_it_lacks_one_that_goes_on_does_not() -> None:
    traces = ended(deleted=False), waits(deleted=True)
    assert "workflow.delete-keeps-instances" in violated(traces[1].trace()) - rests("run.then-list", *traces)


@pytest.mark.parametrize("listed", [False, True])
def test_nothing_rests_on_it_where_a_list_shows_one_that_has_ended(listed: bool) -> None:
    shown = ended(deleted=False, listed=listed)
    shown.create([NOOP], status=500)
    assert bool(rests("run.then-list", ended(deleted=False), ended(deleted=True), shown)) is not listed


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests("run.then-list", ended(deleted=False, listed=True)) == frozenset()
