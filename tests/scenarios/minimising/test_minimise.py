from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import pytest

from conformance.scenarios import Scenario
from conformance.scenarios.minimising.minimise import Minimised, ReplayBudget, minimise
from conformance.scenarios.plan import draw
from conformance.scenarios.scenario.model import Cancel, Chain, Create, Read, Run, Send, Step, Together
from conformance.scenarios.strategies import THEMES


def cancelled_after_run(scenario: Scenario) -> bool:
    """A server on which every cancellation is swallowed."""
    steps = list(scenario.leaves())
    runs = {step.ref: at for at, step in enumerate(steps) if isinstance(step, Run)}
    return any(isinstance(step, Cancel) and at > runs.get(step.instance, at) for at, step in enumerate(steps))


def search(scenario: Scenario, fails: Callable[[Scenario], bool], budget: ReplayBudget | None = None) -> Minimised:
    async def judge(batch: list[Scenario]) -> list[bool]:
        return [fails(each) for each in batch]

    return asyncio.run(minimise(scenario, judge, budget, clock=lambda: 0.0))


def test_a_swallowed_cancellation_becomes_create_run_cancel_read() -> None:
    for theme in ("cancel-while-waiting", "cancel-twice", "cancel-one-of-two", "cancel-storm"):
        for scenario in draw([THEMES[theme]], 3, seed=11):
            found = search(scenario, cancelled_after_run)
            assert [type(step) for step in found.scenario.steps] == [Create, Run, Cancel, Read]
            assert found.runs <= 120


def test_what_needs_concurrency_keeps_it() -> None:
    def fails(scenario: Scenario) -> bool:
        groups = [step.steps for step in scenario.steps if isinstance(step, Together)]
        return any(sum(isinstance(step, Send) for step in lanes) >= 2 for lanes in groups)

    for scenario in draw([THEMES["burst-together"]], 3, seed=2):
        found = search(scenario, fails)
        lanes = next(step.steps for step in found.scenario.steps if isinstance(step, Together))
        assert [type(lane) for lane in lanes] == [Send, Send]


def test_the_runs_spent_never_exceed_the_budget() -> None:
    scenario = draw([THEMES["free"]], 6, seed=4)[-1]
    played: list[int] = []

    def fails(candidate: Scenario) -> bool:
        played.append(candidate.runs)
        return False

    found = search(scenario, fails, ReplayBudget(runs=7))
    assert sum(played) == found.runs <= 7
    assert found.complete is False


def test_the_time_is_kept_between_batches() -> None:
    scenario = draw([THEMES["cancel-with-events"]], 2, seed=4)[-1]
    ticks = itertools.count(step=20.0)

    async def judge(batch: list[Scenario]) -> list[bool]:
        return [False] * len(batch)

    found = asyncio.run(minimise(scenario, judge, ReplayBudget(seconds=30), clock=lambda: next(ticks)))
    assert found.rounds == 1
    assert found.scenario.steps[: len(scenario.steps)] == scenario.steps


@pytest.mark.parametrize(("batch_s", "rounds"), [(61.0, 0), (60.0, 1), (1.0, 1)])
def test_no_batch_is_begun_that_would_take_twice_the_time_left(batch_s: float, rounds: int) -> None:
    scenario = draw([THEMES["cancel-with-events"]], 2, seed=4)[-1]
    now = 0.0

    async def judge(batch: list[Scenario]) -> list[bool]:
        nonlocal now
        now += 20.5
        return [False] * len(batch)

    budget = ReplayBudget(seconds=30, batch_s=batch_s)
    assert asyncio.run(minimise(scenario, judge, budget, clock=lambda: now)).rounds == rounds


def test_the_search_is_deterministic() -> None:
    scenario = draw([THEMES["event-and-cancel"]], 4, seed=8)[-1]
    assert search(scenario, cancelled_after_run) == search(scenario, cancelled_after_run)


def test_a_scenario_that_cannot_be_simpler_stays() -> None:
    steps: tuple[Step, ...] = (Create("w1", ()), Run("i1", "w1"), Cancel("i1"), Read("i1"))
    found = search(Scenario(steps), lambda candidate: len(candidate.steps) == 4 and cancelled_after_run(candidate))
    assert found == Minimised(Scenario(steps), found.rounds, found.candidates, found.runs, complete=True)


def test_a_chain_outside_any_group_is_unfolded() -> None:
    steps: tuple[Step, ...] = (Chain((Create("w1", ({"noop": {}},)), Run("i1", "w1"))), Cancel("i1"))
    found = search(Scenario(steps), cancelled_after_run)
    assert [type(step) for step in found.scenario.steps] == [Create, Run, Cancel, Read]


def test_what_keeps_the_kind_of_step_that_showed_the_failure_is_tried_first() -> None:
    steps = (Create("w1", ({"noop": {}},)), Run("i1", "w1"), Send("i1", "a"), Send("i1", "b"), Read("i1"))
    tried: list[bool] = []

    async def judge(batch: list[Scenario]) -> list[bool]:
        tried.extend(any(isinstance(step, Read) for step in each.leaves()) for each in batch)
        return [False] * len(batch)

    budget = ReplayBudget(runs=4, at_once=4)
    asyncio.run(minimise(Scenario(steps, "made-up"), judge, budget, shown_by=[Read], clock=lambda: 0.0))
    assert tried == sorted(tried, reverse=True)
    assert any(tried)


def test_what_was_needless_each_by_itself_is_left_out_at_once() -> None:
    """Creations of which only the third matters, and two at least have to stay: halves show nothing."""
    needed = Create("w3", ({"noop": {}},))
    scenario = Scenario((*(Create(f"w{number}", ()) for number in range(3)), needed, Create("w4", ())))
    batches = list[list[Scenario]]()

    async def judge(batch: list[Scenario]) -> list[bool]:
        batches.append(batch)
        return [(needed in each.steps and len(each.steps) >= 4) or each.steps == (needed,) for each in batch]

    found = asyncio.run(minimise(scenario, judge, clock=lambda: 0.0))
    assert batches[1][0].steps == (needed,)
    assert found.scenario.steps[0] == needed


def test_where_batches_take_long_each_has_parts_to_be_left_out_together() -> None:
    """Of many events three matter, so that the bold candidates, which leave out most, show nothing."""
    sends = tuple(Send("i1", f"e{number}") for number in range(14))
    scenario = Scenario((Create("w1", ({"noop": {}},)), Run("i1", "w1"), *sends))
    needed = {sends[1], sends[7], sends[13]}
    batches = list[list[Scenario]]()

    async def judge(batch: list[Scenario]) -> list[bool]:
        batches.append(batch)
        return [needed <= {step for step in each.steps if isinstance(step, Send)} for each in batch]

    budget = ReplayBudget(at_once=12, least=12, batch_s=20.0)
    asyncio.run(minimise(scenario, judge, budget, clock=lambda: 0.0))
    assert batches[1][0].steps == (*scenario.steps[:2], *sends[:2], *sends[6:8], *sends[12:])
