"""Replays while a slow target is still explored: a few runs then are worth more than many that nobody has time for."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from conformance.confirming.proving.as_seen import is_counted
from conformance.confirming.proving.turns import Turns
from conformance.confirming.replays import Attempt, Play, attempt, judged
from conformance.contract.errors import UserError
from conformance.judging.counterfactuals.put_right import causes_of
from conformance.judging.pool import TraceJudge
from conformance.judging.tally import Case, Tally
from conformance.scenarios import Scenario
from conformance.scenarios.minimising.minimise import ReplayBudget, minimise
from conformance.scenarios.minimising.shrinking import cost
from conformance.target.finishing import cancel

_AT_ONCE = 2
# What shortening one violation may cost while exploring goes on: runWorkflow requests, seconds, and rounds.
_RUNS, _SECONDS, _ROUNDS = 16, 120.0, 3


class EarlyReplays:
    """Whether violations of a tally come back, and in which shorter scenario, once each.

    Nothing is told here: `Confirmation` asks for what has come back. ``affordable``: whether replays may ask for runs
    now. ``out_of_time``: whether nothing is replayed any more at all.
    """

    def __init__(
        self, judge: TraceJudge, play: Play, affordable: Callable[[], bool], out_of_time: Callable[[], bool]
    ) -> None:
        self._judge = judge
        self._play = play
        self._affordable = affordable
        self._out_of_time = out_of_time
        self._open = True
        self._known = frozenset[str]()
        self._turns: Turns | None = None
        self._tried: dict[str, asyncio.Task[Attempt]] = {}

    @property
    def under_way(self) -> tuple[str, ...]:
        """The requirements whose violations are being replayed."""
        return tuple(self._turns.under_way) if self._turns is not None else ()

    async def look(self, tally: Tally) -> None:
        """Begin to replay what has been seen and does not follow from what is being replayed."""
        if tally.cases.keys() - self._known:
            self._known = frozenset(tally.cases)
            try:
                await self._take_note(tally)
            except Exception as error:
                # Exploring goes on, and confirming sees the same.
                tally.errors.append(f"causes could not be told apart: {type(error).__name__}: {error}")
                return
        while self._turns is not None and len(self._turns.under_way) < _AT_ONCE and self._affordable():
            requirement = self._turns.begin()
            if requirement is None:
                return
            if requirement in tally.cases:
                cases = tuple(tally.cases[requirement])
                self._tried[requirement] = asyncio.create_task(self._try(requirement, cases, self._turns, tally))

    async def _take_note(self, tally: Tally) -> None:
        causes = await causes_of(tally, self._judge)
        if self._turns is None:
            self._turns = Turns(causes, set(), _AT_ONCE)
        else:
            self._turns.renew(causes)

    def end(self) -> None:
        """Begin nothing more, and shorten nothing more; what is being replayed comes to its end."""
        self._open = False

    async def of(self, requirement: str) -> Attempt | None:
        """What came of replaying a violation of a requirement, once it is known; None where nothing came back."""
        task = self._tried.get(requirement)
        tried = await task if task is not None else None
        return tried if tried is not None and tried.scenario is not None else None

    async def close(self) -> None:
        """Cut off what nobody waits for."""
        await cancel(self._tried.values())

    @property
    def _going_on(self) -> bool:
        return self._open and not self._out_of_time()

    async def _try(self, requirement: str, cases: Sequence[Case], turns: Turns, tally: Tally) -> Attempt:
        """What replaying comes to; an error of the suite itself takes nothing along that was measured."""
        try:
            if any(is_counted(case) for case in cases):
                return Attempt(None, 0)
            tried = await attempt(
                self._judge, self._play, requirement, cases, lambda: not self._going_on, scarce=True, room=lambda: 0
            )
            if tried.scenario is None:
                return tried
            turns.shown_by(requirement, tried.back)
            return await self._shorter(requirement, tried, tried.scenario)
        except UserError:
            # It meets everything else that is asked of the target as well, where it is told.
            return Attempt(None, 0)
        except Exception as error:
            tally.errors.append(f"{requirement} could not be replayed early: {type(error).__name__}: {error}")
            return Attempt(None, 0)
        finally:
            turns.end(requirement)

    async def _shorter(self, requirement: str, tried: Attempt, scenario: Scenario) -> Attempt:
        """What came back, shortened for as long as exploring goes on and runs can be spared."""
        if not (self._going_on and self._affordable()):
            return tried
        best, shortest, rounds = tried.back[0], scenario, 0

        async def fails(candidates: list[Scenario]) -> list[bool]:
            nonlocal best, shortest, rounds
            rounds += 1
            replays = await judged(self._judge, self._play, requirement, candidates)
            failing = [replay.shows(requirement) for replay in replays]
            for candidate, replay, failed in zip(candidates, replays, failing, strict=True):
                if failed and cost(candidate) < cost(shortest):
                    best, shortest = replay, candidate
            return failing

        def clock() -> float:
            # After the end of exploring no time is left, which nobody knows before; and others want their turn.
            going_on = self._going_on and self._affordable() and rounds < _ROUNDS
            return time.monotonic() if going_on else math.inf

        budget = ReplayBudget(seconds=_SECONDS, runs=_RUNS, at_once=0, batch_s=tried.seconds)
        await minimise(scenario, fails, budget, shown_by=best.kinds_shown(requirement, scenario), clock=clock)
        return replace(tried, scenario=shortest, back=[best]) if shortest is not scenario else tried
