"""Changes of single fields of answers, as the benchmark makes them."""

from __future__ import annotations

import pytest

from benchmarks.rules.field_changes import FieldChange, field_changes
from conformance.judging.judging import Judge
from conformance.trace import Trace
from tests.rules.bodies import NOOP
from tests.rules.timelines import started


def _read_often() -> Trace:
    t, i = started(*NOOP, *NOOP)
    for _ in range(4):
        t.settled()
        t.get(i, [(5, 6), (6, 7)], ended=8)
    return t.trace()


TRACE = _read_often()
CHANGES = {each.name: each for each in field_changes([TRACE])}


def _shown(change: FieldChange) -> list[object]:
    changed = change.of(TRACE)
    return [each.data for each in changed.exchanges if each.operation == change.operation] if changed else []


def test_a_change_concerns_one_field_of_one_operation_and_nothing_else() -> None:
    change = CHANGES["getInstance data/status/*last/stage: one more"]
    changed = change.of(TRACE)
    assert changed is not None
    before = [each for each in TRACE.exchanges if each.operation != "getInstance"]
    assert [each for each in changed.exchanges if each.operation != "getInstance"] == before
    assert [[entry["stage"] for entry in data["status"]] for data in _shown(change)] == [[0, 2]] * 4  # type: ignore[index]


@pytest.mark.parametrize(("when", "shows"), [("ended well", True), ("running", False)])
def test_a_change_may_be_made_in_some_circumstances_only(when: str, shows: bool) -> None:
    change = CHANGES[f"getInstance data/terminated: missing, {when}"]
    assert (change.of(TRACE) is not None) == shows


@pytest.mark.parametrize(
    "name",
    [
        "getInstance data/status: without the last",
        "getInstance data/id: one for all",
        "getInstance data/createdAt: an hour later",
    ],
)
def test_what_rules_see_is_a_violation(name: str) -> None:
    changed = CHANGES[name].of(TRACE)
    assert changed is not None
    assert not Judge().judge(TRACE).violations
    assert Judge().judge(changed).violations
