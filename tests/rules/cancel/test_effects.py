"""Cancellations: of what is provably open, right after the run, during a delay, and in races."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.rules.cancel.effects import RULES
from tests.rules.bodies import Span, stamp
from tests.rules.build import TraceBuilder
from tests.rules.judging import verdict
from tests.rules.timelines import HOUR, NOOP, started, wait_for, waiting

ENDED: Span = (5, 405, "cancelled")


def _cancelled(*stages: object) -> tuple[TraceBuilder, str]:
    t, i = waiting(*stages)
    t.cancel(i)
    return t, i


def _look(t: TraceBuilder, i: str, *, ended: bool = True, error: str | None = "cancelled", span: Span = ENDED) -> None:
    t.settled()
    t.get(i, [span], ended=406 if ended else None, error=error)


@pytest.mark.parametrize("stage", [wait_for("go"), HOUR, {"delay": {"until": stamp(3_600_000)}}])
@pytest.mark.parametrize(("works", "expected"), [(True, "upheld"), (False, "violated")])
def test_terminates(stage: object, works: bool, expected: str) -> None:
    t, i = _cancelled(stage)
    _look(t, i, ended=works, error="cancelled" if works else None, span=ENDED if works else (5, None))
    assert verdict(RULES["cancel.terminates"], t) == expected


@pytest.mark.parametrize(("event", "expected"), [(True, "violated"), (False, "upheld")])
def test_what_ends_for_another_cause_was_not_ended_by_the_cancellation(event: bool, expected: str) -> None:
    t, i = _cancelled(wait_for("go"))
    _look(t, i, ended=False, error=None, span=(5, None))
    if event:
        t.send(i, "go")
        t.settled()
    t.get(i, [ENDED], ended=406, error="cancelled")
    assert verdict(RULES["cancel.terminates"], t) == expected


def _waited_and_cancelled(*, stops: bool, seen: bool, answered: bool) -> TraceBuilder:
    """A run with wait=true whose instance another client finds, sees waiting (or not), and cancels."""
    t = TraceBuilder()
    w, now = t.create([wait_for("go")]), t.now
    if answered:
        i = t.run(w, wait=True, took=60_000, ended=500, error="cancelled", spans=[ENDED])
    else:
        i = t.run(w, wait=True, took=60_000, failure="timeout")
    t.now = now + 2
    t.get(i, [(5, None)] if seen else [])
    t.settled()
    t.cancel(i)
    _look(t, i, ended=stops, error="cancelled" if stops else None, span=ENDED if stops else (5, None))
    return t


@pytest.mark.parametrize(("stops", "seen", "expected"), [(True, True, "upheld"), (False, True, "violated"),
                                                         (False, False, "nothing")])  # fmt: skip
def test_who_saw_the_instance_of_a_waited_run_waiting_can_cancel_it(*, stops: bool, seen: bool, expected: str) -> None:
    t = _waited_and_cancelled(stops=stops, seen=seen, answered=False)
    assert verdict(RULES["cancel.terminates"], t) == expected


def test_a_waited_run_is_cancelled_before_its_answer_comes() -> None:
    assert verdict(RULES["cancel.terminates"], _waited_and_cancelled(stops=True, seen=True, answered=True)) == "upheld"


def test_terminates_also_right_after_the_run() -> None:
    t, i = started(NOOP, wait_for("go"))
    t.cancel(i)
    t.settled()
    t.get(i, [(5, 6), (6, None)])
    assert verdict(RULES["cancel.terminates"], t) == "violated"


@pytest.mark.parametrize(("seen", "expected"), [(True, "violated"), (False, "nothing")])
def test_a_stage_that_might_have_failed_did_not_if_a_later_one_was_seen(seen: bool, expected: str) -> None:
    update = {"update": {"account": {"id": "a", "ledger": "default", "metadata": {"k": "v"}}}}
    t, i = started(update, wait_for("go"))
    spans: list[Span] = [(5, 6), (6, None)] if seen else [(5, None)]
    t.get(i, spans)
    t.history(i, spans)
    t.settled()
    t.cancel(i)
    t.settled()
    t.get(i, spans)
    assert verdict(RULES["cancel.terminates"], t) == expected


def _refused() -> TraceBuilder:
    t, i = waiting()
    t.cancel(i, status=404)
    return t


def _refused_after_another() -> TraceBuilder:
    t, i = waiting()
    t.cancel(i, took=20)
    t.cancel(i, status=404, at=t.now - 10)
    return t


def _refused_while_another_without_answer() -> TraceBuilder:
    t, i = waiting()
    t.cancel(i, failure="timeout")
    t.cancel(i, status=404)
    return t


def _come_back_later() -> TraceBuilder:
    t, i = waiting()
    t.cancel(i, status=503, headers=[("retry-after", "1")])
    return t


def _refused_after_deletion() -> TraceBuilder:
    t, i = waiting()
    t.delete(next(iter(t.workflow_bodies)))
    t.cancel(i, status=404)
    return t


def _refused_where_it_goes_on_after_deletion() -> TraceBuilder:
    t, i = waiting(wait_for("go"), HOUR)
    t.delete(next(iter(t.workflow_bodies)))
    t.settled()
    t.get(i, [(5, None)])
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 900), (901, None)])
    t.history(i, [(5, 900), (901, None)])
    t.settled()
    t.cancel(i, status=404)
    return t


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        ("violated", _refused),
        ("violated", _refused_where_it_goes_on_after_deletion),
        ("nothing", _refused_after_another),
        ("nothing", _refused_while_another_without_answer),
        ("nothing", _come_back_later),
        ("nothing", _refused_after_deletion),
    ],
)
def test_terminates_judges_the_answer(expected: str, case: Callable[[], TraceBuilder]) -> None:
    assert verdict(RULES["cancel.terminates"], case()) == expected


def test_nothing_is_judged_where_an_event_may_have_come_first() -> None:
    t, i = waiting(wait_for("go"), NOOP)
    t.send(i, "go", took=10)
    t.cancel(i, at=t.now - 8)
    t.settled()
    t.get(i, [(5, 402), (403, 404)], ended=405)
    assert {name: verdict(rule, t) for name, rule in RULES.items()} == dict.fromkeys(RULES, "nothing")


def test_a_delay_that_may_end_before_the_cancellation_is_due_is_not_what_was_cancelled() -> None:
    """Stage 0 may end well, and stage 1 be cancelled before history showed it."""
    t, i = started({"delay": {"duration": "900ms"}}, HOUR)
    t.get(i, [(5, None)])
    t.settled()
    t.cancel(i)
    t.wait(600)
    t.settled()
    t.get(i, [(5, 910), (911, 912, "cancelled")], ended=913, error="cancelled")
    t.history(i, [(5, 910)])
    assert verdict(RULES["history.cancelled"], t) == "nothing"
    assert verdict(RULES["cancel.error"], t) == "nothing"
    assert verdict(RULES["cancel.terminates"], t) == "upheld"


@pytest.mark.parametrize(
    ("error", "span", "expected"),
    [
        ("cancelled", ENDED, "upheld"),
        (None, ENDED, "violated"),
        ("cancelled", (5, 405), "violated"),
        ("cancelled", (5, 405, ""), "violated"),
    ],
)
def test_error(error: str | None, span: Span, expected: str) -> None:
    t, i = _cancelled()
    _look(t, i, error=error, span=span)
    assert verdict(RULES["cancel.error"], t) == expected


@pytest.mark.parametrize(("span", "expected"), [(ENDED, "upheld"), ((5, None), "violated")])
@pytest.mark.parametrize("at_once", [True, False])
def test_closes_stage(span: Span, expected: str, at_once: bool) -> None:
    t, i = started(wait_for("go")) if at_once else waiting()
    t.cancel(i)
    _look(t, i, span=span)
    assert verdict(RULES["cancel.closes-stage"], t) == expected


@pytest.mark.parametrize(("late", "expected"), [(410, "violated"), (None, "upheld")])
def test_stops_stages(late: float | None, expected: str) -> None:
    t, i = _cancelled(wait_for("go"), NOOP)
    t.settled()
    more: list[Span] = [] if late is None else [(late, late + 1)]
    t.get(i, [ENDED, *more], ended=406, error="cancelled")
    assert verdict(RULES["cancel.stops-stages"], t) == expected


def test_stops_stages_sees_a_stage_appear_too_late() -> None:
    t, i = _cancelled(wait_for("go"), NOOP)
    _look(t, i)
    t.get(i, [ENDED, (405, 406)], ended=406, error="cancelled")
    assert verdict(RULES["cancel.stops-stages"], t) == "violated"


@pytest.mark.parametrize("view", ["instance", "history"])
def test_stops_stages_needs_no_earlier_read_to_see_that_a_stage_has_started(view: str) -> None:
    t, i = _cancelled(wait_for("go"), NOOP)
    t.settled()
    _ = t.get(i, [ENDED, (410, None)], error="cancelled") if view == "instance" else t.history(i, [ENDED, (410, None)])
    assert verdict(RULES["cancel.stops-stages"], t) == "violated"


def test_stops_stages_leaves_alone_what_an_event_may_have_started_before_the_cancellation_was_due() -> None:
    t, i = _cancelled(wait_for("go"), NOOP)
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 405), (405, 406)], ended=407)
    assert verdict(RULES["cancel.stops-stages"], t) == "nothing"


@pytest.mark.parametrize(("start", "expected"), [(407.5, "violated"), (405, "nothing")])
def test_stops_stages_sees_by_the_targets_own_times_what_started_beside_a_cancellation(
    start: float, expected: str
) -> None:
    t, i = _cancelled(wait_for("go"), NOOP)
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 405), (start, start + 1)], ended=407, error="cancelled")
    assert verdict(RULES["cancel.stops-stages"], t) == expected


def test_deaf_does_not_blame_an_event_for_what_was_seen_before_it_was_sent() -> None:
    t, i = _cancelled(wait_for("go"), NOOP)
    t.settled()
    t.get(i, [ENDED, (410, None)], error="cancelled")
    t.send(i, "go")
    t.settled()
    t.get(i, [ENDED, (410, None)], error="cancelled")
    assert verdict(RULES["cancel.deaf"], t) == "nothing"


@pytest.mark.parametrize(("spans", "expected"), [([ENDED], "upheld"), ([ENDED, (900, None)], "violated")])
def test_deaf(spans: list[Span], expected: str) -> None:
    t, i = _cancelled(wait_for("go"), NOOP)
    _look(t, i)
    t.send(i, "go", status=404)
    t.settled()
    t.get(i, spans, ended=406, error="cancelled")
    assert verdict(RULES["cancel.deaf"], t) == expected


def test_deaf_does_not_blame_the_event_for_a_missing_error() -> None:
    t, i = _cancelled()
    _look(t, i, error=None, span=(5, 405))
    t.send(i, "go", status=404)
    t.settled()
    t.get(i, [(5, 405)], ended=406)
    assert verdict(RULES["cancel.deaf"], t) == "upheld"


@pytest.mark.parametrize(("listed", "late", "expected"), [(True, True, "violated"), (False, True, "upheld"),
                                                          (True, False, "nothing")])  # fmt: skip
def test_not_running(listed: bool, late: bool, expected: str) -> None:
    t, i = _cancelled()
    if late:
        t.settled()
    t.instances(bodies=[i] if listed else [], running="true")
    assert verdict(RULES["cancel.not-running"], t) == expected


@pytest.mark.parametrize(("spans", "expected"), [([ENDED], "upheld"), ([(5, 405)], "violated"),
                                                 ([(5, None)], "violated"), ([], "nothing")])  # fmt: skip
def test_history_cancelled(spans: list[Span], expected: str) -> None:
    t, i = _cancelled()
    t.settled()
    t.history(i, spans)
    assert verdict(RULES["history.cancelled"], t) == expected


@pytest.mark.parametrize(("status", "read", "expected"), [(204, False, "violated"), (204, True, "nothing"),
                                                          (404, False, "nothing")])  # fmt: skip
def test_not_running_after_a_cancellation_at_once(status: int, read: bool, expected: str) -> None:
    t, i = started(HOUR)
    t.cancel(i, status=status)
    t.settled()
    if read:
        t.get(i, [(5, None)])
    t.instances(bodies=[i], running="true")
    assert verdict(RULES["cancel.not-running"], t) == expected


def _cancelled_in_a_delay(*, ends: bool, fails: bool, deleted: bool = False) -> TraceBuilder:
    """The delay is over when the effect of the cancellation is due; whether that came in time nobody knows."""
    until = {"delay": {"until": "2020-01-01T00:00:00Z"}}
    t, i = started({"delay": {"duration": "50ms"}}, until if fails else NOOP)
    t.get(i, [(5, None)])
    t.cancel(i)
    if deleted:
        t.delete(next(iter(t.workflow_bodies)))
    t.settled()
    closed = (5, 55, "cancelled") if fails else (5, 55)
    t.get(i, [closed])
    for _ in range(6):
        t.settled()
    t.get(i, [closed], ended=405 if ends else None, error="cancelled" if ends and fails else None)
    return t


@pytest.mark.parametrize("fails", [True, False])
def test_who_is_cancelled_during_a_short_delay_ends_in_any_case(fails: bool) -> None:
    terminates = RULES["cancel.terminates"]
    assert verdict(terminates, _cancelled_in_a_delay(ends=True, fails=fails)) == "nothing"
    assert verdict(terminates, _cancelled_in_a_delay(ends=False, fails=fails)) == "violated"
    assert verdict(terminates, _cancelled_in_a_delay(ends=False, fails=fails, deleted=True)) == "nothing"
