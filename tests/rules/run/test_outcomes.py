"""What a run owes in time."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules import ALL_RULES
from conformance.rules.run.outcomes import RULES
from tests.rules.bodies import Span
from tests.rules.build import TraceBuilder
from tests.rules.judging import observe, verdict
from tests.rules.timelines import HOUR, NOOP, started, wait_for, waiting

DELAY = {"delay": {"duration": "${v}"}}


@pytest.mark.parametrize(
    ("times", "late", "expected"),
    [(1, False, "upheld"), (0, False, "nothing"), (0, True, "violated"), (2, False, "violated")],
)
def test_then_list(times: int, late: bool, expected: str) -> None:
    t, i = started(NOOP)
    if late:
        t.settled()
    t.instances(next(iter(t.workflow_bodies)), [i] * times)
    assert verdict(RULES["run.then-list"], t) == expected


@pytest.mark.parametrize(
    ("variables", "shown", "expected"),
    [
        ({"v": "1s"}, "1s", "upheld"),
        ({"v": "1s"}, "1000ms", "upheld"),
        ({"v": "1s"}, "2s", "violated"),
        ({"v": "1s"}, "${v}", "violated"),
        ({}, "anything", "nothing"),
        ({"v": "${w}", "w": "1s"}, "anything", "nothing"),
    ],
)
def test_variables(variables: dict[str, str], shown: str, expected: str) -> None:
    t, i = started(DELAY, variables=variables)
    t.get(i, [(5, None)])
    t.settled()
    t.history(i, [(5, None)], inputs={0: {"duration": shown}})
    assert verdict(RULES["run.variables"], t) == expected


def _twice(stages: list[Any], spans: list[Span], ended: float | None = None, error: str | None = None) -> TraceBuilder:
    """The same read twice, a settle time apart."""
    t, i = started(*stages)
    t.get(i, spans, ended=ended, error=error)
    t.settled()
    t.get(i, spans, ended=ended, error=error)
    return t


SLOW = {"send": {"source": {"account": {"id": "poor"}}, "destination": {"account": {"id": "b"}}}}


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (_twice([NOOP], [(5, 6)], 7), "upheld"),
        (_twice([], [], 7), "upheld"),
        (_twice([], []), "violated"),
        (_twice([NOOP], []), "violated"),
        (_twice([NOOP], [(5, None)]), "violated"),
        (_twice([NOOP], [(5, 6)]), "violated"),
        (_twice([NOOP], [(5, 6)], 7, "out of the blue"), "violated"),
        (_twice([NOOP, HOUR], [(5, 6), (6, None)]), "nothing"),
        (_twice([wait_for("go")], [(5, None)]), "nothing"),
        (_twice([wait_for("go"), NOOP], [(5, 6)]), "violated"),
        (_twice([SLOW], [(5, None)]), "nothing"),
        (_twice([SLOW], [(5, 6, "poor")], 7, "poor"), "nothing"),
        (_twice([SLOW], [(5, 6, "poor")]), "nothing"),
        (_twice([SLOW, NOOP], [(5, 6, "poor")]), "nothing"),
        (_twice([SLOW, NOOP], [(5, 6, "poor"), (6, None)]), "nothing"),
        (_twice([NOOP, NOOP], [(5, 6, "broken")]), "violated"),
    ],
)
def test_completes(trace: TraceBuilder, expected: str) -> None:
    assert verdict(RULES["run.completes"], trace) == expected


@pytest.mark.parametrize("stop", ["cancel", "delete"])
def test_an_instance_that_may_have_been_stopped_owes_no_progress(stop: str) -> None:
    t, i = started(NOOP)
    t.get(i)
    _ = t.cancel(i) if stop == "cancel" else t.delete(next(iter(t.workflow_bodies)))
    t.settled()
    t.get(i)
    assert verdict(RULES["run.completes"], t) == "nothing"


@pytest.mark.parametrize(
    ("seen", "error", "expected"),
    [(True, "gone", "violated"), (True, None, "upheld"), (False, "gone", "nothing")],
)
def test_a_deletion_gives_no_error_to_what_has_ended(seen: bool, error: str | None, expected: str) -> None:
    t, i = started(NOOP)
    if seen:
        t.get(i, [(5, 6)], ended=7)
    t.delete(next(iter(t.workflow_bodies)))
    t.get(i, [(5, 6)], ended=7, error=error)
    assert verdict(RULES["run.completes"], t) == expected


def test_an_instance_of_an_unknown_workflow_owes_nothing() -> None:
    t, i = started(HOUR)
    t.get(i, [(5, 6)], ended=7, error="broken", embed=False)
    t.exchanges = t.exchanges[1:]
    assert verdict(RULES["run.completes"], t) == "nothing"


@pytest.mark.parametrize("rule", ["run.isolated", "stage.waits"])
@pytest.mark.parametrize(("ended", "expected"), [(True, "violated"), (False, "upheld")])
def test_an_instance_does_not_end_with_another(rule: str, ended: bool, expected: str) -> None:
    t, i = waiting()
    t.cancel(i)
    j = t.run(next(iter(t.workflow_bodies)))
    t.get(j, [] if ended else [(t.now, None)], ended=t.now if ended else None, error="cancelled" if ended else None)
    t.settled()
    t.get(j, [] if ended else [(500, None)], ended=500 if ended else None, error="cancelled" if ended else None)
    assert verdict(ALL_RULES[rule], t) == expected


@pytest.mark.parametrize("signal", ["send", "cancel"])
@pytest.mark.parametrize(("ended", "expected"), [(700, "violated"), (None, "upheld")])
def test_isolated(signal: str, ended: float | None, expected: str) -> None:
    t, i = waiting(HOUR if signal == "cancel" else wait_for("go"))
    j = t.run(next(iter(t.workflow_bodies)))
    _ = t.send(j, "go") if signal == "send" else t.cancel(j)
    t.settled()
    t.get(i, [(5, ended)])
    assert verdict(RULES["run.isolated"], t) == expected


@pytest.mark.parametrize(
    ("seen_open", "error", "expected"),
    [(False, None, "nothing"), (False, "cancelled", "violated"), (True, None, "violated")],
)
def test_a_delay_that_is_over_at_once_is_no_other_instances_doing(
    seen_open: bool, error: str | None, expected: str
) -> None:
    t, i = started(HOUR)
    if seen_open:
        t.get(i, [(5, None)])
    t.cancel(t.run(next(iter(t.workflow_bodies))))
    t.settled()
    t.get(i, [(5, 6, error)], ended=7, error=error)
    assert verdict(RULES["run.isolated"], t) == expected


def test_isolated_is_not_to_blame_for_what_was_sent_to_the_instance_itself() -> None:
    t, i = waiting()
    j = t.run(next(iter(t.workflow_bodies)))
    t.send(i, "go")
    t.send(j, "go")
    t.settled()
    t.get(i, [(5, 500)])
    assert verdict(RULES["run.isolated"], t) == "nothing"


@pytest.mark.parametrize(("seen_open_since", "expected"), [(False, "nothing"), (True, "violated")])
def test_what_an_event_of_another_name_may_have_ended_no_other_instance_did(
    seen_open_since: bool, expected: str
) -> None:
    t, i = waiting()
    j = t.run(next(iter(t.workflow_bodies)))
    t.send(i, "GO")
    t.settled()
    if seen_open_since:
        t.get(i, [(5, None)])
    t.send(j, "go")
    t.settled()
    t.get(i, [(5, t.now)], ended=t.now)
    assert verdict(RULES["run.isolated"], t) == expected


@pytest.mark.parametrize(
    ("own", "shown", "expected"),
    [
        ({}, "${v}", "upheld"),
        ({}, "", "upheld"),
        ({}, "value of another", "violated"),
        ({"v": "value of another"}, "value of another", "upheld"),
    ],
)
def test_a_value_of_another_run(own: dict[str, str], shown: str, expected: str) -> None:
    t, _ = started(DELAY, variables={"v": "value of another"})
    i = t.run(t.create([DELAY]), own)
    t.settled()
    t.history(i, [(5, None)], inputs={0: {"duration": shown}})
    assert verdict(RULES["run.variables"], t) == expected


@pytest.mark.parametrize(
    ("stages", "spans", "ended", "expected"),
    [
        ([NOOP], [], None, "violated"),
        ([NOOP], [(5, None)], None, "violated"),
        ([NOOP], [(5, 6)], None, "violated"),
        ([NOOP], [(5, 6)], 7, "upheld"),
        ([wait_for("go")], [], None, "violated"),
        ([wait_for("go")], [(5, None)], None, "nothing"),
        ([SLOW], [], None, "violated"),
        ([SLOW], [(5, None)], None, "nothing"),
        ([SLOW, NOOP], [(5, 6), (6, None)], None, "nothing"),
    ],
)
def test_one_late_read_shows_whether_an_instance_moves(
    stages: list[Any], spans: list[Span], ended: float | None, expected: str
) -> None:
    t, i = started(*stages)
    for _ in range(3):
        t.settled()
    t.get(i, spans, ended=ended)
    assert verdict(RULES["run.completes"], t) == expected


def test_what_a_later_read_shows_by_itself_was_only_slow() -> None:
    t, i = started(NOOP)
    for spans, ended in (([], None), ([(5, 6)], 7)):
        t.settled()
        t.settled()
        t.get(i, spans, ended=ended)
    assert verdict(RULES["run.completes"], t) == "upheld"


@pytest.mark.parametrize("after", [0, 3])
def test_only_what_comes_in_time_can_have_stopped_an_instance(after: int) -> None:
    t, i = started(NOOP)
    for _ in range(after):
        t.settled()
    t.cancel(i)
    t.get(i, [(5, None)])
    assert verdict(RULES["run.completes"], t) == ("violated" if after else "nothing")


@pytest.mark.parametrize(
    ("stages", "spans", "error", "expected"),
    [
        ([HOUR], [(5, None)], "odd", "violated"),
        ([HOUR], [(5, None, "odd")], None, "violated"),
        ([NOOP, SLOW], [(5, 6, "odd")], None, "violated"),
        ([SLOW, HOUR], [(5, 6), (6, None)], "odd", "violated"),
        ([SLOW], [(5, 6)], "odd", "violated"),
        ([SLOW], [(5, None)], "odd", "nothing"),
        ([SLOW], [(5, 6, "odd")], "odd", "nothing"),
    ],
)
def test_no_error_comes_from_stages_that_cannot_fail(
    stages: list[Any], spans: list[Span], error: str | None, expected: str
) -> None:
    t, i = started(*stages)
    t.get(i, spans, error=error)
    assert verdict(RULES["run.completes"], t) == expected
    said = {each.observed for each in observe(RULES["run.completes"], t) if not each.upheld}
    assert said <= {"the error 'odd'"}


def test_an_error_in_history_counts_as_well() -> None:
    t, i = started(HOUR)
    t.history(i, [(5, None, "odd")])
    assert verdict(RULES["run.completes"], t) == "violated"


@pytest.mark.parametrize(("error", "pointer"), [("odd", "/data/error"), (None, "/data/status")])
def test_an_error_is_pointed_at_where_it_stands(error: str | None, pointer: str) -> None:
    t, i = started(NOOP)
    t.get(i, [(5, 6, "odd")], ended=7, error=error)
    assert {seen.pointer for seen in observe(RULES["run.completes"], t) if "terminated with" in seen.observed} == {
        pointer
    }
