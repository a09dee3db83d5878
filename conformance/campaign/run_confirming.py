"""Confirming within a run: replays on its target within its time; each proof is reported as soon as there is one."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, replace

from conformance.campaign.observer import Observer
from conformance.campaign.restricting import READ_ONLY, runs_allowed
from conformance.campaign.schedule import Schedule
from conformance.configuration.settings import Settings
from conformance.confirming.finding_store import DatabaseUnusable, FindingStore
from conformance.confirming.findings import Proof
from conformance.confirming.proving.conditions import Conditions
from conformance.confirming.proving.confirmation import Confirmation
from conformance.confirming.proving.early import EarlyReplays
from conformance.confirming.ways import Ways
from conformance.judging.pool import JudgePool, TraceJudge
from conformance.judging.tally import Tally
from conformance.scenarios import Job, Player, Scenario, Settler, from_json
from conformance.target import Target, TargetError
from conformance.target.finishing import all_of
from conformance.trace import Trace

_GRACE_S = 6.0
"""How long after the time for confirming a replay may go on that was begun in time, unless the user set an end."""
_EARLY_SHARE = 0.1
"""At most this share of the runs are replays while exploring goes on."""
_AS_SEEN_S = 5.0


@dataclass
class RunConfirming:
    """Turns the violations in ``tally`` into ``proofs``; minimal scenarios are kept in ``store``, if there is one.

    ``early`` replays while exploring goes on, and has asked for ``early_runs`` so far.
    """

    target: Target
    judge: JudgePool
    settings: Settings
    schedule: Schedule
    observer: Observer
    tally: Tally
    proofs: list[Proof]
    store: FindingStore | None = None

    def __post_init__(self) -> None:
        self._ways = Ways(self.judge.catalogue, self.settings.known)
        self._ends = math.inf
        self.early_runs = 0
        self.early: EarlyReplays | None = None
        self._confirmation_now: Confirmation | None = None

    @property
    def replaying(self) -> tuple[str, ...]:
        """The requirements whose violations are played again while exploring goes on."""
        return self.early.under_way if self.early is not None and self._confirmation_now is None else ()

    @property
    def doing(self) -> str:
        """Which violations are being confirmed, and how many are left; "" before that begins."""
        return self._confirmation_now.doing if self._confirmation_now is not None else ""

    @contextlib.asynccontextmanager
    async def beside(self, settler: Settler) -> AsyncIterator[None]:
        """Have time for replays while exploring goes on; at the end none is under way any more."""

        def affordable() -> bool:
            return self.early_runs <= _EARLY_SHARE * self.target.runs

        def play(scenarios: Sequence[Scenario], reuse: bool) -> Awaitable[list[Trace]]:
            self.early_runs += sum(each.runs for each in scenarios)
            return self._played(settler, scenarios, reuse=reuse)

        self.early = EarlyReplays(self.judge, play, affordable, self._over)
        try:
            yield
        finally:
            await self.early.close()

    async def look_early(self) -> None:
        """Begin to replay what has been seen so far, where runs can be spared for it."""
        # What is known of a requirement in part is sorted out once everything has been seen.
        if self.early is not None and not any(each.narrow for each in self.settings.known):
            await self.early.look(self.tally)

    def end_early(self) -> None:
        """Begin nothing more of that; what is under way is what confirming begins with."""
        if self.early is not None:
            self.early.end()

    def _over(self) -> bool:
        return time.monotonic() > self._ends or self.target.spent

    @property
    def unconfirmed(self) -> bool:
        """Whether there are violations that no proof explains."""
        return bool(self.tally.cases.keys() - self.told or self._ways.untold(self.tally, self._leads))

    @property
    def _leads(self) -> frozenset[str]:
        return frozenset(proof.requirements[0] for proof in self.proofs)

    @property
    def told(self) -> frozenset[str]:
        """The requirements whose violations the proofs so far explain."""
        return frozenset(rule for proof in self.proofs for rule in proof.requirements)

    async def confirm(self, settler: Settler, confirmed: frozenset[str], usable: bool) -> str | None:
        """Prove what is not ``confirmed``. Gives why the target could not be used to the end, None when it could."""
        self.target.list_budget.confirming = True
        try:
            await self._confirm_all(settler, usable, confirmed)
        except TargetError as error:
            await self._confirm_all(settler, False, confirmed | self.told)
            return str(error)
        return None

    async def as_seen(self) -> None:
        """Tell what was cut off before it was confirmed as it was seen; the target is asked nothing any more.

        Of a shared run that is the matter of who concludes it.
        """
        if self.settings.confirm and self.settings.shard[1] == 1 and self.tally.cases:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AS_SEEN_S):
                    await self._confirm_all(None, True, self.told)

    async def _confirm_all(self, settler: Settler | None, usable: bool, confirmed: frozenset[str]) -> None:
        judge = self._ways.begin(self.tally, confirmed, self.judge)
        confirmation = self._confirmation(settler, usable, judge)
        await confirmation.run(self.tally, self._on_proof, confirmed, tuple(self.proofs))
        for other, cause in confirmation.following.items():
            self._unite(cause, other)
        for further in self._ways.further(self.tally, self._leads, self.judge):
            confirmation = self._confirmation(settler, usable, further.judge)
            await confirmation.run(further.tally, lambda proof: self._on_proof(replace(proof, further=True)))

    def _on_proof(self, proof: Proof) -> None:
        if self.target.config.read_only:
            proof = replace(proof, not_replayed=READ_ONLY)
        for place, known in enumerate(self.proofs):
            if known.observation is proof.observation and known.trace is proof.trace:
                # It has turned out to explain more.
                self.proofs[place] = replace(known, requirements=proof.requirements)
                return
        self.proofs.append(proof)
        self.observer.found(proof)
        if proof.minimised and proof.trace.scenario is not None:
            self._keep(from_json(proof.trace.scenario))

    def _unite(self, cause: str, other: str) -> None:
        """Make one proof of those that tell of two requirements: of the first, unless only the second was replayed."""
        places = [self._place(cause), self._place(other)]
        if places[0] == places[1]:
            return
        first, second = (self.proofs[place] for place in places)
        kept = second if second.replays.shown and not first.replays.shown else first
        named = dict.fromkeys((kept.requirements[0], *first.requirements, *second.requirements))
        self.proofs[min(places)] = replace(kept, requirements=tuple(named))
        del self.proofs[max(places)]

    def _place(self, requirement: str) -> int:
        return next(n for n, proof in enumerate(self.proofs) if requirement in proof.requirements and not proof.further)

    def _confirmation(self, settler: Settler | None, usable: bool, judge: TraceJudge) -> Confirmation:
        """``settler`` None: nothing is played any more."""
        allowed = settler is not None and usable and runs_allowed(self.target.config)
        seconds = self.schedule.confirming_left() if allowed else 0.0
        self._ends = time.monotonic() + seconds + (_GRACE_S if self.settings.max_time is None else 0.0)

        def play(scenarios: Sequence[Scenario], reuse: bool) -> Awaitable[list[Trace]]:
            assert settler is not None, "nothing is played once no time is left"
            return self._played(settler, scenarios, reuse=reuse)

        gate = self.target.gate
        conditions = Conditions(
            lost=not usable,
            scarce=gate.scarce,
            pace=gate.pace,
            late=lambda: settler is not None and settler.foresight.failed,
        )
        self._confirmation_now = Confirmation(
            judge,
            play,
            self.settings,
            seconds,
            conditions,
            self.early if allowed and judge is self.judge else None,
        )
        return self._confirmation_now

    def _keep(self, scenario: Scenario) -> None:
        try:
            if self.store is not None:
                self.store.save(scenario)
        except DatabaseUnusable as error:
            # The finding itself is worth more than what later runs would have learnt from it.
            self.tally.errors.append(str(error))

    async def _played(self, settler: Settler, scenarios: Sequence[Scenario], *, reuse: bool) -> list[Trace]:
        player = Player(self.target, settler, self.settings.features, stop=self._over, reuse=reuse, proving=True)
        jobs = [Job(f"replay{number}", scenario, "replay") for number, scenario in enumerate(scenarios)]
        played = await all_of(player.play(job) for job in jobs)
        return [each.trace for each in played]
