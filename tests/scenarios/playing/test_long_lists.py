"""Lists of every instance there is: a few long ones are enough."""

from __future__ import annotations

import pytest

from conformance.scenarios.playing.long_lists import LongLists
from conformance.scenarios.scenario.model import ListInstances, ListWorkflows, Step
from conformance.trace import Exchange, Request, Response

LONG, SHORT = 2 << 20, 1000


def asked(step: Step, size: int, times: int) -> LongLists:
    lists = LongLists()
    request = Request("GET", "http://server/instances", "/instances")
    for _ in range(times):
        lists.learn(step, Exchange(0, request, 0, 1, Response(200, (), b"x" * size), operation="listInstances"))
    return lists


@pytest.mark.parametrize("running", [None, True])
def test_long_lists_of_all_instances_end_after_a_few(running: bool | None) -> None:
    step = ListInstances(running=running)
    assert not asked(step, LONG, 7).enough(step)
    assert asked(step, LONG, 8).enough(step)
    assert not asked(step, LONG, 8).enough(ListInstances(running=True if running is None else None))


def test_short_ones_and_those_of_one_workflow_go_on() -> None:
    assert not asked(ListInstances(), SHORT, 100).enough(ListInstances())
    assert not asked(ListInstances("w1"), LONG, 100).enough(ListInstances("w1"))
    assert not asked(ListInstances(), LONG, 100).enough(ListInstances("w1"))
    assert not asked(ListInstances(), LONG, 100).enough(ListWorkflows())


def test_a_list_that_failed_is_none() -> None:
    lists, step = LongLists(), ListInstances()
    for _ in range(9):
        lists.learn(step, Exchange(0, Request("GET", "http://server/instances", "/instances"), 0, 1, None))
    assert not lists.enough(step)
