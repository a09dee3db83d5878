"""The gate in simulated time: servers with a knee, fast ones, and such that finish the same whatever is asked."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

import pytest

from conformance.target.pacing.run_gate import LEAST, MOST, Place, RunGate
from tests.reference.virtual_time import run_virtually

Answers = Callable[[int], float]
"""Seconds until a run is answered, by how many are in flight."""


def knee(in_flight: int) -> float:
    """As measured on a real server: more at once than four, and fewer are finished in a second."""
    measured = {1: 1.0, 2: 0.8, 3: 1.25, 4: 1.8}
    return measured[in_flight] if in_flight in measured else in_flight / 1.5 + in_flight * in_flight / 40


def wide_knee(in_flight: int) -> float:
    """Twelve workers that do not hinder each other, and a queue before them."""
    return 0.5 * float(max(1.0, in_flight / 12) ** 1.5)


def queue(in_flight: int) -> float:
    """One at a time, whatever the number in flight."""
    return 0.25 * in_flight


def fast(in_flight: int) -> float:
    return 0.004 + 0.0005 * in_flight


class Load:
    """So many clients that run one instance after another for a while."""

    def __init__(self, answers: Answers, clients: int, seconds: float, seed: int) -> None:
        self.now = 0.0
        self.gate = RunGate(lambda: self.now)
        self.answers = answers
        self.clients = clients
        self.seconds = seconds
        self.limits: list[int] = []
        self._random = random.Random(seed)

    async def play(self) -> None:
        await asyncio.gather(*(self._client() for _ in range(self.clients)))

    async def _client(self) -> None:
        while self._look() < self.seconds:
            (place,) = await self.gate.enter()
            self._look()
            pause = 2.0 if self._random.random() < 0.02 else 0.0
            await asyncio.sleep(self.answers(self.gate.in_flight) * self._random.uniform(0.8, 1.25) + pause)
            self._look()
            place.leave(answered=True)
            self.limits.append(self.gate.limit)

    def _look(self) -> float:
        self.now = asyncio.get_running_loop().time()
        return self.now


def loaded(answers: Answers, clients: int = 40, seconds: float = 300, seed: int = 1) -> Load:
    load = Load(answers, clients, seconds, seed)
    run_virtually(load.play())
    return load


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("answers", "least", "most"), [(knee, 2, 4), (wide_knee, 6, 24), (queue, 2, 4)])
def test_it_stays_near_the_knee(answers: Answers, least: int, most: int, seed: int) -> None:
    limits = loaded(answers, seed=seed).limits
    settled = limits[len(limits) // 5 :]
    near = sum(least <= limit <= most for limit in settled)
    assert near >= 0.85 * len(settled), sorted(settled)[:: len(settled) // 10]


def test_a_fast_target_is_not_held_back() -> None:
    load = loaded(fast, clients=MOST * 2, seconds=5)
    assert sum(limit >= MOST // 2 for limit in load.limits) > 0.9 * len(load.limits)


def test_a_target_that_becomes_slow_is_asked_for_less() -> None:
    def tiring(in_flight: int) -> float:
        early = asyncio.get_running_loop().time() < 20
        return fast(in_flight) if early else knee(in_flight)

    load = loaded(tiring, seconds=200)
    assert load.gate.slow
    assert load.gate.limit <= 4


def test_the_limit_does_not_move_while_nobody_reaches_it() -> None:
    assert set(loaded(knee, clients=1).limits) == {LEAST}


def test_its_share_of_time_at_the_limit() -> None:
    assert loaded(knee).gate.full_share > 0.9
    assert loaded(knee, clients=1).gate.full_share == 0.0


def test_runs_are_scarce_where_the_target_holds_back_more_than_one_in_a_second() -> None:
    def crawling(in_flight: int) -> float:
        return 2.0 * in_flight

    assert loaded(crawling).gate.scarce
    assert not loaded(crawling, clients=2, seconds=20).gate.scarce
    assert not loaded(crawling, clients=1).gate.scarce
    assert not loaded(knee).gate.scarce


def test_the_pace_of_a_slow_target_is_told_by_what_it_has_finished() -> None:
    def crawling(in_flight: int) -> float:
        return 2.0 * in_flight

    assert loaded(crawling).gate.pace == pytest.approx(0.5, abs=0.05)
    assert loaded(fast, clients=2).gate.pace == 0.0


def test_runs_that_belong_together_go_out_together_beyond_the_limit() -> None:
    async def scenario() -> None:
        gate = RunGate()
        (first,) = await gate.enter()
        places = await gate.enter(8)
        assert gate.in_flight == 9
        assert gate.wants_more
        later = asyncio.create_task(gate.enter())
        for place in places:
            place.leave()
            place.leave()
        await asyncio.sleep(0)
        assert gate.in_flight == 2
        assert await later
        first.leave()

    asyncio.run(scenario())


def test_a_run_that_has_to_be_refused_waits_for_nobody_and_tells_nothing_of_the_target() -> None:
    async def scenario() -> None:
        gate = RunGate()
        for _ in range(20):
            gate.beside().leave(answered=True)
        assert gate.typical_s == 0.0
        places = await gate.enter(LEAST)
        gate.beside().leave()
        assert gate.in_flight == LEAST
        for place in places:
            place.leave()
        assert gate.in_flight == 0
        assert gate.has_room

    asyncio.run(scenario())


def test_that_a_target_is_slow_is_known_from_its_first_answer() -> None:
    async def scenario() -> None:
        now = [0.0]
        gate = RunGate(lambda: now[0])
        (place,) = await gate.enter()
        assert not gate.slow
        now[0] = 1.5
        place.leave(answered=True)
        assert gate.slow
        assert gate.lead_s == 2 * 1.5
        (place,) = await gate.enter()
        now[0] = 4.0
        place.leave(answered=True)
        assert gate.typical_s == 2.0

    asyncio.run(scenario())


def test_urgent_runs_come_first_others_behind_a_few_and_who_gives_up_leaves_no_trace() -> None:
    async def scenario() -> None:
        gate = RunGate()
        places = await gate.enter(LEAST)
        order: list[str] = []

        async def come(name: str, behind: int | None) -> list[Place]:
            found = await gate.enter(behind=behind)
            order.append(name)
            found[0].leave()
            return found

        wanted = {"given up": None, "plain": None, "other": None, "case": 2, "control": 0}
        waiting = [asyncio.create_task(come(name, behind)) for name, behind in wanted.items()]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        for place in places:
            place.leave()
        await asyncio.wait(waiting)
        assert order == ["control", "plain", "case", "other"]
        assert gate.in_flight == 0
        assert gate.has_room

    asyncio.run(scenario())


def test_a_run_that_is_answered_at_its_end_holds_its_place_only_until_it_is_started() -> None:
    async def scenario() -> None:
        gate = RunGate()
        (place,) = await gate.enter()
        place.leave_in_time()
        await asyncio.sleep(0.01)
        assert gate.in_flight == 0
        assert gate.has_room
        place.leave()
        assert gate.in_flight == 0

    asyncio.run(scenario())


@pytest.mark.parametrize(("took_s", "slow"), [(0.01, False), (1.5, True)])
def test_only_a_slow_target_needs_a_lead_and_more_of_it_the_more_runs_there_are(took_s: float, slow: bool) -> None:
    async def scenario() -> None:
        now = 0.0
        gate = RunGate(lambda: now)
        for _ in range(4):
            (place,) = await gate.enter()
            now += took_s
            place.leave(answered=True)
        alone = gate.lead_s
        assert (alone > gate.typical_s) == slow
        places = await gate.enter(4)
        assert (gate.lead_s > 2 * alone) == slow
        for place in places:
            place.leave()

    asyncio.run(scenario())
