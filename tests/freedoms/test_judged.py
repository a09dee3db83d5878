"""No freedom is a violation: a few scenarios on servers that take them many at once.

`python -m benchmarks.freedoms` runs the whole suite against such servers.
"""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.freedoms.areas import FREEDOMS
from benchmarks.freedoms.freedom import Freedom
from benchmarks.freedoms.server import process
from benchmarks.freedoms.sets import fits, sets_of
from conformance.judging.judging import Judge
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.scenarios import Scenario, Settler
from conformance.scenarios.scenario.model import Chain, Create, Discover, Run, Send, Together, Until
from conformance.target import Target, TargetConfig
from conformance.trace import Exchange
from conformance.wire.instant import SECOND
from tests.freedoms.lives import LIVES
from tests.scenarios.conftest import played_at

# Their runs take seconds: `python -m benchmarks.freedoms` has the time for them.
_SLOW = {"pauses-now-and-then", "slow-at-first", "histories-far-behind"}
_QUICK = [each for each in FREEDOMS.values() if not (each.slow or each.name in _SLOW or each.options.get("auth"))]
_SETS = sets_of(_QUICK, 30, 0)
_LARGEST = sorted(_SETS, key=len)[-4:]


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def test_each_freedom_is_taken_once_and_no_two_of_a_kind() -> None:
    taken = [each.name for taken in _SETS for each in taken]
    assert sorted(taken) == sorted(each.name for each in _QUICK)
    assert all(fits(each, [other for other in taken if other is not each]) for taken in _SETS for each in taken)


@pytest.mark.parametrize("taken", _LARGEST, ids=lambda taken: f"{len(taken)} freedoms")
def test_what_is_free_is_no_violation(taken: list[Freedom], judge: Judge) -> None:
    with process(taken, seed=0) as server:
        played = asyncio.run(played_at(server.url, *LIVES))
    for each in played:
        judgement = judge.judge(each.trace)
        assert not judgement.crashes
        assert not judgement.violations, [freedom.name for freedom in taken]


def test_an_instance_that_only_a_list_has_named_is_the_own_one_whatever_its_id() -> None:
    """Of ids that are no UUIDs each may be that of something of others, whom an event would disturb."""
    waited, stages = Run("i1", "w1", wait=True), ({"wait_event": {"event": "go"}},)
    sent = Chain((Discover("i1", "w1"), Until("i1", "waiting"), Send("i1", "go")))
    with process([FREEDOMS["counted-ids"]], seed=0) as server:
        [played] = asyncio.run(played_at(server.url, Scenario((Create("w1", stages), Together((waited, sent))))))
    assert not played.trace.notes
    answers = {each.operation: each for each in played.trace.exchanges}
    assert answers["sendEvent"].status == 204
    assert answers["runWorkflow"].data["terminated"]


def test_an_instance_whose_client_has_left_is_cancelled_in_the_end_whatever_its_id() -> None:
    left = Run("i1", "w1", wait=True, leaves=True)
    with process([FREEDOMS["counted-ids"]], seed=0) as server:
        [played] = asyncio.run(
            played_at(server.url, Scenario((Create("w1", ({"wait_event": {"event": "go"}},)), left)))
        )
    assert [each.status for each in played.trace.exchanges if each.operation == "cancelEvent"] == [204]
    assert not played.leftovers


@pytest.mark.parametrize(("taken", "least_s", "most_s"), [([], 0.0, 1.2), (["histories-far-behind"], 1.8, 9.0)])
def test_the_settle_time_is_that_of_the_view_that_is_last(taken: list[str], least_s: float, most_s: float) -> None:
    async def settle_s(url: str) -> float:
        async with Target(TargetConfig(url=url)) as target, Settler(target) as settler:
            return settler.settle_ns() / SECOND

    with process([FREEDOMS[name] for name in taken], seed=0) as server:
        assert least_s <= asyncio.run(settle_s(server.url)) < most_s


def test_a_view_that_never_shows_an_end_is_asked_by_one_control_only() -> None:
    async def controls(url: str) -> list[Exchange]:
        async with Target(TargetConfig(url=url)) as target, Settler(target) as settler:
            assert settler.settle_ns() < 1.2 * SECOND
            return [each for trace in await settler.traces_so_far() for each in trace.exchanges]

    with ReferenceProcess(ServerOptions(faults=("running-filter-ignored",))) as server:
        exchanges = asyncio.run(controls(server.url))
    _, second, *_ = (each.sent for each in exchanges if each.operation == "runWorkflow")
    running = [each.sent for each in exchanges if each.query("running") == "true"]
    assert max(running) - min(running) > SECOND
    assert max(running) < second
