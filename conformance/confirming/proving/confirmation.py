"""Confirming a violation: whether it comes back, the shortest way to see it, and what else it explains."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from dataclasses import replace
from typing import Any

from conformance.configuration.settings import Settings
from conformance.confirming.credibility import all_chance
from conformance.confirming.findings import Proof, shown_exchanges
from conformance.confirming.proving.as_seen import as_seen, is_counted
from conformance.confirming.proving.conditions import USUAL, Conditions
from conformance.confirming.proving.early import EarlyReplays
from conformance.confirming.proving.left_out import LeftOut
from conformance.confirming.proving.telling import Found, Telling
from conformance.confirming.proving.turns import Turns
from conformance.confirming.replays import REPLAYS, Attempt, JudgedReplay, Play, attempt, conclusive, judged
from conformance.contract.errors import UserError
from conformance.judging.causes import Causes
from conformance.judging.counterfactuals.put_right import causes_of
from conformance.judging.pool import TraceJudge
from conformance.judging.tally import Case, Tally
from conformance.results.model import Replays
from conformance.scenarios import Scenario
from conformance.scenarios.minimising.minimise import Minimised, ReplayBudget, minimise
from conformance.target.finishing import in_turn
from conformance.trace import Trace

# On a slow target replays mostly wait; how many runs are in flight is the gate's matter.
_AT_ONCE, _WAITING_AT_ONCE = 3, 6
_SELDOM = 2
_OTHERS = 2
# What is played at once while minimising should not take longer than this, in seconds.
_BATCH_S = 8.0
# Minimising may take so many replays one after another, where these take long.
_ROUNDS = 3


class Confirmation:
    """Turns the violations of a tally into proofs, one per cause, within ``seconds``.

    ``conditions`` are those of the target; ``early`` is what was replayed before.
    """

    def __init__(
        self,
        judge: TraceJudge,
        play: Play,
        settings: Settings,
        seconds: float,
        conditions: Conditions = USUAL,
        early: EarlyReplays | None = None,
    ) -> None:
        self._judge = judge
        self._replay = play
        self._settings = settings
        self._ends = time.monotonic() + seconds
        self._replays = self._playing = 0
        self._conditions = conditions
        self._scarce, self._pace = conditions.scarce, conditions.pace
        self._early = early
        self._at_once = _WAITING_AT_ONCE if conditions.pace else _AT_ONCE
        self._causes: Causes
        self._known = frozenset[str]()
        self._begun = False
        self._telling: Telling
        self._turns: Turns

    @property
    def doing(self) -> str:
        """Which requirements' violations are replayed, how often so far, how many others wait, and how long at most.

        "" while nothing is.
        """
        if not self._begun or not self._turns.under_way:
            return ""
        left, seconds = len(self._turns.waiting), max(0.0, self._ends - time.monotonic())
        waiting = f", {left} more to look at" if left else ""
        names = " and ".join(self._turns.under_way)
        played = f"replay {self._replays} ({self._playing} under way)"
        return f"{names}, {played}{waiting}, at most {seconds:.0f} s left"

    async def _play(self, scenarios: Sequence[Scenario], reuse: bool) -> list[Trace]:
        self._replays += len(scenarios)
        self._playing += len(scenarios)
        try:
            return await self._replay(scenarios, reuse)
        finally:
            self._playing -= len(scenarios)

    @property
    def following(self) -> dict[str, str]:
        """By what leads a proof, an earlier one perhaps, the one that leads another from which it follows after all."""
        return self._telling.following

    @property
    def out_of_time(self) -> bool:
        """Whether the time for confirming is used up; what is left is reported as it was seen."""
        return time.monotonic() >= self._ends

    async def run(
        self,
        tally: Tally,
        on_proof: Callable[[Proof], None],
        confirmed: Collection[str] = (),
        earlier: Sequence[Proof] = (),
    ) -> list[Proof]:
        """The proofs of a tally's violations, but for what was ``confirmed`` before; independent causes side by side.

        What never came back and is not proven by order is left out. A proof, also one of the ``earlier`` ones, that
        turns out to explain more is told once more, with the same trace and observation.
        """
        self._causes = await self._causes_of(tally)
        self._telling = telling = Telling(self._causes, earlier, confirmed, on_proof)
        self._turns = turns = Turns(self._causes, telling.told, self._at_once)
        self._begun = True
        found: dict[str, Found | None] = {}

        def begin() -> Coroutine[Any, Any, None] | None:
            telling.tell_covered(turns.waiting)
            requirement = turns.begin()
            return None if requirement is None else prove(requirement)

        async def prove(requirement: str) -> None:
            found[requirement] = await self._proven(requirement, tally)
            await self._look_again(tally)
            turns.end(requirement)
            tell(turns.ready())

        def tell(ready: Iterable[str]) -> None:
            for requirement in ready:
                telling.tell(requirement, found[requirement])

        try:
            await in_turn(begin, self._at_once)
        finally:
            # What waited for one that was cut off.
            tell(each for each in found if each not in telling.told)
        return telling.proofs[len(earlier) :]

    async def _look_again(self, tally: Tally) -> None:
        """Take note of what has been seen meanwhile: the last scenarios may still be under way."""
        if tally.cases.keys() - self._known:
            self._causes = await self._causes_of(tally)
            self._telling.causes = self._causes
            self._turns.renew(self._causes)

    def _seconds_to_minimise(self, replay_s: float) -> float:
        """As long as may be, with time enough left to replay the minimal scenario, and what waits, at least once.

        Where nothing waits on a slow target, that of the candidate that becomes the minimal scenario is replay enough.
        """
        alone = self._pace and not self._turns.waiting
        left = self._ends - time.monotonic() - replay_s * ((0 if alone else 1) + self._turns.later)
        most = max(self._settings.minimise_seconds, _ROUNDS * replay_s if alone else 0.0)
        return min(most, left * self._turns.share)

    def _room(self) -> int:
        """How many runs a slow target begins soon, beside those of the violations that are replayed meanwhile."""
        busy = len(self._turns.under_way) + len(self._turns.waiting)
        return int(_BATCH_S * self._pace / max(1, min(self._at_once, busy)))

    async def _causes_of(self, tally: Tally) -> Causes:
        self._known = frozenset(tally.cases)
        return await causes_of(tally, self._judge)

    async def _proven(self, requirement: str, tally: Tally) -> Found | None:
        """What proving comes to; an error of the suite itself takes nothing along that was measured."""
        try:
            return await self._prove(requirement, tally)
        except UserError:
            raise
        except Exception as error:
            tally.errors.append(f"{requirement} could not be confirmed: {type(error).__name__}: {error}")
            return None

    async def _prove(self, requirement: str, tally: Tally) -> Found | None:
        cases = self._apart_first(tally.cases[requirement])
        counted = [case for case in cases if is_counted(case)]
        if counted:
            # It needs no replay, and each would wait as long as the timeout for answers that do not come.
            return self._as_seen(requirement, counted, tally, 0)
        tried = await self._attempt(requirement, cases)
        if tried.scenario is not None:
            return await self._shortest(requirement, tried.scenario, tried, tally)
        # What another one shows of the same cause may come back more easily.
        others = self._causes.explained_by(requirement, ()) if tried.played and not all_chance(cases) else []
        for other in others[:_OTHERS]:
            through = await self._attempt(other, tally.cases[other])
            if through.scenario is not None:
                shown = await self._shortest(other, through.scenario, through, tally)
                rest = [each for each in shown.proof.requirements[1:] if each != requirement]
                return replace(shown, proof=replace(shown.proof, requirements=(other, requirement, *rest)))
        found = self._as_seen(requirement, cases, tally, tried.played)
        if found is None and tried.played and tally.violated[requirement] <= _SELDOM and all_chance(cases):
            # Now and then the same request is lost by chance several times in a row.
            tally.retract(requirement)
        return found

    def _apart_first(self, cases: Sequence[Case]) -> list[Case]:
        """The cases, first those that show nothing that is proven: they show a cause of their own, if there is one."""
        apart = self._causes.apart([case.trace.id for case in cases], self._telling.explained)
        return sorted(cases, key=lambda case: case.trace.id not in apart)

    async def _attempt(self, requirement: str, cases: Sequence[Case]) -> Attempt:
        earlier = await self._early.of(requirement) if self._early is not None else None
        if earlier is not None:
            return earlier
        room = self._room if self._pace else None
        return await attempt(
            self._judge, self._play, requirement, cases, lambda: self.out_of_time, scarce=self._scarce, room=room
        )

    async def _shortest(self, requirement: str, scenario: Scenario, tried: Attempt, tally: Tally) -> Found:
        best = min(tried.back, key=lambda replay: len(replay.trace.exchanges))
        case = tally.cases[requirement][0]
        before = max(_needed(best, requirement), shown_exchanges(case.trace, case.observations[0]))
        left_out = LeftOut()
        self._turns.shown_by(requirement, tried.back)

        async def fails(candidates: list[Scenario]) -> list[bool]:
            nonlocal best
            replays = await judged(self._judge, self._play, requirement, candidates)
            failing = [replay.shows(requirement) for replay in replays]
            for candidate, replay, failed in zip(candidates, replays, failing, strict=True):
                if not failed:
                    left_out.add(candidate, replay)
                elif len(replay.trace.exchanges) <= len(best.trace.exchanges):
                    best = replay
            return failing

        seconds = self._seconds_to_minimise(tried.seconds)
        at_once = round(_BATCH_S * (1 if self._scarce else REPLAYS) / max(tried.seconds, 0.1))
        budget = ReplayBudget(
            seconds=seconds,
            runs=self._settings.minimise_runs,
            at_once=at_once,
            least=self._room(),
            batch_s=tried.seconds,
        )
        minimal = await minimise(scenario, fails, budget, shown_by=best.kinds_shown(requirement, scenario))
        again = [minimal.scenario] * self._plays_of_minimal(minimal, seconds, tried)
        final = await judged(self._judge, self._play, requirement, again) if again else []
        back = [replay for replay in final if replay.shows(requirement)]
        shown = back[0] if back else best
        # Where it is the scenario that came back before, its plays count together.
        before_that = tried.played + (0 if minimal.rounds else conclusive(final, requirement))
        replays = Replays(conclusive(final, requirement), len(back)) if back else Replays(before_that, len(tried.back))
        together = self._causes.along(requirement, shown.trace, shown.judgement.violations)
        proof = Proof(
            (requirement, *self._causes.explained_by(requirement, together)),
            shown.trace,
            shown.telling(requirement),
            replays,
            minimised=minimal.complete and bool(back or not final),
            seen=tally.violated[requirement],
            shortened_from=before,
        )
        simpler = self._causes.simpler(requirement, left_out.instead(minimal.scenario, shown.judgement.violations))
        behind = self._behind(requirement, back or tried.back, minimal=minimal.complete)
        return Found(proof, behind | simpler)

    def _plays_of_minimal(self, minimal: Minimised, seconds: float, tried: Attempt) -> int:
        """How often what minimising came to is played in the end."""
        if seconds <= 0 or self.out_of_time or (self._pace and self._ends - time.monotonic() < tried.seconds):
            return 0
        # What is as it was has come back already; where runs are few, others need them more.
        if self._scarce:
            return 1 if minimal.rounds or not self._turns.waiting else 0
        return REPLAYS if minimal.rounds or not self._pace or tried.played < REPLAYS else 0

    def _behind(self, requirement: str, back: Sequence[JudgedReplay], *, minimal: bool) -> frozenset[str]:
        """The requirements that are violated with this one, as its causes would be, each time that it came back.

        Where it was violated without one of them, it has another cause besides, which must not be hidden.
        """
        causes = (
            self._causes.behind(requirement, replay.trace, replay.judgement.violations, minimal=minimal)
            for replay in back
        )
        found = set.intersection(*causes)
        return frozenset(cause for cause in found if self._causes.may_follow(cause, requirement))

    def _as_seen(self, requirement: str, cases: Sequence[Case], tally: Tally, played: int) -> Found | None:
        follow = self._causes.explained_by(requirement, ())
        proof = as_seen(requirement, cases, tally, follow, played, self._conditions)
        return None if proof is None else Found(proof)


def _needed(replay: JudgedReplay, requirement: str) -> int:
    return shown_exchanges(replay.trace, replay.telling(requirement))
