"""Confirming a violation: whether it comes back, the shortest way to see it, and what else it explains."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace

from conformance.configuration.settings import Settings
from conformance.confirming.credibility import may_be_chance, unanswered
from conformance.confirming.findings import COUNTED, LOST, TIME_RAN_OUT, UNPLAYABLE, Proof, shown_exchanges
from conformance.confirming.replays import REPLAYS, Attempt, JudgedReplay, Play, attempt, judged, scenario_of
from conformance.confirming.slicing import sliced
from conformance.judging.causes import Causes
from conformance.judging.pool import TraceJudge
from conformance.judging.tally import Case, Tally
from conformance.judging.without_history import resting_on_history, without_history
from conformance.results.model import Replays
from conformance.rules.evidence.observation import Observation
from conformance.scenarios import Scenario
from conformance.scenarios.minimising.minimise import ReplayBudget, minimise
from conformance.target.finishing import all_of
from conformance.trace import Trace

_SIDE_BY_SIDE = 3
_CASES = 2
_SELDOM = 2
_OTHERS = 2
# What is played at once while minimising should not take longer than this, in seconds.
_BATCH_S = 8.0


class Confirmation:
    """Turns the violations of a tally into proofs, one per cause, within ``seconds``.

    ``lost``: the target has ended meanwhile, so what it did not answer any more proves nothing.
    """

    def __init__(
        self, judge: TraceJudge, play: Play, settings: Settings, seconds: float, *, lost: bool = False
    ) -> None:
        self._judge = judge
        self._replay = play
        self._settings = settings
        self._end = time.monotonic() + seconds
        self._share = 1.0
        self._wanted: list[str] = []
        self._left = 0
        self._replays = 0
        self._later = 0
        self._lost = lost
        self._causes: Causes

    @property
    def doing(self) -> str:
        """Which requirements' violations are being replayed, up to which replay, and how many others wait."""
        return f"{' and '.join(self._wanted)}, replay {self._replays}, {self._left} more rules to look at"

    def _play(self, scenarios: Sequence[Scenario], reuse: bool) -> Awaitable[list[Trace]]:
        self._replays += len(scenarios)
        return self._replay(scenarios, reuse)

    @property
    def out_of_time(self) -> bool:
        """Whether the time for confirming is used up; what is left is reported as it was seen."""
        return time.monotonic() > self._end

    async def run(
        self, tally: Tally, on_proof: Callable[[Proof], None], confirmed: Collection[str] = ()
    ) -> list[Proof]:
        """The proofs of a tally's violations, but for what was ``confirmed`` before; independent causes side by side.

        What never came back and is not proven by order is left out.
        """
        proofs: list[Proof] = []
        told = set(confirmed)
        self._causes = await self._causes_of(tally)
        ranked = sorted(tally.cases, key=self._causes.rank)
        while waiting := [each for each in ranked if each not in told]:
            wave = self._wave(waiting)
            self._wanted, self._left, self._replays = wave, len(waiting) - len(wave), 0
            # The first ones must not use up what the others need: most of what waits will turn out to follow from them.
            self._share = min(1.0, 3 * len(wave) / len(waiting))
            self._later = self._waves_after(wave, waiting)
            found = await all_of(self._prove(requirement, tally) for requirement in wave)
            for requirement, seen in zip(wave, found, strict=True):
                explained = requirement in told
                told.add(requirement)
                if seen is not None and not explained:
                    lead, *rest = seen.requirements
                    follow = (each for each in rest if each not in told or each == requirement)
                    proof = replace(seen, requirements=(lead, *follow))
                    told.update(proof.requirements)
                    proofs.append(proof)
                    on_proof(proof)
        return proofs

    def _wave(self, waiting: Sequence[str]) -> list[str]:
        """The first cause that waits, and others that cannot turn out to follow from one of the wave."""
        wave = [waiting[0]]
        follow = set(self._causes.explained_by(waiting[0], ()))
        for other in waiting[1:]:
            if len(wave) == _SIDE_BY_SIDE:
                break
            if other not in follow and not any(self._causes.may_follow(cause, other) for cause in wave):
                wave.append(other)
                follow |= set(self._causes.explained_by(other, ()))
        return wave

    def _waves_after(self, wave: Sequence[str], waiting: Sequence[str]) -> int:
        """How many waves what is left may still need, as far as is known without replays."""
        follow = {other for cause in wave for other in self._causes.explained_by(cause, ())}
        return math.ceil(len(set(waiting) - follow - set(wave)) / _SIDE_BY_SIDE)

    def _seconds_to_minimise(self, replay_s: float) -> float:
        """As long as may be, with time enough left to replay the minimal scenario, and what waits, at least once."""
        left = self._end - time.monotonic() - replay_s * (1 + self._later)
        return min(self._settings.minimise_seconds, left * self._share)

    async def _causes_of(self, tally: Tally) -> Causes:
        apart = {trace.id: await self._judge.judge(trace) for trace in without_history(tally)}
        return Causes(self._judge.catalogue, tally, resting_on_history(tally, apart))

    async def _prove(self, requirement: str, tally: Tally) -> Proof | None:
        cases = tally.cases[requirement]
        counted = [case for case in cases if _is_counted(case)]
        if counted:
            # It needs no replay, and each would wait as long as the timeout for answers that do not come.
            return self._as_seen(requirement, counted, tally, 0)
        tried = await self._attempt(requirement, tally)
        if tried.scenario is not None:
            return await self._shortest(requirement, tried.scenario, tried, tally)
        # What another one shows of the same cause may come back more easily.
        others = self._causes.explained_by(requirement, ()) if tried.played and not _all_chance(cases) else []
        for other in others[:_OTHERS]:
            through = await self._attempt(other, tally)
            if through.scenario is not None:
                shown = await self._shortest(other, through.scenario, through, tally)
                rest = [each for each in shown.requirements[1:] if each != requirement]
                return replace(shown, requirements=(other, requirement, *rest))
        proof = self._as_seen(requirement, cases, tally, tried.played)
        if proof is None and tried.played and tally.violated[requirement] <= _SELDOM and _all_chance(cases):
            # Now and then the same request is lost by chance several times in a row.
            tally.retract(requirement)
        return proof

    async def _attempt(self, requirement: str, tally: Tally) -> Attempt:
        cases = tally.cases[requirement][:_CASES]
        return await attempt(self._judge, self._play, requirement, cases, lambda: self.out_of_time)

    async def _shortest(self, requirement: str, scenario: Scenario, tried: Attempt, tally: Tally) -> Proof:
        best = min(tried.back, key=lambda replay: len(replay.trace.exchanges))
        case = tally.cases[requirement][0]
        before = max(_needed(best, requirement), shown_exchanges(case.trace, case.observations[0]))

        async def fails(candidates: list[Scenario]) -> list[bool]:
            nonlocal best
            replays = await judged(self._judge, self._play, requirement, candidates)
            failing = [replay.shows(requirement) for replay in replays]
            for replay, failed in zip(replays, failing, strict=True):
                if failed and len(replay.trace.exchanges) <= len(best.trace.exchanges):
                    best = replay
            return failing

        seconds = self._seconds_to_minimise(tried.seconds)
        at_once = round(_BATCH_S * REPLAYS / max(tried.seconds, 0.1))
        budget = ReplayBudget(seconds=seconds, runs=self._settings.minimise_runs, at_once=at_once)
        minimal = await minimise(scenario, fails, budget)
        again = [minimal.scenario] * (REPLAYS if seconds > 0 and not self.out_of_time else 0)
        final = await judged(self._judge, self._play, requirement, again) if again else []
        back = [replay for replay in final if replay.shows(requirement)]
        shown = back[0] if back else best
        return Proof(
            (requirement, *self._causes.explained_by(requirement, shown.judgement.violations)),
            shown.trace,
            _shown(shown, requirement),
            Replays(REPLAYS, len(back)) if back else Replays(tried.played, len(tried.back)),
            minimised=minimal.complete and bool(back or not final),
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
            (requirement, *self._causes.explained_by(requirement, ())),
            sliced(case.trace, observation),
            observation,
            Replays(played, 0),
            seen=tally.violated[requirement],
            not_replayed=None if played else self._why_not(case),
            shortened_from=shown_exchanges(case.trace, observation),
        )

    def _why_not(self, case: Case) -> str:
        if self._lost:
            return LOST
        if _is_counted(case):
            return COUNTED
        return UNPLAYABLE if scenario_of(case) is None else TIME_RAN_OUT


def _is_counted(case: Case) -> bool:
    return any(each.proof == "counted" for each in case.observations)


def _shown(replay: JudgedReplay, requirement: str) -> Observation:
    return replay.shown(requirement) or replay.judgement.violations[requirement][0]


def _needed(replay: JudgedReplay, requirement: str) -> int:
    return shown_exchanges(replay.trace, _shown(replay, requirement))


def _all_chance(cases: Sequence[Case]) -> bool:
    return all(may_be_chance(case.trace, each) for case in cases for each in case.observations)
