"""Confirming what failed: does it come back, what is the shortest way to see it, and what else does it explain."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

from conformance.configuration.settings import Settings
from conformance.confirming.credibility import in_play, may_be_chance, on_used_connections, unanswered
from conformance.confirming.findings import (
    LOST,
    TIME_RAN_OUT,
    UNPLAYABLE,
    Proof,
    shown_exchanges,
)
from conformance.confirming.reconstruction import scenario_of_exchanges
from conformance.judging.causes import Causes
from conformance.judging.judging import Judgement
from conformance.judging.pool import JudgePool
from conformance.judging.tally import Case, Tally
from conformance.judging.without_history import resting_on_history, without_history
from conformance.results.model import Replays
from conformance.rules.evidence.observation import Observation
from conformance.scenarios import Scenario, from_json
from conformance.scenarios.minimising.minimise import ReplayBudget, minimise
from conformance.trace import Trace

Play = Callable[[Sequence[Scenario], bool], Awaitable[list[Trace]]]
"""Plays scenarios at the same time and returns their traces, in the same order; whether connections are used again."""

_REPLAYS = 3
_MORE_REPLAYS = 6


@dataclass(slots=True)
class _Replay:
    """A played scenario with its judgement."""

    trace: Trace
    judgement: Judgement

    def shown(self, requirement: str) -> Observation | None:
        """The first violation of a requirement that the steps of the scenario show; None when none does."""
        violations = self.judgement.violations.get(requirement, [])
        return next((each for each in violations if in_play(self.trace, each)), None)

    def shows(self, requirement: str) -> bool:
        """Whether the steps of the scenario show a violation of a requirement."""
        return self.shown(requirement) is not None


class Confirmation:
    """Turns the violations of a tally into proofs, one per cause, within ``seconds``.

    ``lost``: the target has ended meanwhile, so what it did not answer any more proves nothing.
    """

    def __init__(self, judge: JudgePool, play: Play, settings: Settings, seconds: float, *, lost: bool = False) -> None:
        self._judge = judge
        self._play = play
        self._settings = settings
        self._end = time.monotonic() + seconds
        self._waiting = 1
        self._lost = lost
        self._causes: Causes

    @property
    def out_of_time(self) -> bool:
        """Whether the time for confirming is used up; what is left is reported as it was seen."""
        return time.monotonic() > self._end

    async def run(
        self, tally: Tally, on_proof: Callable[[Proof], None], confirmed: Collection[str] = ()
    ) -> list[Proof]:
        """The proofs of a tally's violations, but for what was ``confirmed`` before.

        What never came back and is not proven by order is left out.
        """
        proofs: list[Proof] = []
        explained = set(confirmed)
        self._causes = await self._causes_of(tally)
        ranked = sorted(tally.cases, key=self._causes.rank)
        for position, requirement in enumerate(ranked):
            if requirement in explained:
                continue
            self._waiting = sum(1 for other in ranked[position:] if other not in explained)
            proof = await self._prove(requirement, tally)
            if proof is not None:
                explained.update(proof.requirements)
                proofs.append(proof)
                on_proof(proof)
        return proofs

    async def _causes_of(self, tally: Tally) -> Causes:
        apart = {trace.id: await self._judge.judge(trace) for trace in without_history(tally)}
        return Causes(self._judge.catalogue, tally, resting_on_history(tally, apart))

    async def _prove(self, requirement: str, tally: Tally) -> Proof | None:
        cases = tally.cases[requirement]
        attempts = 0
        for case in cases[:2]:
            scenario = self._scenario(case)
            if scenario is None or self.out_of_time:
                continue
            replays, back = await self._replay(requirement, scenario)
            if back:
                return await self._shortest(requirement, scenario, replays, back, tally)
            attempts += replays
        proof = self._as_seen(requirement, cases, tally, attempts)
        if proof is None and attempts and tally.violated[requirement] == 1 and _all_chance(cases):
            # One closed connection in a run, which does not come back, is what a correct server may do.
            tally.retract(requirement)
        return proof

    def _scenario(self, case: Case) -> Scenario | None:
        played = case.trace.source == "scenario" and any(in_play(case.trace, each) for each in case.observations)
        if played and case.trace.scenario is not None:
            return from_json(case.trace.scenario)
        return scenario_of_exchanges(case.trace, case.observations[0])

    async def _replay(self, requirement: str, scenario: Scenario) -> tuple[int, list[_Replay]]:
        """How often it was played again, and the plays in which the violation came back."""
        played, back = 0, list[_Replay]()
        for attempts in (_REPLAYS, _MORE_REPLAYS):
            replays = await self._judged(requirement, [scenario] * attempts)
            played += attempts
            back += [replay for replay in replays if replay.shows(requirement)]
            if back or self.out_of_time:
                break
        return played, back

    async def _judged(self, requirement: str, scenarios: Sequence[Scenario]) -> list[_Replay]:
        traces = await self._play(scenarios, on_used_connections(requirement))
        return [_Replay(trace, await self._judge.judge(trace)) for trace in traces]

    async def _shortest(
        self, requirement: str, scenario: Scenario, played: int, back: list[_Replay], tally: Tally
    ) -> Proof:
        best = min(back, key=lambda replay: len(replay.trace.exchanges))
        before = shown_exchanges(best.trace, best.shown(requirement) or best.judgement.violations[requirement][0])

        async def fails(candidates: list[Scenario]) -> list[bool]:
            nonlocal best
            replays = await self._judged(requirement, candidates)
            failing = [replay.shows(requirement) for replay in replays]
            for replay, failed in zip(replays, failing, strict=True):
                if failed and len(replay.trace.exchanges) <= len(best.trace.exchanges):
                    best = replay
            return failing

        # The first findings must not use up what the others need: most of what waits will turn out to follow from them.
        fair = (self._end - time.monotonic()) / max(1.0, self._waiting / 3)
        seconds = max(1.0, min(self._settings.minimise_seconds, fair))
        budget = ReplayBudget(seconds=seconds, runs=self._settings.minimise_runs)
        minimal = await minimise(scenario, fails, budget)
        final = [] if self.out_of_time else await self._judged(requirement, [minimal.scenario] * _REPLAYS)
        again = [replay for replay in final if replay.shows(requirement)]
        shown = again[0] if again else best
        replays = Replays(_REPLAYS, len(again)) if again else Replays(played, len(back))
        explained = self._causes.explained_by(requirement, shown.judgement.violations)
        observation = shown.shown(requirement) or shown.judgement.violations[requirement][0]
        return Proof(
            (requirement, *explained),
            shown.trace,
            observation,
            replays,
            minimised=minimal.complete and bool(again or not final),
            seen=tally.violated[requirement],
            shortened_from=before,
        )

    def _telling(self, case: Case) -> list[Observation]:
        """The observations that prove something without having come back."""
        telling = [each for each in case.observations if not may_be_chance(case.trace, each)]
        return [each for each in telling if not (self._lost and unanswered(case.trace, each))]

    def _as_seen(self, requirement: str, cases: Sequence[Case], tally: Tally, played: int) -> Proof | None:
        """A violation that no replay showed: it stands if responses prove it, or if several traces show it.

        What may be chance stands only when it has come back, so it is left out however often it was seen.
        """
        case = next((each for each in cases if self._telling(each)), None)
        if case is None:
            return None
        telling = self._telling(case)
        proven = next((each for each in telling if each.proof != "settled"), None)
        seen = len(tally.violating_traces[requirement])
        if proven is None and seen < 2 and case.trace.source == "scenario":
            return None
        observation = proven or telling[0]
        return Proof(
            (requirement,),
            case.trace,
            observation,
            Replays(played, 0),
            seen=tally.violated[requirement],
            not_replayed=None if played else self._why_not(case),
        )

    def _why_not(self, case: Case) -> str:
        if self._lost:
            return LOST
        return UNPLAYABLE if self._scenario(case) is None else TIME_RAN_OUT


def _all_chance(cases: Sequence[Case]) -> bool:
    return all(may_be_chance(case.trace, each) for case in cases for each in case.observations)
