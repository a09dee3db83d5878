"""Nothing goes back."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.stage.monotone import RULES
from tests.rules.bodies import Span, stamp
from tests.rules.build import TraceBuilder
from tests.rules.judging import verdict
from tests.rules.timelines import HOUR, NOOP, started, wait_for

Read = dict[str, Any]
OPEN: Read = {"spans": [(5, None)]}
DONE: Read = {"spans": [(5, 6)]}
OVER: Read = {"spans": [(5, 6)], "ended": 7}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (OPEN, OVER, "upheld"),
        (OVER, OVER, "upheld"),
        (OVER, DONE, "violated"),
        (DONE, OPEN, "violated"),
        (OPEN, {}, "violated"),
        (OVER, {**OVER, "ended": 8}, "violated"),
        (DONE, {"spans": [(5, 6.5)]}, "violated"),
        (DONE, {"spans": [(5, 6.0005)]}, "upheld"),
        ({**OVER, "error": "one"}, {**OVER, "error": "two"}, "violated"),
        ({**OVER, "error": "one"}, OVER, "violated"),
        (OVER, {**OVER, "error": "late"}, "upheld"),
        ({"change": {"updatedAt": stamp(9)}}, {"change": {"updatedAt": stamp(8)}}, "violated"),
        ({}, {"change": {"workflowID": "another"}}, "violated"),
    ],
)
def test_single_reads(before: Read, after: Read, expected: str) -> None:
    t, i = started(NOOP, NOOP)
    t.get(i, **before)
    t.get(i, **after)
    assert verdict(RULES["stage.monotone"], t) == expected


@pytest.mark.parametrize(
    ("answered", "read", "expected"),
    [
        (OVER, OVER, "nothing"),
        (OVER, {**OVER, "ended": 8}, "violated"),
        (OVER, {"spans": [(5, 6.5)], "ended": 7}, "violated"),
        ({**OVER, "error": "one"}, {**OVER, "error": "two"}, "violated"),
        ({"spans": [(5, 6, "one")], "ended": 7}, {"spans": [(5, 6, "two")], "ended": 7}, "violated"),
        # It may lag, and be ahead.
        (OVER, DONE, "nothing"),
        ({"ended": 7}, OVER, "nothing"),
        (OVER, {**OVER, "error": "late"}, "nothing"),
        ({**OVER, "error": "one"}, OVER, "nothing"),
        (DONE, {"spans": [(5, 6.5)]}, "nothing"),
    ],
)
def test_reads_after_the_answer_of_a_run_that_was_waited_for(answered: Read, read: Read, expected: str) -> None:
    t = TraceBuilder()
    i = t.run(t.create([NOOP]), wait=True, **answered)
    t.get(i, **read)
    assert verdict(RULES["stage.monotone"], t) == expected


def test_what_overlaps_with_the_answer_of_a_run_is_not_compared_with_it() -> None:
    t = TraceBuilder()
    i = t.run(t.create([NOOP]), wait=True, took=10, **OVER)
    t.get(i, at=t.now - 5, **{**OVER, "ended": 8})
    assert verdict(RULES["stage.monotone"], t) == "nothing"


def test_reads_that_overlap_may_come_in_any_order() -> None:
    t, i = started(NOOP)
    t.get(i, took=10, **OVER)
    t.get(i, at=t.now - 5, **OPEN)
    assert verdict(RULES["stage.monotone"], t) == "nothing"


def test_a_read_is_held_to_all_that_were_over_though_they_overlapped() -> None:
    t, i = started(NOOP)
    t.get(i, took=5, **OVER)
    t.get(i, at=t.now - 4, took=8, **OPEN)
    t.get(i, **OPEN)
    assert verdict(RULES["stage.monotone"], t) == "violated"


def test_views_are_not_compared_with_one_another() -> None:
    t, i = started(NOOP)
    t.get(i, **OVER)
    t.history(i, [(5, None)])
    t.instances(bodies=[i])
    assert verdict(RULES["stage.monotone"], t) == "nothing"


def _lists(first: bool, second: bool, *, running: str | None = None, delete: bool = False) -> TraceBuilder:
    t, i = started(wait_for("go"))
    t.instances(bodies=[i] if first else [], running=running)
    if delete:
        t.delete(next(iter(t.workflow_bodies)))
    t.instances(bodies=[i] if second else [], running=running)
    return t


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (_lists(True, True), "upheld"),
        (_lists(True, False), "violated"),
        (_lists(False, True), "nothing"),
        (_lists(True, False, running="true"), "nothing"),
        (_lists(True, False, delete=True), "nothing"),
    ],
)
def test_lists(trace: TraceBuilder, expected: str) -> None:
    assert verdict(RULES["stage.monotone"], trace) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([(5, None)], [(5, 6), (6, None)], "upheld"),
        ([(5, 6)], [(5, 6, "late")], "violated"),
        ([(5, 6)], [(5, None)], "violated"),
        ([(5, 6)], [], "violated"),
        ([], [(5, 6)], "nothing"),
    ],
)
def test_history_only_grows(before: list[Span], after: list[Span], expected: str) -> None:
    t, i = started(NOOP, wait_for("go"))
    t.history(i, before)
    t.history(i, after)
    assert verdict(RULES["history.append-only"], t) == expected


@pytest.mark.parametrize("change", [{"names": {0: "RunDelay"}}, {"inputs": {0: {"event": "go"}}}])
def test_history_entries_keep_name_and_input(change: Any) -> None:
    t, i = started(NOOP)
    t.history(i, [(5, None)])
    t.history(i, [(5, 6)], **change)
    assert verdict(RULES["history.append-only"], t) == "violated"


@pytest.mark.parametrize(("deleted", "expected"), [(False, "violated"), (True, "nothing")])
def test_a_history_that_was_shown_is_not_gone_later(deleted: bool, expected: str) -> None:
    t, i = started(HOUR)
    t.history(i, [(5, None)])
    if deleted:
        t.delete(next(iter(t.workflow_bodies)))
    t.history(i, status=404)
    assert verdict(RULES["history.append-only"], t) == expected


def _changed_pointers(rule: str, read: str, before: list[Span], after: list[Span]) -> list[str]:
    t, i = started(NOOP, wait_for("go"))
    for spans in (before, after):
        getattr(t, read)(i, spans)
    return [each.pointer for each in RULES[rule](TraceIndex(t.trace())) if not each.upheld]


@pytest.mark.parametrize(
    ("rule", "read", "field"),
    [("stage.monotone", "get", "/data/status/1/startedAt"), ("history.append-only", "history", "/data/1/startedAt")],
)
def test_a_time_that_changed_is_told_with_its_field(rule: str, read: str, field: str) -> None:
    assert _changed_pointers(rule, read, [(5, 6), (7, None)], [(5, 6), (8, None)]) == [field]
    assert _changed_pointers(rule, read, [(5, 6), (7, None)], [(5, None), (7, None)]) == ["/data"]
