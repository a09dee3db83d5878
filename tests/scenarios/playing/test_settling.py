from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.scenarios import Settler
from conformance.scenarios.playing.control_round import ControlRound
from conformance.scenarios.playing.settling import latest_start
from conformance.target import LoopLag, Target, TargetConfig
from conformance.trace import Trace
from conformance.wire.instant import SECOND

Use = Callable[[Target, Settler], Awaitable[None]]


def with_settler(url: str, use: Use) -> tuple[int, list[Trace]]:
    """The runs that the settler cost, and its traces."""

    async def main() -> tuple[int, list[Trace]]:
        async with Target(TargetConfig(url=url)) as target, LoopLag() as lag:
            async with Settler(target, lag) as settler:
                await use(target, settler)
            return target.runs, settler.take_traces()

    return asyncio.run(main())


async def nothing(_: Target, settler: Settler) -> None:
    assert settler.settle_ns() >= 2 * settler.control_ns() > 0


def test_the_warm_up_makes_the_settle_time_known(url: str) -> None:
    runs, traces = with_settler(url, nothing)
    assert runs == 4
    (trace,) = traces
    assert trace.source == "control"
    assert trace.exchanges[0].operation == "createWorkflow"
    listed, deleted = trace.exchanges[-2:]
    assert (listed.operation, deleted.operation) == ("listInstances", "deleteWorkflow")
    assert len(listed.data) == 4
    assert trace.settling is not None
    assert len(trace.settling.controls) == 4
    assert all(control.finished is not None for control in trace.settling.controls)


def test_waiting_ends_when_the_effect_is_due_and_not_before(url: str) -> None:
    async def use(target: Target, settler: Settler) -> None:
        while target.runs < 6:
            cause = time.monotonic_ns()
            await settler.wait(cause)
            now = time.monotonic_ns()
            due = settler.settling().settled_at(cause)
            assert due is not None
            assert any(cause < control.started for control in settler.settling().controls)
            assert due - settler.settling().lag <= now

    with_settler(url, use)


def test_a_warm_up_of_which_every_answer_is_late_is_no_failure(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(_: Target, settler: Settler) -> None:
        assert not settler.settling().controls
        monkeypatch.undo()
        await settler.wait(time.monotonic_ns())

    monkeypatch.setattr(ControlRound, "timed_out_since", lambda *_: True)
    with_settler(url, use)


def test_causes_that_wait_together_share_controls(url: str) -> None:
    async def use(target: Target, settler: Settler) -> None:
        before = target.runs
        cause = time.monotonic_ns()
        await asyncio.gather(*(settler.wait(cause) for _ in range(50)))
        assert target.runs - before <= 3

    with_settler(url, use)


def test_a_cause_that_is_settled_costs_nothing(url: str) -> None:
    async def use(target: Target, settler: Settler) -> None:
        cause = time.monotonic_ns()
        await settler.wait(cause)
        before = target.runs
        await settler.wait(cause)
        assert target.runs == before

    with_settler(url, use)


def test_a_control_starts_late_enough_for_what_comes_meanwhile_and_delays_nobody() -> None:
    assert latest_start(1000, settle=500, control=100) == 1350
    assert latest_start(1000, settle=100, control=100) == 1000


def test_the_controls_of_a_span_are_those_near_it(url: str) -> None:
    async def use(_: Target, settler: Settler) -> None:
        now = time.monotonic_ns()
        assert len(settler.settling(now, now).controls) == 4
        far = now + 10**12
        assert settler.settling(far, far).controls == ()

    with_settler(url, use)


def test_a_target_that_creates_nothing_counts_as_never_settling() -> None:
    async def use(_: Target, settler: Settler) -> None:
        cause = time.monotonic_ns()
        settling = settler.settling()
        assert [control.finished for control in settling.controls] == [None]
        assert settling.settled_at(cause) == cause + settling.patience

    with ReferenceProcess(ServerOptions(auth=True)) as server:
        with_settler(server.url, use)


def test_a_cancellation_that_comes_with_the_event_waited_for_is_not_lost(url: str) -> None:
    async def use(_: Target, settler: Settler) -> None:
        waiting = asyncio.create_task(settler.wait(time.monotonic_ns()))
        # Nothing tells that somebody waits.
        while not settler._finished._waiters:  # noqa: ASYNC110
            await asyncio.sleep(0)
        settler._finished.set()
        waiting.cancel()
        await asyncio.wait({waiting})
        assert waiting.cancelled()

    with_settler(url, use)


def test_the_traces_of_controls_are_to_be_had_before_the_end_each_once(url: str) -> None:
    early: list[Trace] = []

    async def use(_: Target, settler: Settler) -> None:
        early.extend(await settler.traces_so_far())
        assert await settler.traces_so_far() == []
        await settler.wait(time.monotonic_ns())

    _, late = with_settler(url, use)
    runs = [sum(each.operation == "runWorkflow" for each in trace.exchanges) for trace in (*early, *late)]
    assert len(early) == len(late) == 1
    assert runs[0] == 4
    assert runs[1] >= 1
    assert early[0].id != late[0].id


def test_the_warm_up_of_a_slow_target_leaves_the_time_to_scenarios(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(_: Target, settler: Settler) -> None:
        assert len(settler.settling().controls) == 3

    monkeypatch.setattr(Settler, "control_ns", lambda _: 2 * SECOND)
    with_settler(url, use)


@pytest.mark.parametrize(("held_back", "settle_times"), [(True, 3), (False, 1)])
def test_a_control_beyond_the_share_comes_once_they_are_rare(
    url: str, monkeypatch: pytest.MonkeyPatch, held_back: bool, settle_times: int
) -> None:
    async def use(target: Target, settler: Settler) -> None:
        assert settler._affordable()
        settler._begun = 1000
        places = await target.gate.enter(target.gate.limit if held_back else 1)
        monkeypatch.setattr(settler, "settle_ns", lambda: 3600 * SECOND)
        for passed in (settle_times - 0.5, settle_times + 0.5):
            settler._started = time.monotonic_ns() - int(passed * 3600 * SECOND)
            assert settler._affordable() is (passed > settle_times)
        for place in places:
            place.leave()

    with_settler(url, use)


def test_a_control_goes_beyond_the_limit_where_the_runs_in_flight_are_held(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(target: Target, settler: Settler) -> None:
        held = await target.gate.enter(target.gate.limit)
        cause = time.monotonic_ns()
        # Nobody gives a place back: without a way around the gate this never ends.
        await settler.wait(cause)
        assert all(place.taken for place in held)
        assert any(control.started > cause for control in settler.settling().controls)

    monkeypatch.setattr("conformance.scenarios.playing.control_round._LEAST_HELD_S", 0.01)
    with_settler(url, use)
