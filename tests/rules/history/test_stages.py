"""History: the stages of status, named after their kinds, with the parameters that were given."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.evidence.plans import RUN_NAMES
from conformance.rules.evidence.timeline import timelines
from conformance.rules.history.stages import RULES, out_of_place, places_of
from tests.rules.bodies import Span
from tests.rules.build import TraceBuilder
from tests.rules.judging import observe, verdict
from tests.rules.timelines import HOUR, NOOP, started, wait_for

UPDATE = {"update": {"account": {"id": "a", "ledger": "default", "metadata": {}}}}


def _settled_history(stage: Any, late: bool = True, **history: Any) -> TraceBuilder:
    t, i = started(stage)
    t.get(i, [(5, None)])
    if late:
        t.settled()
    t.history(i, [(5, None)], **history)
    return t


@pytest.mark.parametrize(
    ("stage", "history", "expected"),
    [
        (HOUR, {}, "upheld"),
        (HOUR, {"inputs": {0: {"duration": "60m", "until": None}}}, "upheld"),
        (HOUR, {"inputs": {0: {"duration": "61m"}}}, "violated"),
        (HOUR, {"inputs": {0: {}}}, "violated"),
        (HOUR, {"names": {0: "RunNoop"}}, "violated"),
        (HOUR, {"names": {0: "RunNoop"}, "late": False}, "nothing"),
        (wait_for("${v}"), {"inputs": {0: {"event": "anything"}}}, "nothing"),
    ],
)
def test_stages(stage: Any, history: dict[str, Any], expected: str) -> None:
    assert verdict(RULES["history.stages"], _settled_history(stage, **history)) == expected


def test_stages_knows_how_many_there_are() -> None:
    t, i = started(NOOP)
    t.history(i, [(5, 6), (6, 7)])
    assert verdict(RULES["history.stages"], t) == "violated"


A = wait_for("a")
B = wait_for("b")
OPEN_NAME = wait_for("${v}")
AS_TOLD: tuple[str, Any] = ("RunWaitEvent", {"event": "c"})


def _shown(*entries: Any) -> dict[str, Any]:
    """Names and inputs of history entries: a stage stands for its own, others are told as (name, input)."""
    told = [each if isinstance(each, tuple) else _entry(each) for each in entries]
    return {
        "names": {number: name for number, (name, _) in enumerate(told)},
        "inputs": {number: shown for number, (_, shown) in enumerate(told)},
    }


def _entry(stage: dict[str, Any]) -> tuple[str, Any]:
    (kind, parameters) = next(iter(stage.items()))
    return RUN_NAMES[kind], parameters


@pytest.mark.parametrize(
    ("stages", "shown", "expected"),
    [
        ((NOOP, HOUR), (HOUR, NOOP), [1, 0]),
        ((NOOP, HOUR), (NOOP, {"delay": {"duration": "60m0s"}}), []),
        ((A, B), (B, A), [1, 0]),
        ((A, B, HOUR), (B, HOUR), [1, 2]),
        ((A, A), (A, A), []),
        # Only wrong, and nobody else's.
        ((NOOP, HOUR), (NOOP, {"delay": {"duration": "2h"}}), []),
        ((NOOP, HOUR), (NOOP, ("RunNoop", HOUR["delay"])), []),
        ((A, B), (AS_TOLD, B), []),
        # What a variable that nobody set becomes is open.
        ((OPEN_NAME, B), (B, B), []),
    ],
)
def test_an_entry_of_another_stage_is_told_from_a_wrong_one(
    stages: tuple[Any, ...], shown: tuple[Any, ...], expected: list[int]
) -> None:
    t, i = started(*stages)
    t.history(i, [(5, 6), (6, None)], **_shown(*shown))
    (timeline,) = timelines(t.index())
    places = [places_of(timeline, entry) for entry in timeline.instance.histories[0].stages]
    assert [place[0] for place in places if place] == expected
    assert bool(out_of_place(t.index())) == bool(expected)


@pytest.mark.parametrize(("shown", "later"), [((B, A, A), True), ((B, A, B), False), ((A, A, B), False)])
def test_only_later_stages_in_place_of_earlier_ones_are_told_from_others(shown: tuple[Any, ...], later: bool) -> None:
    t, i = started(A, B, A)
    t.history(i, [(5, 6), (6, 7), (7, None)], **_shown(*shown))
    assert out_of_place(t.index()) == {i: later}


def test_stages_tells_which_stage_is_shown_instead() -> None:
    t, i = started(NOOP, HOUR)
    t.get(i, [(5, 6), (6, None)])
    t.settled()
    t.history(i, [(5, 6), (6, None)], **_shown(HOUR, NOOP))
    assert observe(RULES["history.stages"], t)[0].observed == "'RunDelay': it shows stage 1"


OPEN: Span = (5, None)
DONE: Span = (5, 6)
FAILED: Span = (5, 6, "no")


@pytest.mark.parametrize(
    ("stage", "status", "history", "expected"),
    [
        (NOOP, [DONE], [DONE], "upheld"),
        (NOOP, [DONE], [OPEN], "violated"),
        (NOOP, [OPEN], [DONE], "violated"),
        (NOOP, [DONE], [FAILED], "violated"),
        (UPDATE, [DONE], [FAILED], "violated"),
        (NOOP, [FAILED], [(5, 6, "another text")], "upheld"),
        (NOOP, [DONE], [], "violated"),
        (NOOP, [], [DONE], "violated"),
        (NOOP, [FAILED], [], "nothing"),
        (UPDATE, [OPEN], [], "nothing"),
        (UPDATE, [DONE], [], "violated"),
        (NOOP, [], [], "nothing"),
    ],
)
@pytest.mark.parametrize("late", [True, False])
def test_agrees(stage: Any, status: list[Span], history: list[Span], expected: str, late: bool) -> None:
    t, i = started(stage)
    for _ in range(2):
        t.get(i, status)
        t.history(i, history)
        if late:
            t.settled()
    assert verdict(RULES["history.agrees"], t) == (expected if late else "nothing")


@pytest.mark.parametrize(("acted", "expected"), [(True, "violated"), (False, "upheld")])
def test_what_history_lacked_until_somebody_acted_it_lacked(acted: bool, expected: str) -> None:
    t, i = started(wait_for("go"))
    t.get(i, [OPEN])
    t.settled()
    t.history(i, [])
    if acted:
        t.send(i, "go")
    t.settled()
    t.history(i, [DONE])
    assert verdict(RULES["history.agrees"], t) == expected


@pytest.mark.parametrize(("stop", "expected"), [("cancel", "nothing"), ("delete", "nothing"), (None, "violated")])
def test_a_stage_that_may_have_been_stopped_may_be_absent(stop: str | None, expected: str) -> None:
    t, i = started(wait_for("go"))
    t.get(i, [OPEN])
    if stop:
        _ = t.cancel(i) if stop == "cancel" else t.delete(next(iter(t.workflow_bodies)))
    t.settled()
    t.history(i, [])
    assert verdict(RULES["history.agrees"], t) == expected


@pytest.mark.parametrize(("ended", "expected"), [(None, "nothing"), (7, "violated")])
def test_views_of_an_instance_whose_workflow_is_deleted_in_mid_run_may_stay_apart(
    ended: int | None, expected: str
) -> None:
    t, i = started(NOOP)
    t.get(i, [], ended=ended)
    t.history(i, [DONE])
    t.delete(next(iter(t.workflow_bodies)))
    t.settled()
    t.get(i, [], ended=ended)
    assert verdict(RULES["history.agrees"], t) == expected


@pytest.mark.parametrize(("late", "expected"), [(True, ["404 NOT_FOUND"]), (False, [])])
def test_an_instance_that_has_begun_has_a_history(late: bool, expected: list[str]) -> None:
    t, i = started(wait_for("go"))
    t.get(i, [OPEN])
    if late:
        t.settled()
    t.history(i, status=404, answer=b"NOT_FOUND")
    assert [each.observed for each in observe(RULES["history.agrees"], t)] == expected


def test_what_an_answer_with_wait_showed_history_shows_too() -> None:
    t = TraceBuilder()
    i = t.run(t.create([NOOP]), wait=True, spans=[DONE], ended=7)
    t.settled()
    t.history(i, [OPEN])
    assert verdict(RULES["history.agrees"], t) == "violated"


def test_a_workflow_without_stages_has_no_history_and_none_that_status_lacks() -> None:
    t, i = started()
    t.get(i, ended=7)
    t.settled()
    t.history(i, [(5, 6)])
    t.settled()
    t.get(i, ended=7)
    assert verdict(RULES["history.stages"], t) == "violated"
    assert verdict(RULES["history.agrees"], t) == "violated"


@pytest.mark.parametrize(("cancelled", "expected"), [(False, "violated"), (True, "nothing")])
def test_what_ended_well_in_history_never_comes_to_an_error(cancelled: bool, expected: str) -> None:
    t, i = started(UPDATE)
    if cancelled:
        t.cancel(i)
    t.history(i, [DONE])
    t.get(i, [FAILED], ended=7, error="no")
    assert verdict(RULES["history.agrees"], t) == expected


@pytest.mark.parametrize(("entries", "expected"), [([], "violated"), ([OPEN], "violated"), ([DONE], "nothing")])
def test_one_late_history_shows_what_must_have_happened_by_itself(entries: list[Span], expected: str) -> None:
    t, i = started(NOOP)
    t.settled()
    t.settled()
    t.history(i, entries)
    assert verdict(RULES["history.agrees"], t) == expected


@pytest.mark.parametrize("stop", ["cancel", "delete"])
def test_what_may_have_been_stopped_need_not_be_in_history(stop: str) -> None:
    t, i = started(NOOP)
    _ = t.cancel(i) if stop == "cancel" else t.delete(next(iter(t.workflow_bodies)))
    t.settled()
    t.settled()
    t.history(i, [])
    assert verdict(RULES["history.agrees"], t) == "nothing"


def test_a_cancellation_of_what_had_ended_long_before_excuses_nothing() -> None:
    t, i = started(NOOP)
    for _ in range(3):
        t.settled()
    t.cancel(i)
    t.history(i, [])
    assert verdict(RULES["history.agrees"], t) == "violated"


@pytest.mark.parametrize(("start", "expected"), [(60, "violated"), (200, "nothing")])
def test_an_entry_starts_not_before_the_one_ahead_of_it_ended(start: float, expected: str) -> None:
    t, i = started(NOOP, HOUR)
    t.history(i, [(5, 200), (start, None)])
    assert verdict(RULES["history.stages"], t) == expected


@pytest.mark.parametrize(("late", "expected"), [(True, "violated"), (False, "nothing")])
def test_history_shows_no_open_entry_of_what_has_terminated(late: bool, expected: str) -> None:
    t, i = started(UPDATE)
    t.get(i, [OPEN], ended=7, error="no")
    if late:
        t.settled()
    t.history(i, [OPEN])
    assert verdict(RULES["history.agrees"], t) == expected


@pytest.mark.parametrize(
    ("left_out", "listed", "expected"), [(True, True, "violated"), (True, False, "nothing"), (False, True, "nothing")]
)
def test_what_two_lists_show_terminated_has_no_open_entry(left_out: bool, listed: bool, expected: str) -> None:
    t, i = started(wait_for("go"))
    t.settled()
    t.send(i, "go")
    t.instances(None, [] if left_out else [i], running="true")
    t.settled()
    if listed:
        t.instances(None, [t.instance(i, [DONE], ended=7)])
    t.history(i, [OPEN])
    assert verdict(RULES["history.agrees"], t) == expected


@pytest.mark.parametrize(
    ("status", "late", "read", "entry", "violated"),
    [
        (204, True, False, OPEN, True),
        (204, True, True, OPEN, False),
        (204, False, False, OPEN, False),
        (404, True, False, OPEN, False),
        (204, True, False, FAILED, False),
    ],
)
def test_history_closes_what_was_cancelled_before_anybody_saw_it(
    status: int, late: bool, read: bool, entry: Span, violated: bool
) -> None:
    t, i = started(wait_for("go"))
    t.cancel(i, status=status)
    if late:
        t.settled()
    if read:
        t.get(i, [OPEN])
    t.history(i, [entry])
    assert (verdict(RULES["history.agrees"], t) == "violated") is violated
