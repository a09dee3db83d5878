"""What rests on a workflow that is lost."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for

GO = wait_for("go")


def _lost(*, read: bool = True, seen_after: bool = False) -> TraceBuilder:
    """A workflow lost with its instance, as who ``read`` it was told; or ``seen_after`` that, still there."""
    t = TraceBuilder()
    w = t.create([GO])
    i = t.run(w)
    t.get(i, [(5, None)])
    t.settled()
    if read:
        t.get_workflow(w, status=404)
    t.get(i, status=404)
    t.workflows([])
    if seen_after:
        t.get_workflow(w)
    return t


def _unlisted() -> TraceBuilder:
    """A workflow that is there, but not in the list."""
    t = TraceBuilder()
    w = t.create([GO])
    t.settled()
    t.get_workflow(w)
    t.workflows([])
    return t


def test_that_a_lost_workflow_is_not_listed_and_its_instance_is_not_found_rests_on_that() -> None:
    lost = violated(_lost().trace())
    assert rests("workflow.create-then-get", _lost()) == lost > {"workflow.create-then-list", "run.then-get"}


def test_instances_that_are_lost_with_a_workflow_that_nobody_read_do_too() -> None:
    unread = _lost(read=False)
    assert "run.then-get" in violated(unread.trace())
    assert "run.then-get" in rests("workflow.create-then-get", _lost(), unread)


def test_an_instance_that_is_not_found_though_its_workflow_is_does_not() -> None:
    assert "run.then-get" not in rests("workflow.create-then-get", _lost(), _lost(read=False, seen_after=True))


def test_a_list_without_a_workflow_that_is_found_does_not() -> None:
    assert "workflow.create-then-list" not in rests("workflow.create-then-get", _lost(), _unlisted())


def test_nothing_rests_on_it_where_every_workflow_was_found() -> None:
    assert not rests("workflow.create-then-get", _unlisted())


def test_a_workflow_that_was_deleted_is_not_lost() -> None:
    t = TraceBuilder()
    w = t.create([GO])
    t.delete(w)
    t.get_workflow(w, status=404)
    t.workflows([w])
    t.settled()
    t.workflows([w])
    wrong = violated(t.trace())
    assert wrong
    assert not wrong & rests("workflow.create-then-get", _lost(), t)
