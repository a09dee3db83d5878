"""How events and cancellations are answered: by a live instance, and by one that has terminated."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.event.answers import RULES
from tests.rules.bodies import Span, stamp
from tests.rules.build import TraceBuilder
from tests.rules.judging import verdict
from tests.rules.timelines import NOOP, started, terminated, wait_for, waiting


def test_a_run_is_known_from_its_answer_on() -> None:
    t, i = started(wait_for("go"))
    t.get(i)
    assert verdict(RULES["event.live-known"], t) == "upheld"
    t.get(i, status=404)
    assert verdict(RULES["event.live-known"], t) == "violated"


def test_whether_it_outlives_its_workflow_is_another_requirement() -> None:
    t, i = started(wait_for("go"))
    t.delete(next(iter(t.workflow_bodies)))
    t.get(i, status=404)
    assert verdict(RULES["event.live-known"], t) == "nothing"


@pytest.mark.parametrize("signal", ["send", "cancel"])
@pytest.mark.parametrize(("status", "expected"), [(204, "upheld"), (404, "violated")])
def test_a_waiting_instance_is_known_to_signals(signal: str, status: int, expected: str) -> None:
    t, i = waiting()
    exchanges = len(t.exchanges)
    _ = t.send(i, "other", status=status) if signal == "send" else t.cancel(i, status=status)
    found = [seen for seen in RULES["event.live-known"](t.index()) if seen.exchanges[-1] >= exchanges]
    assert [seen.upheld for seen in found] == [expected == "upheld"]


@pytest.mark.parametrize(
    ("later", "late", "expected"),
    [
        (False, False, "404 while the first stage waits"),
        (True, False, "404 while a later stage waits"),
        (True, True, "404 while a later stage waits, for longer than the settle time"),
    ],
)
def test_which_stage_waited_for_how_long_is_told_where_an_instance_is_not_found(
    later: bool, late: bool, expected: str
) -> None:
    stages, spans = ([NOOP, wait_for("go")], [(5, 6), (6, None)]) if later else ([wait_for("go")], [(5, None)])
    t, i = started(*stages)
    t.get(i, spans)
    if late:
        t.settled()
    t.cancel(i, status=404)
    assert [seen.observed for seen in RULES["event.live-known"](t.index()) if not seen.upheld] == [expected]


@pytest.mark.parametrize("rival", ["matching event", "cancellation", "deletion"])
def test_a_signal_that_another_may_have_overtaken_is_not_judged(rival: str) -> None:
    t, i = waiting()
    t.send(i, "go", status=404, took=20)
    at = t.now - 15
    if rival == "matching event":
        t.send(i, "go", at=at)
    elif rival == "cancellation":
        t.cancel(i, at=at)
    else:
        t.delete(next(iter(t.workflow_bodies)), at=at)
    assert all(seen.upheld for seen in RULES["event.live-known"](t.index()))


def _signalled(signal: str, status: int, *, touched: bool = False, late: bool = True) -> TraceBuilder:
    t, i = terminated()
    if not late:
        t, i = started()
        t.get(i, [(5, 6)], ended=7)
    _ = t.send(i, "go", status=status) if signal == "send" else t.cancel(i, status=status)
    t.get(i, [(5, 6)], ended=7, change={"updatedAt": stamp(900)} if touched else None)
    return t


@pytest.mark.parametrize(
    ("signal", "status", "touched", "late", "expected"),
    [
        ("send", 204, False, True, "upheld"),
        ("send", 400, False, True, "upheld"),
        ("send", 400, True, True, "violated"),
        ("send", 500, False, True, "violated"),
        ("send", 202, False, True, "violated"),
        ("send", 500, False, False, "nothing"),
        ("cancel", 202, False, True, "upheld"),
        ("cancel", 404, False, True, "upheld"),
        ("cancel", 204, True, True, "violated"),
        ("cancel", 500, False, True, "violated"),
    ],
)
def test_what_has_ended_stays(signal: str, status: int, touched: bool, late: bool, expected: str) -> None:
    rule = RULES["event.terminated" if signal == "send" else "cancel.terminated"]
    assert verdict(rule, _signalled(signal, status, touched=touched, late=late)) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (("send", "cancel", "touched"), {"event.terminated": "nothing", "cancel.terminated": "nothing"}),
        (("send", "same", "cancel", "touched"), {"event.terminated": "nothing", "cancel.terminated": "violated"}),
        (("cancel", "touched", "send", "touched"), {"event.terminated": "upheld", "cancel.terminated": "violated"}),
        (("send", "cancel", "same"), {"event.terminated": "upheld", "cancel.terminated": "upheld"}),
    ],
)
def test_a_change_is_told_of_what_alone_may_have_made_it(order: tuple[str, ...], expected: dict[str, str]) -> None:
    t, i = terminated()
    for each in order:
        if each == "send":
            t.send(i, "go", status=400)
        elif each == "cancel":
            t.cancel(i)
        else:
            t.get(i, [(5, 6)], ended=7, change={"updatedAt": stamp(900)} if each == "touched" else None)
    assert {rule: verdict(RULES[rule], t) for rule in expected} == expected


def test_the_workflow_inside_may_vanish_with_its_deletion() -> None:
    t, i = terminated()
    t.send(i, "go")
    t.get(i, [(5, 6)], ended=7, embed=False)
    assert verdict(RULES["event.terminated"], t) == "upheld"


@pytest.mark.parametrize(("status", "expected"), [(204, "violated"), (404, "upheld"), (500, "nothing")])
def test_events_to_what_has_ended_are_refused(status: int, expected: str) -> None:
    assert verdict(RULES["event.terminated-refused"], _signalled("send", status)) == expected


def test_a_termination_that_is_not_due_everywhere_may_still_take_events() -> None:
    t, i = started(wait_for("go"))
    t.get(i, [(5, 6)], ended=7)
    t.send(i, "go")
    assert verdict(RULES["event.terminated-refused"], t) == "nothing"


@pytest.mark.parametrize("rule", ["event.terminated", "cancel.terminated"])
@pytest.mark.parametrize(
    ("spans", "expected"), [([(5, 6)], "upheld"), ([(5, 6), (9, 10)], "violated"), ([(5, 6, "x")], "violated")]
)
def test_what_has_ended_keeps_its_history(rule: str, spans: list[Span], expected: str) -> None:
    t, i = terminated()
    t.history(i, [(5, 6)])
    _ = t.send(i, "go", status=400) if rule == "event.terminated" else t.cancel(i, status=400)
    t.history(i, spans)
    assert verdict(RULES[rule], t) == expected


@pytest.mark.parametrize(
    ("early", "error", "expected"),
    [
        # Only the cancellation can have ended it: its end carries an error, and no read has denied it.
        ({"spans": [(5, 20, "x")], "ended": 20, "error": "x"}, "x", "violated"),
        (None, "x", "violated"),
        # The event may have ended it, since the cancellation had no effect, or a late one.
        (None, None, "nothing"),
        ({"spans": [(5, None)]}, None, "nothing"),
        ({"spans": [(5, None)]}, "x", "nothing"),
    ],
    ids=["seen ended", "not read", "ended well", "seen running, ended well", "seen running"],
)
def test_a_cancellation_that_may_have_been_ignored_refuses_no_event(
    early: dict[str, Any] | None, error: str | None, expected: str
) -> None:
    t, i = waiting()
    t.cancel(i)
    start = t.now
    t.settled()
    due = t.trace().settled_at(t.last.received)
    assert due is not None
    if early is not None:
        # Just before the cancellation had to show.
        t.get(i, **early, at=due / 1e6 - 2)
    t.now = max(start, due / 1e6 + 1)
    t.send(i, "go", status=204)
    t.settled()
    t.get(i, [(5, 20, error) if error else (5, 20)], ended=20, error=error)
    assert verdict(RULES["event.terminated-refused"], t) == expected
