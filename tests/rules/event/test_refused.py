"""`event.matching` where a matching event is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.rules.event.effects import RULES
from tests.rules.build import TraceBuilder
from tests.rules.judging import verdict
from tests.rules.timelines import started, wait_for, waiting

Case = Callable[[], TraceBuilder]


@pytest.mark.parametrize(
    ("status", "name", "rival", "expected"),
    [
        (400, "go", None, "violated"),
        (409, "go", None, "violated"),
        (404, "go", None, "nothing"),
        (429, "go", None, "nothing"),
        (500, "go", None, "nothing"),
        (400, "stop", None, "nothing"),
        (400, "go", "cancel", "nothing"),
        (400, "go", "send", "nothing"),
    ],
)
def test_an_event_that_a_stage_surely_waits_for_is_not_refused(
    status: int, name: str, rival: str | None, expected: str
) -> None:
    t, i = waiting()
    if rival == "cancel":
        t.cancel(i)
    elif rival == "send":
        t.send(i, "go")
    t.send(i, name, status=status)
    assert verdict(RULES["event.matching"], t) == expected


@pytest.mark.parametrize(
    ("rival", "expected"), [("go", "nothing"), ("stop", "violated"), ("cancel", "nothing"), ("delete", "nothing")]
)
def test_an_event_that_was_on_its_way_may_be_refused_where_another_request_came_first(
    rival: str, expected: str
) -> None:
    t, i = waiting()
    t.send(i, "go", status=400, took=20)
    at = t.now - 15
    if rival == "cancel":
        t.cancel(i, at=at)
    elif rival == "delete":
        t.delete(next(iter(t.workflow_bodies)), at=at)
    else:
        t.send(i, rival, at=at)
    assert verdict(RULES["event.matching"], t) == expected


@pytest.mark.parametrize(("ended", "expected"), [(20, "nothing"), (None, "violated")])
def test_an_event_may_be_refused_once_its_stage_was_seen_ended(ended: float | None, expected: str) -> None:
    """What ended it is another rule's concern."""
    t, i = waiting()
    t.send(i, "stop")
    t.get(i, [(5, ended)])
    t.send(i, "go", status=400)
    assert verdict(RULES["event.matching"], t) == expected


def test_an_event_may_be_refused_while_only_a_fresh_status_shows_the_stage() -> None:
    t, i = started(wait_for("go"))
    t.get(i, [(5, None)])
    t.send(i, "go", status=400)
    assert verdict(RULES["event.matching"], t) == "nothing"


def test_a_name_that_the_api_leaves_open_may_be_refused_although_a_stage_waits_for_it() -> None:
    t, i = waiting(wait_for("\0"))
    t.send(i, "\0", status=400)
    assert verdict(RULES["event.matching"], t) == "nothing"
