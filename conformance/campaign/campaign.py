"""A run's traffic: operations and scenarios side by side, each trace judged as it ends, until the budget is spent."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from conformance.campaign.drawing import Drawn
from conformance.campaign.ending.liveness import GONE, answers_again, is_gone, until_silent
from conformance.campaign.ending.stopping import raise_users
from conformance.campaign.observer import Load, Observer
from conformance.campaign.restricting import is_mine, play_allowed, playable, runs_allowed
from conformance.campaign.run_confirming import RunConfirming
from conformance.campaign.schedule import Schedule, Shortfall, affordable, runs_of
from conformance.campaign.trace_judging import TraceJudging
from conformance.configuration.settings import Settings
from conformance.confirming.finding_store import FindingStore
from conformance.confirming.findings import Proof
from conformance.contract.document import ApiDocument
from conformance.judging.pool import JudgePool
from conformance.judging.tally import Tally
from conformance.operations import OperationPlan, OperationSettings
from conformance.rules.evidence.server_ids import made_ids
from conformance.scenarios import Job, Played, Player, Scenario, Settler
from conformance.scenarios.plan import derived_seed, draw, endless, more_for
from conformance.scenarios.playing.settling import LEAST_GAP
from conformance.target import LoopLag, Target, TargetError
from conformance.target.finishing import unless
from conformance.wire.instant import MILLISECOND, SECOND

_SLOW = 300 * MILLISECOND
"""A target is slow when a control takes longer than this: its runs are few."""

_LOOK_S = 0.5
_TOP_UPS = 3
# The number names the scenario's trace, and tells which worker plays it, whatever the order.
_Numbered = tuple[int, Scenario]
_THEMES_PER_TOP_UP = 8


@dataclass
class Campaign:
    """One run against one target. ``lost`` is why the target could not be used to the end, in a sentence."""

    target: Target
    document: ApiDocument
    settings: Settings
    observer: Observer
    judge: JudgePool
    tally: Tally = field(default_factory=Tally)
    proofs: list[Proof] = field(default_factory=list)
    interrupted: bool = False
    lost: str | None = None
    settling: dict[str, float] = field(default_factory=dict)
    begun: float | None = None

    def __post_init__(self) -> None:
        self.schedule = Schedule(self.settings, begun=self.begun)
        self.store = FindingStore(self.settings.database) if self.settings.database else None
        told = (self.observer, self.tally, self.proofs)
        self.confirming = RunConfirming(self.target, self.judge, self.settings, self.schedule, *told, self.store)
        self.judging = TraceJudging(
            self.judge, self.tally, self.settings, self.schedule, self.observer, self.target.deadline
        )
        self._most_runs: int | None = None
        self._all_begun = False
        self._explored = (0, 0.0)
        self._lost_runs = 0

    # -- the whole ------------------------------------------------------------------------------

    async def run(self, drawn: Drawn) -> None:
        """Play, judge, confirm. On cancellation everything is cleaned up and what was seen stays in the tally.

        The same happens when the target cannot be used any longer; ``lost`` says why. Raises other UserErrors.
        """
        which, workers = self.settings.shard
        async with self._losing():
            gap = LEAST_GAP * workers
            async with LoopLag() as lag, self._settler(lag, gap) as settler, self.confirming.beside(settler):
                self.observer.phase("exploring")
                async with self._losing():
                    await self._explore(settler, drawn, which)
                self._describe(settler)
                if workers == 1 and not self.interrupted:
                    await self._conclude(settler)
            confirmed = frozenset(self.tally.cases)
            await self.judging.judge_all(settler.take_traces())
            self.tally.silences += self.target.silence.told(self.schedule.elapsed)
            if workers == 1 and self.tally.cases.keys() - confirmed and not self.interrupted:
                # The last controls have shown what nothing else did.
                await self._conclude_anew(confirmed)

    async def conclude(self) -> None:
        """Only the end of a run: judge what spans traces, and confirm what the tally holds (merged from workers)."""
        async with self._losing():
            self.judging.judge_across()
            await self._conclude_anew()

    async def _conclude_anew(self, confirmed: frozenset[str] = frozenset()) -> None:
        if self.tally.cases.keys() - confirmed and self.settings.confirm:
            async with LoopLag() as lag, self._settler(lag) as settler:
                await self._confirm(settler, confirmed)

    @contextlib.asynccontextmanager
    async def _losing(self) -> AsyncIterator[None]:
        """Record what ends the traffic early, and continue with what can still be done."""
        try:
            yield
        except asyncio.CancelledError:
            self.interrupted = True
        except TargetError as error:
            self.lost = self.lost or str(error)

    async def note_loss(self) -> None:
        """Check whether the target has ended where some connection was refused; that may have been for a moment."""
        refused = any(seen["refused"] for seen in self.tally.statuses.values())
        if self.lost or self.interrupted or self.target.deadline.passed:
            return
        if refused and await is_gone(self.target):
            self.lost = GONE

    @contextlib.asynccontextmanager
    async def _settler(self, lag: LoopLag, least_gap: int = LEAST_GAP) -> AsyncIterator[Settler]:
        settler = Settler(self.target, lag, patience_s=self.settings.patience_s, least_gap=least_gap)
        settler.idle = not runs_allowed(self.target.config)
        load = asyncio.create_task(self._watch_load(settler))
        try:
            async with settler:
                yield settler
        finally:
            load.cancel()

    async def _watch_load(self, settler: Settler) -> None:
        gate, confirming = self.target.gate, self.confirming
        while True:
            settle_s, sent = settler.settle_ns() / SECOND, self.target.policy.sent
            load = Load(gate.in_flight, gate.finished, settle_s, sent, confirming.replaying, confirming.doing)
            self.observer.load(load, self.schedule.elapsed)
            await asyncio.sleep(_LOOK_S)

    async def _conclude(self, settler: Settler) -> None:
        await self.judging.judge_all(await settler.traces_so_far())
        self.judging.judge_across()
        if self.confirming.unconfirmed and self.settings.confirm:
            await self.note_loss()
            await self._confirm(settler, self.confirming.told)

    async def _confirm(self, settler: Settler, confirmed: frozenset[str] = frozenset()) -> None:
        self.observer.phase("confirming and minimising")
        usable = not self.target.gone and (self.lost is None or await answers_again(self.target))
        self.lost = await self.confirming.confirm(settler, confirmed, usable) or self.lost

    async def _confirm_meanwhile(self, settler: Settler) -> None:
        """Replay a little of what is seen at once, and confirm all once nothing more is begun: then most only waits."""
        # No event announces this, so it has to be polled.
        while not (self._all_begun or self._over()):
            await self.confirming.look_early()
            await asyncio.sleep(_LOOK_S)
        self.confirming.end_early()
        if self.tally.cases and not self._over():
            await self._confirm(settler)

    async def _explore(self, settler: Settler, drawn: Drawn, which: int) -> None:
        slow = settler.control_ns() > _SLOW
        budget = self.settings.budget.slow_runs if slow else self.settings.budget.runs
        self._most_runs = budget
        self.target.tokens.patient_until = time.monotonic() + self.schedule.exploring_left(to_confirm=True)
        watchdog = asyncio.create_task(self._watch_liveness())
        try:
            async with asyncio.TaskGroup() as group:
                if which == 0:
                    group.create_task(self._play_operations(drawn))
                if not settler.idle:
                    group.create_task(self._play_scenarios(settler, budget, drawn.scenarios.numbered(scarce=slow)))
                if slow and self.settings.shard[1] == 1 and self.settings.confirm:
                    group.create_task(self._confirm_meanwhile(settler))
        except BaseExceptionGroup as failed:
            raise_users(failed)
        finally:
            watchdog.cancel()
            # An error that keeps this from asking affects every other request as well, and those raise it.
            await asyncio.gather(watchdog, return_exceptions=True)

    async def _watch_liveness(self) -> None:
        self.lost = await until_silent(self.target)

    # -- traffic --------------------------------------------------------------------------------

    async def _play_operations(self, drawn: Drawn) -> None:
        operations = await unless(self._over, _awaited(drawn.operations))
        if operations is None:
            return
        profile = "thorough" if self.settings.profile == "soak" else self.settings.profile
        settings = OperationSettings(seed=self.settings.seed, profile=profile, features=self.settings.features)
        traces = await play_allowed(self.target, self.document, settings, operations, self._over)
        await self.judging.judge_all(traces, made_ids(traces))

    async def _play_scenarios(self, settler: Settler, budget: int | None, planned: Sequence[_Numbered]) -> None:
        player = self._player(settler)
        if budget is None:
            await self._play(player, self._jobs(enumerate(endless(self.settings.seed, self.settings.features))))
            return
        kept = [each for each in self.store.load() if is_mine(each, self.settings.shard)] if self.store else ()
        await self._play(player, self._jobs(enumerate(kept), "kept"))
        await self._play(player, self._last_jobs(planned))
        for number in range(_TOP_UPS):
            missing = self._not_exercised()
            if not missing or self._over():
                return
            offered = more_for(missing, self.settings.features)
            themes = [each for each in offered if is_mine(each.name, self.settings.shard)][:_THEMES_PER_TOP_UP]
            more = draw(themes, 1, derived_seed(self.settings.seed, f"more{number}"), self.settings.features)
            spare = budget - self._spent()
            await self._play(player, self._jobs(enumerate(affordable(more, spare)), f"more{number}-"))

    def _jobs(self, scenarios: Iterable[_Numbered], prefix: str = "s") -> Iterator[Job]:
        mine, workers = self.settings.shard
        for number, scenario in scenarios:
            if prefix == "s" and number % workers != mine:
                continue
            if self._beyond_budget(scenario) or not playable(scenario, self.target.config.excluded):
                continue
            if not self.schedule.fits(scenario, bool(self.tally.cases)):
                self.schedule.left_out += scenario.runs
                continue
            name = f"{prefix}{number}-{scenario.theme}"
            yield Job(name, scenario, closing=f"{self.settings.seed}/{name}")

    def _last_jobs(self, scenarios: Iterable[_Numbered]) -> Iterator[Job]:
        yield from self._jobs(scenarios)
        self._explored = (self.target.runs, self.schedule.elapsed)
        self._all_begun = True

    def _beyond_budget(self, scenario: Scenario) -> bool:
        """Whether a scenario's runs would exceed the budget: requests that had to be repeated may have used it up."""
        most, spent = self._most_runs, self._spent()
        return most is not None and spent + scenario.runs > most

    def _spent(self) -> int:
        """The runs sent so far, by all workers; what was lost to chance is played again beyond the budget."""
        return (self.target.runs - self._lost_runs) * self.settings.shard[1]

    def _player(self, settler: Settler) -> Player:
        return Player(self.target, settler, self.settings.features, stop=self._over)

    async def _play(self, player: Player, jobs: Iterable[Job]) -> None:
        judging: set[asyncio.Task[None]] = set()

        def on_played(played: Played) -> None:
            self.schedule.took(played.job.scenario, played.seconds)
            self._lost_runs += sum(map(runs_of, played.earlier))
            traces = [*played.earlier, played.trace, *player.settler.take_traces()]
            task = asyncio.create_task(self.judging.judge_all(traces))
            judging.add(task)
            task.add_done_callback(judging.discard)

        try:
            await player.play_all(jobs, on_played)
        finally:
            # What has been played counts, also when the rest is not played any more.
            await asyncio.gather(*judging)

    @property
    def _enough(self) -> bool:
        """Whether a violation was seen that ends exploring."""
        return not self.settings.enough.isdisjoint(self.tally.cases)

    def _over(self) -> bool:
        out_of_time = self.schedule.exploring_left(bool(self.tally.cases)) < 0
        gone = self.target.gone or self.lost is not None
        return self._enough or gone or out_of_time or self.target.spent

    @property
    def shortfall(self) -> Shortfall:
        """What was not played for want of time or runs."""
        if self._enough or self.interrupted or self.lost is not None:
            return Shortfall()
        played, seconds = self._explored
        return Shortfall(played, self.schedule.left_out, seconds)

    def _not_exercised(self) -> list[str]:
        seen, applicable = self.tally.judged_traces, {None, *self.settings.features}
        rows = (each for each in self.judge.catalogue.requirements if each.feature in applicable)
        return [each.id for each in rows if not seen[each.id]]

    def _describe(self, settler: Settler) -> None:
        if settler.idle:
            return
        self.settling = {
            "control_ms": round(settler.control_ns() / MILLISECOND, 1),
            "settle_ms": round(settler.settle_ns() / MILLISECOND, 1),
            "controls": sum(control.finished is not None for control in settler.settling().controls),
        }


async def _awaited(drawn: Future[OperationPlan]) -> OperationPlan:
    return await asyncio.wrap_future(drawn)
