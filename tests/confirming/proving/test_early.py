"""What is replayed while a slow target is still explored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from conformance.configuration.settings import Settings
from conformance.confirming.proving.conditions import Conditions
from conformance.confirming.proving.confirmation import Confirmation
from conformance.confirming.proving.early import EarlyReplays
from conformance.confirming.replays import Attempt
from conformance.contract.errors import UserError
from conformance.judging.tally import Tally
from conformance.results.model import Replays
from conformance.scenarios import Scenario
from conformance.trace import Trace
from tests.confirming.confirm import SCENARIO, JudgePool, traced

ECHO = "workflow.create-echo"
POOL: Any = JudgePool()


class Target:
    """Plays scenarios on a server that drops the names of workflows, or does not: ``dropping``."""

    def __init__(self, dropping: bool = True) -> None:
        self.dropping = dropping
        self.played: list[Scenario] = []
        self.affordable = True
        self.over = False

    async def play(self, scenarios: Sequence[Scenario], _: bool) -> list[Trace]:
        self.played += scenarios
        return [traced(each, self.dropping, len(self.played)) for each in scenarios]

    @property
    def early(self) -> EarlyReplays:
        return EarlyReplays(POOL, self.play, lambda: self.affordable, lambda: self.over)


async def seen() -> Tally:
    tally = Tally()
    trace = traced(SCENARIO, dropped=True)
    tally.add(trace, await POOL.judge(trace))
    return tally


async def tried(early: EarlyReplays, tally: Tally) -> Attempt | None:
    await early.look(tally)
    return await early.of(ECHO)


def errors_of(early: EarlyReplays) -> list[str]:
    """What the suite says of its own errors where nothing comes back."""

    async def whole() -> list[str]:
        tally = await seen()
        assert await tried(early, tally) is None
        return tally.errors

    return asyncio.run(whole())


def test_what_was_seen_comes_back_in_a_shorter_scenario() -> None:
    async def whole() -> Attempt | None:
        return await tried(Target().early, await seen())

    found = asyncio.run(whole())
    assert found is not None
    assert found.scenario is not None
    assert len(found.scenario.steps) < len(SCENARIO.steps)
    assert found.back[0].shows(ECHO)


def test_confirming_begins_with_what_came_back() -> None:
    target = Target()

    async def whole() -> tuple[int, Replays]:
        tally, early = await seen(), target.early
        await tried(early, tally)
        before = len(target.played)
        confirmation = Confirmation(POOL, target.play, Settings(minimise_runs=-1), 60.0, Conditions(pace=1.0), early)
        (proof,) = await confirmation.run(tally, lambda _: None)
        return len(target.played) - before, proof.replays

    # It was played once; as often as that of any other finding it is played in the end.
    assert asyncio.run(whole()) == (3, Replays(3, 3))


def test_what_comes_back_once_only_says_so() -> None:
    target = Target()

    async def whole() -> Replays:
        tally, early = await seen(), target.early
        await tried(early, tally)
        target.dropping = False
        confirmation = Confirmation(POOL, target.play, Settings(minimise_runs=-1), 60.0, Conditions(pace=1.0), early)
        (proof,) = await confirmation.run(tally, lambda _: None)
        return proof.replays

    assert asyncio.run(whole()) == Replays(4, 1)


def test_what_did_not_come_back_is_tried_again_by_confirming() -> None:
    async def whole() -> Attempt | None:
        return await tried(Target(dropping=False).early, await seen())

    assert asyncio.run(whole()) is None


@pytest.mark.parametrize("how", ["affordable", "over", "ended"])
def test_nothing_is_replayed_that_nobody_has_time_or_runs_for(how: str) -> None:
    target = Target()
    target.affordable, target.over = how != "affordable", how == "over"

    async def whole() -> Attempt | None:
        early = target.early
        if how == "ended":
            early.end()
        return await tried(early, await seen())

    assert asyncio.run(whole()) is None
    assert target.played == []


def test_once_exploring_has_ended_nothing_is_shortened() -> None:
    target = Target()

    async def whole() -> Attempt | None:
        early = target.early

        async def play(scenarios: Sequence[Scenario], reuse: bool) -> list[Trace]:
            early.end()
            return await target.play(scenarios, reuse)

        early = EarlyReplays(POOL, play, lambda: True, lambda: False)
        return await tried(early, await seen())

    found = asyncio.run(whole())
    assert found is not None
    assert found.scenario is not None
    assert target.played == [found.scenario]


def test_each_requirement_is_tried_once() -> None:
    target = Target()

    async def whole() -> None:
        early, tally = target.early, await seen()
        await tried(early, tally)
        before = len(target.played)
        await tried(early, tally)
        assert len(target.played) == before

    asyncio.run(whole())


def test_what_the_suite_got_wrong_is_told() -> None:
    async def play(_: Sequence[Scenario], __: bool) -> list[Trace]:
        raise ValueError("a mistake")

    assert errors_of(EarlyReplays(POOL, play, lambda: True, lambda: False)) == [
        f"{ECHO} could not be replayed early: ValueError: a mistake"
    ]


def test_exploring_goes_on_where_causes_cannot_be_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("a mistake")

    monkeypatch.setattr("conformance.confirming.proving.early.causes_of", broken)
    assert errors_of(Target().early) == ["causes could not be told apart: ValueError: a mistake"]


def test_a_target_that_cannot_be_used_is_told_of_elsewhere() -> None:
    async def play(_: Sequence[Scenario], __: bool) -> list[Trace]:
        raise UserError("it is gone")

    assert errors_of(EarlyReplays(POOL, play, lambda: True, lambda: False)) == []


def test_nothing_goes_on_once_it_is_closed() -> None:
    ended = list[bool]()

    async def whole() -> None:
        begun = asyncio.Event()

        async def play(_: Sequence[Scenario], __: bool) -> list[Trace]:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(True)
            return []

        early = EarlyReplays(POOL, play, lambda: True, lambda: False)
        await early.look(await seen())
        await begun.wait()
        await early.close()

    asyncio.run(whole())
    assert ended == [True]
