"""Stages as getInstance and wait=true answers show them."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.stage.stages import RULES
from tests.rules.bodies import Span, stamp, uuid
from tests.rules.build import TraceBuilder
from tests.rules.judging import verdict
from tests.rules.timelines import NOOP, started, waiting

OTHER = uuid(9, 9)


def _entry(stage: int, instance: str, start: float, end: float | None) -> dict[str, Any]:
    ended = {} if end is None else {"terminatedAt": stamp(end)}
    return {"stage": stage, "instanceID": instance, "startedAt": stamp(start), **ended}


@pytest.mark.parametrize(
    ("expected", "entries"),
    [
        ("upheld", [(0, "", 5, 6), (1, "", 6, None)]),
        ("nothing", []),
        ("violated", [(1, "", 5, 6)]),
        ("violated", [(1, "", 5, 6), (0, "", 7, 8)]),
        ("violated", [(0, "", 5, 6), (0, "", 7, 8)]),
        ("violated", [(0, "", 5, 6), (1, "", 6, 7), (2, "", 7, 8)]),
        ("violated", [(0, OTHER, 5, None)]),
        ("violated", [(0, "", 5, 8), (1, "", 6, None)]),
        ("violated", [(0, "", 5, None), (1, "", 6, None)]),
    ],
)
def test_sequence(expected: str, entries: list[tuple[int, str, float, float | None]]) -> None:
    t, i = started(NOOP, NOOP)
    status = [_entry(stage, of or i, start, end) for stage, of, start, end in entries]
    t.get(i, change={"status": status})
    assert verdict(RULES["stage.sequence"], t) == expected


def test_a_workflow_without_stages_shows_none() -> None:
    t, i = started()
    t.get(i, [(5, 6)], ended=7)
    assert verdict(RULES["stage.sequence"], t) == "violated"


def test_entries_of_an_instance_whose_workflow_nobody_saw_are_not_counted() -> None:
    t, i = started(NOOP)
    t.get(i, [(5, 6), (6, 7)], ended=8, embed=False)
    t.exchanges = [each for each in t.exchanges if each.operation != "createWorkflow"]
    assert verdict(RULES["stage.sequence"], t) == "upheld"


def test_sequence_compares_within_the_granularity_of_the_timestamps() -> None:
    t, i = started(NOOP, NOOP)
    entries = [_entry(0, i, 5, 6.4), _entry(1, i, 6, None)]
    t.get(i, change={"status": entries, "updatedAt": stamp(7, digits=3)})
    assert verdict(RULES["stage.sequence"], t) == "upheld"


def test_waits_is_violated_by_an_end_that_nobody_caused() -> None:
    t, i = waiting()
    t.send(i, "stop")
    t.get(i, [(5, 300)])
    assert verdict(RULES["stage.waits"], t) == "violated"


@pytest.mark.parametrize("cause", ["send", "unanswered send", "cancel", "delete"])
def test_waits_accepts_every_possible_cause(cause: str) -> None:
    t, i = waiting()
    if "send" in cause:
        _ = t.send(i, "go") if cause == "send" else t.send(i, "go", failure="timeout")
    elif cause == "cancel":
        t.cancel(i, status=500)
    else:
        t.delete(next(iter(t.workflow_bodies)))
    t.get(i, [(5, 300)])
    assert verdict(RULES["stage.waits"], t) == "upheld"


def test_waits_knows_that_an_event_sent_during_the_read_may_be_the_cause() -> None:
    t, i = waiting()
    t.get(i, [(5, 300)], took=10)
    t.send(i, "go", at=t.now - 8)
    assert verdict(RULES["stage.waits"], t) == "upheld"


def test_waits_is_upheld_by_a_stage_seen_waiting_on() -> None:
    t, i = waiting()
    t.get(i, [(5, None)])
    assert verdict(RULES["stage.waits"], t) == "upheld"


@pytest.mark.parametrize(
    ("expected", "spans", "error", "late"),
    [
        ("upheld", [(5, 6), (6, 7)], None, True),
        ("violated", [(5, 6)], None, True),
        ("nothing", [(5, 6)], None, False),
        ("nothing", [(5, 6)], "failed", True),
    ],
)
def test_all_done(expected: str, spans: list[Span], error: str | None, late: bool) -> None:
    t, i = started(NOOP, NOOP)
    t.get(i, spans, ended=8, error=error)
    if late:
        t.settled()
        t.get(i, spans, ended=8, error=error)
    assert verdict(RULES["stage.all-done"], t) == expected


@pytest.mark.parametrize(
    ("expected", "told", "ended", "error"),
    [
        ("violated", 0, 9_000, None),
        ("violated", 1, 9_000, None),
        ("upheld", 2, 9_000, None),
        ("nothing", 0, 9_000, "failed"),
        ("upheld", 1, 900, None),
        ("upheld", 0, None, None),
    ],
    ids=["none", "not the second", "all", "it failed", "it ended soon after", "no end"],
)
def test_what_was_waited_for_lacks_no_stage_that_began_long_before_the_end(
    expected: str, told: int, ended: float | None, error: str | None
) -> None:
    t = TraceBuilder()
    workflow, begun = t.create([NOOP, NOOP]), t.now
    spans: list[Span] = [(begun + 10, begun + 20), (begun + 500, begun + 600)]
    end = None if ended is None else begun + ended
    for second in range(10):
        t.control(begun + 1_000 * second, begun + 1_000 * second + 400)
    i = t.run(workflow, wait=True, took=9_100, spans=spans[:told], ended=end, error=error)
    t.get(i, spans, ended=begun + 9_000, error=error)
    assert verdict(RULES["stage.all-done"], t) == expected


@pytest.mark.parametrize(("before", "expected"), [(True, "nothing"), (False, "violated")])
def test_all_done_is_not_judged_of_what_may_have_ended_with_its_workflow(before: bool, expected: str) -> None:
    t, i = started(NOOP, NOOP)
    if before:
        t.delete(next(iter(t.workflow_bodies)))
    t.get(i, [(5, 6)], ended=7)
    t.delete(next(iter(t.workflow_bodies)))
    t.settled()
    t.get(i, [(5, 6)], ended=7)
    assert verdict(RULES["stage.all-done"], t) == expected


@pytest.mark.parametrize(
    ("expected", "span", "late"),
    [
        ("upheld", (5, 6), True),
        ("violated", (5, None), True),
        ("violated", (5, 9), True),
        ("nothing", (5, None), False),
    ],
)
def test_none_open(expected: str, span: Span, late: bool) -> None:
    t, i = started(NOOP)
    t.get(i, [span], ended=8)
    if late:
        t.settled()
        t.get(i, [span], ended=8)
    assert verdict(RULES["stage.none-open"], t) == expected


def test_the_answer_to_a_waited_run_is_held_to_the_sequence_as_well() -> None:
    t = TraceBuilder()
    t.run(t.create([NOOP, NOOP]), wait=True, spans=[(5, 7), (6, 8)], ended=9)
    assert verdict(RULES["stage.sequence"], t) == "violated"
