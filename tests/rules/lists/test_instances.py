"""Lists of instances: what they select, and that their elements equal single reads."""

from __future__ import annotations

import pytest

from conformance.rules import ALL_RULES
from conformance.rules.lists.instances import RULES
from tests.rules.bodies import stamp, uuid
from tests.rules.build import TraceBuilder
from tests.rules.judging import observe, verdict
from tests.rules.timelines import NOOP, started, terminated, wait_for, waiting


def _two() -> tuple[TraceBuilder, str, str, str]:
    t, i = started(wait_for("go"))
    j = t.run(t.create([wait_for("go")]))
    return t, next(iter(t.workflow_bodies)), i, j


@pytest.mark.parametrize(
    ("own", "other", "late", "expected"),
    [
        (True, False, True, "upheld"),
        (True, True, True, "violated"),
        (True, True, False, "violated"),
        (False, False, True, "violated"),
        (False, False, False, "nothing"),
    ],
)
def test_by_workflow(own: bool, other: bool, late: bool, expected: str) -> None:
    t, w, i, j = _two()
    if late:
        t.settled()
    t.instances(w, [each for each, shown in ((i, own), (j, other)) if shown])
    assert verdict(RULES["list.by-workflow"], t) == expected


def test_a_list_of_a_deleted_workflow_is_another_requirement() -> None:
    t, w, _i, _j = _two()
    t.delete(w)
    t.settled()
    t.instances(w, [])
    assert verdict(RULES["list.by-workflow"], t) == "nothing"


@pytest.mark.parametrize(("listed", "expected"), [(True, "violated"), (False, "upheld")])
def test_what_has_terminated_is_not_running(listed: bool, expected: str) -> None:
    t, i = terminated()
    t.instances(bodies=[i] if listed else [], running="true")
    assert verdict(RULES["list.running"], t) == expected


def test_what_running_selects_is_open_when_it_is_given_twice() -> None:
    t, i = terminated()
    query = [("running", "true"), ("running", "true")]
    t.exchange("GET", "/instances", (200, {"data": [t.instance(i)]}), query=query)
    assert verdict(RULES["list.running"], t) == "nothing"


def test_a_list_may_be_behind_a_termination() -> None:
    t, i = started()
    t.get(i, [(5, 6)], ended=7)
    t.instances(bodies=[t.instance(i, ended=7)], running="true")
    assert verdict(RULES["list.running"], t) == "nothing"


@pytest.mark.parametrize(("listed", "expected"), [(True, "upheld"), (False, "violated")])
def test_what_waits_is_running(listed: bool, expected: str) -> None:
    t, i = waiting()
    t.instances(bodies=[i] if listed else [], running="true")
    assert verdict(RULES["list.running"], t) == expected


@pytest.mark.parametrize(
    ("running", "rule"), [("true", "list.running"), (None, "list.by-workflow"), (None, "run.then-list")]
)
@pytest.mark.parametrize(
    ("shown", "listed", "expected"), [(True, True, "upheld"), (True, False, "violated"), (False, False, "nothing")]
)
def test_an_instance_is_listed_while_its_run_is_waited_for(
    running: str | None, rule: str, shown: bool, listed: bool, expected: str
) -> None:
    t = TraceBuilder()
    w = t.create([wait_for("go")])
    t.create([NOOP])
    begun = t.now
    i = t.run(w, wait=True, spans=[(5, begun + 8900)], ended=begun + 8950, took=9000)
    if shown:
        t.get(i, [(5, None)], at=begun + 100)
        t.history(i, [(5, None)], at=begun + 110)
    t.control(begun + 200, begun + 210)
    t.instances(w, [i] if listed else [], running=running, at=begun + 8000)
    t.send(i, "go", at=begun + 8800)
    assert verdict(ALL_RULES[rule], t) == expected


def test_a_list_may_be_ahead_of_a_single_read() -> None:
    t, i = waiting()
    t.send(i, "go")
    t.instances(bodies=[], running="true")
    t.get(i, [(5, None)])
    assert verdict(RULES["list.running"], t) == "nothing"
    t.settled()
    t.get(i, [(5, None)])
    assert verdict(RULES["list.running"], t) == "violated"


def test_another_filter_or_a_deletion_says_nothing() -> None:
    t, _i = waiting()
    t.instances(bodies=[], running="false")
    t.instances("another", bodies=[], running="true")
    t.delete(next(iter(t.workflow_bodies)))
    t.instances(bodies=[], running="true")
    assert verdict(RULES["list.running"], t) == "nothing"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "upheld"),
        ({"createdAt": stamp(700)}, "violated"),
        ({"terminatedAt": stamp(7.0004)}, "upheld"),
        ({"error": "made up"}, "upheld"),
        ({"terminated": False}, "violated"),
        ({"status": None}, "upheld"),
    ],
)
def test_agrees(change: dict[str, object], expected: str) -> None:
    t, i = terminated()
    t.instances(bodies=[t.instance(i, [(5, 6)], ended=7, change=change)])
    t.get(i, [(5, 6)], ended=7)
    assert verdict(RULES["list.agrees"], t) == expected


def test_agrees_is_not_judged_while_something_may_change() -> None:
    t, i = waiting()
    t.send(i, "go")
    t.get(i, [(5, None)])
    t.instances(bodies=[t.instance(i, [(5, 6)], ended=7)])
    t.get(i, [(5, None)])
    assert verdict(RULES["list.agrees"], t) == "nothing"


@pytest.mark.parametrize(("listed", "late", "expected"), [(False, True, "violated"), (True, True, "upheld"),
                                                          (False, False, "nothing")])  # fmt: skip
def test_an_instance_of_a_deleted_workflow_is_listed_as_long_as_it_is_seen_running(
    listed: bool, late: bool, expected: str
) -> None:
    t, i = waiting()
    t.delete(next(iter(t.workflow_bodies)))
    t.settled()
    t.instances(None, [i] if listed else [], running="true")
    if late:
        t.settled()
        t.get(i, [(5, None)])
    assert verdict(RULES["list.running"], t) == expected


def test_no_instance_is_twice_among_the_running_ones() -> None:
    t, i = waiting()
    t.instances(None, [i, i], running="true")
    assert verdict(RULES["list.running"], t) == "violated"


@pytest.mark.parametrize(
    ("ended", "late", "expected"), [(2, True, "violated"), (2, False, "nothing"), (9, True, "nothing")]
)
def test_an_instance_of_somebody_else_that_says_it_has_terminated_is_not_running(
    ended: float, late: bool, expected: str
) -> None:
    t = TraceBuilder()
    w = t.create([wait_for("go")])
    t.wait(4)
    t.run(w)
    stranger = {"id": uuid(9, 1), "workflowID": uuid(9, 2), "createdAt": stamp(1), "updatedAt": stamp(ended)}
    if late:
        t.settled()
    t.instances(bodies=[{**stranger, "terminated": True, "terminatedAt": stamp(ended)}], running="true")
    found = [each for each in observe(RULES["list.running"], t) if each.subject == stranger["id"]]
    assert [each.upheld for each in found] == ([False] if expected == "violated" else [])


@pytest.mark.parametrize(
    ("status", "expected"), [(404, "violated"), (400, "violated"), (401, "nothing"), (503, "nothing")]
)
@pytest.mark.parametrize(("running", "rule"), [(None, "list.by-workflow"), ("true", "list.running")])
def test_a_list_of_a_workflow_that_exists_is_not_refused(
    status: int, expected: str, running: str | None, rule: str
) -> None:
    t, _i = started(wait_for("go"))
    t.instances(next(iter(t.workflow_bodies)), running=running, status=status)
    assert verdict(RULES[rule], t) == expected


def test_a_list_of_a_deleted_workflow_may_be_refused() -> None:
    t, _i = started(wait_for("go"))
    w = next(iter(t.workflow_bodies))
    t.delete(w)
    t.instances(w, status=404)
    assert verdict(RULES["list.by-workflow"], t) == "nothing"


@pytest.mark.parametrize(
    ("listed", "waits", "expected"), [(True, 3, "violated"), (True, 0, "nothing"), (False, 3, "nothing")]
)
def test_what_must_have_terminated_by_itself_is_not_running(listed: bool, waits: int, expected: str) -> None:
    t, i = started(NOOP)
    for _ in range(waits):
        t.settled()
    t.instances(None, [i] if listed else [], running="true")
    assert verdict(RULES["list.running"], t) == expected


def test_an_instance_that_hangs_is_rightly_listed_as_running() -> None:
    t, i = started(NOOP)
    for _ in range(3):
        t.settled()
    t.get(i, [(5, None)])
    t.instances(None, [i], running="true")
    assert verdict(RULES["list.running"], t) == "nothing"


@pytest.mark.parametrize(
    ("late", "same", "overlap", "expected"),
    [
        (True, True, False, "violated"),
        (True, False, False, "violated"),
        (False, True, False, "violated"),
        (False, True, True, "nothing"),
        (False, False, False, "nothing"),
    ],
)
def test_what_a_later_list_of_running_instances_holds_ran_before(
    late: bool, same: bool, overlap: bool, expected: str
) -> None:
    t, i = started(wait_for("go"))
    t.settled()
    t.send(i, "go", at=t.now, took=900)
    t.instances(None, [], running="true", took=2 if overlap else 0.5, at=t.now)
    if late:
        t.settled()
    workflow = None if same else next(iter(t.workflow_bodies))
    t.instances(workflow, [i], running="true", at=t.now - 2 if overlap else t.now)
    assert verdict(RULES["list.running"], t) == expected


def test_the_running_instances_of_another_workflow_never_hold_it() -> None:
    t, i = waiting()
    t.send(i, "go")
    t.instances(t.create([NOOP]), [], running="true")
    t.settled()
    t.instances(None, [i], running="true")
    t.history(i, [(5, None)])
    assert verdict(RULES["list.running"], t) == "nothing"


@pytest.mark.parametrize(
    ("run_long_ago", "late", "closed", "shown", "deleted", "expected"),
    [
        (True, True, False, False, False, "violated"),
        (True, True, True, False, False, "nothing"),
        (True, False, False, False, False, "nothing"),
        (False, True, False, False, False, "nothing"),
        (True, True, False, True, False, "nothing"),
        (True, True, False, False, True, "nothing"),
    ],
)
def test_what_history_shows_open_long_after_was_running(
    run_long_ago: bool, late: bool, closed: bool, shown: bool, deleted: bool, expected: str
) -> None:
    t, i = started(wait_for("go"))
    if run_long_ago:
        t.settled()
    t.send(i, "go")
    t.instances(None, [], running="true")
    if late:
        t.settled()
    if shown:
        t.instances(None, [t.instance(i, [(5, 6)], ended=7)])
    if deleted:
        t.delete(next(iter(t.workflow_bodies)))
    t.history(i, [(5, 6 if closed else None)])
    assert verdict(RULES["list.running"], t) == expected
