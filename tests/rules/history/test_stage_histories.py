"""Which stages have a history."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.history import RULES
from tests.rules.history.histories import ACCOUNT, SEND, transaction
from tests.rules.judging import verdict
from tests.rules.timelines import HOUR, NOOP, started, wait_for, waiting


@pytest.mark.parametrize(("status", "late", "expected"), [(200, False, "upheld"), (404, True, "violated"),
                                                          (404, False, "nothing"), (401, True, "nothing")])  # fmt: skip
def test_started(status: int, late: bool, expected: str) -> None:
    t, i = started(HOUR)
    t.history(i, [(5, None)])
    if late:
        t.settled()
    t.stage_history(i, 0, status=status)
    assert verdict(RULES["stage-history.started"], t) == expected


def test_what_a_deletion_in_mid_run_leaves_of_a_stage_is_not_judged() -> None:
    t, i = started(SEND, HOUR)
    t.history(i, [(5, 6), (6, None)])
    t.get(i, [(5, 6), (6, None)])
    t.delete(next(iter(t.workflow_bodies)))
    t.settled()
    t.stage_history(i, 1, status=404)
    t.stage_history(i, 0, [transaction(done=False)])
    assert verdict(RULES["stage-history.started"], t) == "upheld"
    assert verdict(RULES["stage-history.activities"], t) == "upheld"


@pytest.mark.parametrize("number", [1, 2, 7])
@pytest.mark.parametrize(
    ("status", "expected"), [(404, "upheld"), (200, "violated"), (500, "violated"), (503, "nothing")]
)
def test_not_started(number: int, status: int, expected: str) -> None:
    t, i = waiting(wait_for("go"), NOOP)
    t.stage_history(i, number, status=status)
    assert verdict(RULES["stage-history.not-started"], t) == expected


@pytest.mark.parametrize("number", [1, 7])
def test_a_stage_that_has_not_started_is_not_found_and_not_malformed(number: int) -> None:
    t, i = waiting(wait_for("go"), NOOP)
    t.stage_history(i, number, status=404, answer={"errorCode": "VALIDATION", "errorMessage": "no such stage"})
    assert verdict(RULES["stage-history.not-started"], t) == "violated"


def test_a_stage_that_may_have_started_is_not_judged() -> None:
    t, i = waiting(wait_for("go"), NOOP)
    t.send(i, "go")
    t.stage_history(i, 1)
    assert verdict(RULES["stage-history.not-started"], t) == "nothing"


@pytest.mark.parametrize(
    ("stages", "late", "status", "expected"),
    [
        (1, True, 200, "violated"),
        (1, True, 404, "upheld"),
        (1, False, 200, "nothing"),
        (2, True, 200, "nothing"),
    ],
)
def test_what_had_not_started_when_the_instance_terminated_has_no_history(
    stages: int, late: bool, status: int, expected: str
) -> None:
    t, i = started(wait_for("go"), NOOP)
    t.cancel(i)
    t.get(i, [(5, 6), (6, 6)][:stages], ended=6, error="cancelled")
    if late:
        t.settled()
        t.get(i, [(5, 6), (6, 6)][:stages], ended=6, error="cancelled")
    t.stage_history(i, 1, status=status)
    assert verdict(RULES["stage-history.not-started"], t) == expected


def test_the_first_sight_of_the_end_may_show_the_stages_as_they_were_before() -> None:
    t, i = started(NOOP)
    t.get(i, [], ended=7)
    t.settled()
    t.stage_history(i, 0)
    assert verdict(RULES["stage-history.not-started"], t) == "nothing"


@pytest.mark.parametrize(("number", "expected"), [(1, "nothing"), (2, "violated")])
def test_a_stage_that_failed_before_it_could_start_may_have_a_history(number: int, expected: str) -> None:
    t, i = started(NOOP, HOUR, NOOP)
    t.get(i, [(5, 6)], ended=6, error="a bad duration")
    t.settled()
    t.stage_history(i, number, status=200)
    assert verdict(RULES["stage-history.not-started"], t) == expected


@pytest.mark.parametrize(
    ("stage", "waits", "expected"),
    [(NOOP, 3, "violated"), (NOOP, 0, "nothing"), ({"update": {"account": ACCOUNT}}, 3, "nothing")],
)
def test_a_stage_that_must_have_begun_has_a_history(stage: Any, waits: int, expected: str) -> None:
    t, i = started(stage)
    for _ in range(waits):
        t.settled()
    t.stage_history(i, 0, status=404)
    assert verdict(RULES["stage-history.started"], t) == expected
