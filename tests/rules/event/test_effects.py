"""What events end, what they leave alone, and how often."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.rules.event.effects import RULES
from conformance.rules.evidence.trace_index import event_name
from tests.rules.build import TraceBuilder
from tests.rules.judging import observe, verdict
from tests.rules.timelines import HOUR, NOOP, started, wait_for, waiting

Case = Callable[[], TraceBuilder]


def _matched() -> TraceBuilder:
    t, i = waiting(wait_for("go"), NOOP)
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 500), (501, None)])
    return t


def _lost() -> TraceBuilder:
    t, i = waiting()
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, None)])
    return t


def _lost_seen_before_due() -> TraceBuilder:
    t, i = waiting()
    t.send(i, "go")
    t.get(i, [(5, None)])
    return t


def _lost_without_control() -> TraceBuilder:
    t, i = waiting()
    t.send(i, "go")
    t.wait(5000)
    t.get(i, [(5, None)])
    return t


def _lost_beside_cancel() -> TraceBuilder:
    t, i = waiting()
    t.send(i, "go")
    t.cancel(i)
    t.settled()
    t.get(i, [(5, None)])
    return t


def _lost_then_cancelled_late() -> TraceBuilder:
    t, i = waiting()
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, None)])
    t.cancel(i)
    return t


def _lost_workflow_deleted() -> TraceBuilder:
    t, i = waiting()
    t.delete(next(iter(t.workflow_bodies)))
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, None)])
    return t


def _next_never_starts() -> TraceBuilder:
    t, i = waiting(wait_for("go"), NOOP)
    t.send(i, "go")
    t.get(i, [(5, 500)])
    t.settled()
    t.get(i, [(5, 500)])
    return t


def _refused() -> TraceBuilder:
    t, i = waiting()
    t.send(i, "go", status=404)
    t.settled()
    t.get(i, [(5, None)])
    return t


def _unanswered_before() -> TraceBuilder:
    """An event without an answer may have ended stage 0: then this one came too early for stage 1."""
    t, i = waiting(wait_for("go"), wait_for("go"))
    t.send(i, "go", failure="timeout")
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 450), (451, None)])
    return t


def _second_stage_shown() -> TraceBuilder:
    t, i = waiting(wait_for("go"), wait_for("go"))
    t.send(i, "go")
    t.get(i, [(5, 450), (451, None)])
    t.history(i, [(5, 450), (451, None)])
    t.settled()
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 450), (451, None)])
    return t


def _after_an_early_one(lost: bool) -> Case:
    """One comes before the stage is seen, which may keep it; the next one comes to a stage that waits on, or ends."""

    def case() -> TraceBuilder:
        t, i = started(wait_for("go"), NOOP)
        t.send(i, "go")
        t.settled()
        t.history(i, [(5, None)])
        t.send(i, "go")
        sent = t.now
        t.settled()
        t.get(i, [(5, None)] if lost else [(5, sent), (sent, sent)])
        return t

    return case


def _ended_by(act: str | None) -> Case:
    """The event has no effect in time; then the stage ends after another act, or by itself."""

    def case() -> TraceBuilder:
        t, i = waiting()
        t.send(i, "go")
        t.settled()
        t.get(i, [(5, None)])
        if act is not None:
            _ = t.cancel(i) if act == "cancel" else t.send(i, act)
        t.settled()
        t.get(i, [(5, t.now)])
        return t

    return case


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        ("violated", _ended_by("go")),
        ("violated", _ended_by("cancel")),
        ("upheld", _ended_by("other")),
        ("upheld", _ended_by(None)),
        ("upheld", _matched),
        ("violated", _lost),
        ("nothing", _lost_seen_before_due),
        ("nothing", _lost_without_control),
        ("nothing", _lost_beside_cancel),
        ("violated", _lost_then_cancelled_late),
        ("nothing", _lost_workflow_deleted),
        ("violated", _next_never_starts),
        ("nothing", _refused),
        ("nothing", _unanswered_before),
        ("violated", _second_stage_shown),
        ("violated", _after_an_early_one(lost=True)),
        ("nothing", _after_an_early_one(lost=False)),
    ],
)
def test_matching(expected: str, case: Case) -> None:
    assert verdict(RULES["event.matching"], case()) == expected


@pytest.mark.parametrize(("lost", "expected"), [(True, "violated"), (False, "upheld")])
def test_burst(lost: bool, expected: str) -> None:
    t, i = waiting()
    at = t.now
    for name in ("other", "go", "Go"):
        t.send(i, name, at=at)
    t.settled()
    t.get(i, [(5, None if lost else at + 1)])
    assert verdict(RULES["event.burst"], t) == expected
    assert verdict(RULES["event.matching"], t) == "nothing"


@pytest.mark.parametrize(("lost", "expected"), [(True, "violated"), (False, "upheld")])
def test_early(lost: bool, expected: str) -> None:
    t, i = started(wait_for("go"))
    t.get(i, [(5, None)])
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, None if lost else 8)])
    assert verdict(RULES["event.early"], t) == expected
    assert verdict(RULES["event.matching"], t) == "nothing"


def test_of_several_other_events_the_latest_is_blamed() -> None:
    t, i = waiting()
    t.send(i, "stop")
    t.send(i, "Go")
    t.settled()
    t.get(i, [(5, 500)])
    t.send(i, "later")
    (blamed,) = observe(RULES["event.other"], t)
    assert [event_name(t.trace().at(index)) for index in blamed.exchanges[1:-1]] == ["Go"]


@pytest.mark.parametrize("name", ["Go", "go ", " go", "stop"])
@pytest.mark.parametrize(("ended", "expected"), [(500, "violated"), (None, "upheld")])
def test_other(name: str, ended: float | None, expected: str) -> None:
    t, i = waiting()
    t.send(i, name)
    t.settled()
    t.get(i, [(5, ended)])
    assert verdict(RULES["event.other"], t) == expected


@pytest.mark.parametrize(("ended", "expected"), [(500, "violated"), (None, "upheld")])
def test_an_event_of_another_name_may_be_refused_and_still_ends_nothing(ended: float | None, expected: str) -> None:
    t, i = waiting()
    t.send(i, "stop", status=409)
    t.settled()
    t.get(i, [(5, ended)])
    assert verdict(RULES["event.other"], t) == expected


def test_other_is_not_to_blame_for_what_had_ended_before() -> None:
    t, i = waiting()
    t.get(i, [(5, 400)])
    t.send(i, "stop")
    t.settled()
    t.get(i, [(5, 400)])
    assert verdict(RULES["event.other"], t) == "nothing"


@pytest.mark.parametrize(("sent", "expected"), [(1, "violated"), (2, "nothing")])
@pytest.mark.parametrize("failure", [None, "timeout"])
def test_once(sent: int, expected: str, failure: str | None) -> None:
    t, i = started(wait_for("go"), wait_for("go"), HOUR)
    for _ in range(sent):
        _ = t.send(i, "go") if failure is None else t.send(i, "go", failure=failure)
    t.get(i, [(5, 8), (9, 12), (13, None)])
    assert verdict(RULES["event.once"], t) == expected


def test_once_is_upheld_by_the_stage_that_waits_on() -> None:
    t, i = waiting(wait_for("go"), wait_for("go"))
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 450), (451, None)])
    t.settled()
    t.get(i, [(5, 450), (451, None)])
    assert verdict(RULES["event.once"], t) == "upheld"
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 450), (451, t.now)])
    assert verdict(RULES["event.once"], t) == "upheld"


def _waited_and_unanswered(*, heard: bool, others: int = 0) -> TraceBuilder:
    """A run with wait=true that is never answered, while another client reads its instance and sends the event."""
    t = TraceBuilder()
    w = t.create([wait_for("go")])
    for _ in range(others):
        t.run(w)
    now = t.now
    i = t.run(w, wait=True, failure="timeout", took=60_000)
    t.now = now + 2
    t.get(i, [(now + 1, None)])
    t.history(i, [(now + 1, None)])
    t.settled()
    t.send(i, "go")
    sent = t.now
    t.settled()
    t.get(i, [(now + 1, sent if heard else None)], ended=sent if heard else None)
    return t


@pytest.mark.parametrize(("heard", "others", "expected"), [(True, 0, "upheld"), (False, 0, "violated"),
                                                           (False, 1, "nothing")])  # fmt: skip
def test_the_instance_of_a_waited_run_without_an_answer_is_its_workflows_only_one(
    heard: bool, others: int, expected: str
) -> None:
    t = _waited_and_unanswered(heard=heard, others=others)
    assert verdict(RULES["event.matching"], t) == expected
