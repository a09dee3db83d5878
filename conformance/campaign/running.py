"""One run against a target, from its settings to its outcome."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.campaign.campaign import Campaign
from conformance.campaign.concluding import RunOutcome, merged
from conformance.campaign.drawing import Drawn, draw_in_time
from conformance.campaign.ending.stopping import Stop, interruptible, terminable
from conformance.campaign.observer import Observer
from conformance.campaign.schedule import deadline_of
from conformance.configuration.settings import Settings
from conformance.contract.document import ApiDocument
from conformance.judging.pool import JudgePool
from conformance.judging.tally import Tally
from conformance.target import ServerInfo, Target, TargetConfig, TargetError, Unreachable, probe
from conformance.target.coexistence.cleanup import commands, sweep
from conformance.target.coexistence.footprint import Journal
from conformance.target.finishing import to_the_end
from conformance.target.pacing.bounded import Overdue
from conformance.target.pacing.deadline import ENDLESS, Deadline
from conformance.trace import Exchange, Trace
from conformance.trace.secrets import KNOWN

OVERDUE = "The run did not end in its time, since something waited on; what was measured until then is in the report."
# Beyond the time for cleanup, whose requests end by themselves: when the traffic is cut.
_LONGER_S = 2.5
_LOOK_S = 0.5
FIRST_LOOK = "first-look"
"""The id of the trace of what is asked before anything is made."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run needs from its beginning to its end: the target, the document, the settings, and the observer.

    ``begun`` is when it began, in seconds of the monotonic clock; None: when it is played. ``deadline`` is when the
    target is asked nothing any more; `started` works it out.
    """

    config: TargetConfig
    document: ApiDocument
    settings: Settings
    observer: Observer
    begun: float | None = None
    deadline: Deadline = ENDLESS

    def started(self) -> RunContext:
        """The context of a run that has begun, now if nothing else is known, with the deadline of its settings."""
        begun = time.monotonic() if self.begun is None else self.begun
        return replace(self, begun=begun, deadline=deadline_of(self.settings, begun))

    def for_target(self, features: frozenset[str]) -> RunContext:
        """The same with the settings for a target that offers some features."""
        return replace(self, settings=self.settings.for_target(features))

    def target(self) -> Target:
        """The target, and where what is made there is written down."""
        journal, directory = None, self.settings.report_dir
        if directory is not None and not self.config.read_only:
            journal = Journal.in_directory(directory, self.settings.shard[0], self.config.url, self.config.run_id)
        return Target(self.config, deadline=self.deadline, journal=journal)


def play(context: RunContext, stop: Stop | None = None) -> RunOutcome:
    """Probe the target, play and judge. Raises TargetError when the target cannot be tested at all.

    An interrupt (SIGINT, SIGTERM) ends the traffic, cleans up, and is recorded in the outcome. With ``stop``, that does
    so instead, at any moment, and signals are left to the caller.
    """
    made: list[Campaign] = []
    try:
        outcome = _play(context.started(), stop, made)
    except KeyboardInterrupt:
        if stop is None or not stop():
            raise
        # It came when nothing was left that takes note of it.
        outcome = replace(_cut(made), interrupted=True)
    except Overdue as overdue:
        outcome = replace(_cut(made), lost=_overdue(overdue))
    # Here, since another process, such as that of xdist's controller, does not know the tokens that were granted.
    outcome.tally.mask_errors(KNOWN.mask)
    return replace(outcome, interrupted=outcome.interrupted or (stop is not None and stop()))


def _play(context: RunContext, stop: Stop | None, made: list[Campaign]) -> RunOutcome:
    """What `play` gives; the campaign goes to ``made`` as soon as there is one. Raises KeyboardInterrupt."""
    context.observer.phase("probing the target")
    info = reach(context.config, context.deadline, stop)
    context = context.for_target(info.features)
    context.observer.phase("drawing requests")

    def over() -> bool:
        return context.deadline.passed or (stop is not None and stop())

    with JudgePool(context.document) as judge_pool, contextlib.nullcontext() if stop else terminable():
        drawn = draw_in_time(context.document, context.settings, judge_pool, over)
        if drawn is None:
            return RunOutcome(Tally(), server={"version": info.version}, features=context.settings.features)

        def campaign(target: Target) -> Campaign:
            made.append(_campaign(context, target, judge_pool))
            return made[0]

        return interruptible(_played(context, campaign, drawn, info), stop, context.deadline)


def _campaign(context: RunContext, target: Target, judge_pool: JudgePool, seen: RunOutcome | None = None) -> Campaign:
    """The campaign of a run; ``seen``: what its workers have seen already."""
    return Campaign(
        target,
        context.document,
        context.settings,
        context.observer,
        judge_pool,
        Tally() if seen is None else seen.tally,
        lost=None if seen is None else seen.lost,
        begun=context.begun,
    )


def _cut(made: Sequence[Campaign]) -> RunOutcome:
    """The outcome of a run that was left in the middle."""
    if not made:
        return RunOutcome(Tally())
    left = commands(made[0].target.config, made[0].target.footprint.left)
    return _outcome(made[0], {}, left)


def _overdue(error: Overdue) -> str:
    return f"{OVERDUE} It waited at {', '.join(error.where)}." if error.where else OVERDUE


def play_drawn(context: RunContext, judge_pool: JudgePool, drawn: Drawn, info: ServerInfo) -> RunOutcome:
    """Play and judge traffic that is drawn already, without a deadline; the judge_pool may serve several runs.

    Raises TargetError.
    """
    context = context.for_target(info.features)
    return interruptible(_played(context, lambda target: _campaign(context, target, judge_pool), drawn, info))


async def _played(
    context: RunContext, make: Callable[[Target], Campaign], drawn: Drawn, info: ServerInfo
) -> RunOutcome:
    async with context.target() as target:
        # They were sent to a target of its own, by the same run.
        target.policy.sent += info.requests
        listed = await target.measure_lists()
        campaign = make(target)
        try:
            await campaign.judging.judge_all([_first_look(context, (*info.exchanges, *listed))])
            await _in_time(campaign, campaign.run(drawn), context.deadline)
            await campaign.note_loss()
        finally:
            # Also after a failure of the suite itself. Other workers may still use what a list shows in the run's name.
            left = await to_the_end(sweep(target, look=context.settings.shard[1] == 1))
        return _outcome(campaign, {"version": info.version}, commands(context.config, left))


def _first_look(context: RunContext, exchanges: Sequence[Exchange]) -> Trace:
    """What was asked before anything was made: later the version may be another one, and lists are not empty."""
    return Trace(
        FIRST_LOOK,
        tuple(replace(each, index=index) for index, each in enumerate(exchanges)),
        origin=time.time_ns() - time.monotonic_ns(),
        source="operations",
        features=context.settings.features,
    )


async def _in_time(campaign: Campaign, work: Coroutine[Any, Any, None], deadline: Deadline) -> None:
    """Do the work until a little after the deadline; what still waits then would wait for ever."""
    guard = asyncio.timeout(None)
    try:
        async with guard:
            following = asyncio.create_task(_follow(guard, deadline))
            try:
                await work
            finally:
                following.cancel()
    except TimeoutError:
        if not guard.expired():
            raise
    if guard.expired():
        campaign.interrupted = deadline.is_cut
        campaign.lost = campaign.lost or OVERDUE
        if not deadline.is_cut:
            await campaign.confirming.as_seen()


async def _follow(guard: asyncio.Timeout, deadline: Deadline) -> None:
    """Let the guard end with the deadline, also when that is cut."""
    # An interrupt comes from another thread, and no event of this loop announces it.
    while not guard.expired():
        most = min(deadline.work, deadline.cleanup + _LONGER_S)
        guard.reschedule(None if math.isinf(most) else most)
        await asyncio.sleep(_LOOK_S)


def reach(config: TargetConfig, deadline: Deadline | None = None, stop: Stop | None = None) -> ServerInfo:
    """Probe the target before anything is spent on it. Raises TargetError, and KeyboardInterrupt when stopped."""
    # Of its own: an interrupt cuts it.
    ends = deadline or Deadline()

    async def ask() -> ServerInfo:
        async with Target(config, deadline=ends) as target:
            return await probe(target)

    try:
        return interruptible(ask(), stop, ends)
    except Overdue:
        raise Unreachable(config.url, "it did not answer in the time for the run") from None


def conclude_shared(context: RunContext, parts: Sequence[RunOutcome]) -> RunOutcome:
    """Merge what the workers of a shared run saw, and confirm what failed, unless they were interrupted."""
    whole = merged(parts)
    context = context.started().for_target(whole.features)
    if whole.interrupted:
        return _swept(context, whole)
    made: list[Campaign] = []

    async def end(judge_pool: JudgePool) -> RunOutcome:
        async with Target(context.config, deadline=context.deadline) as target:
            with contextlib.suppress(TargetError):
                await target.measure_lists()
            campaign = _campaign(context, target, judge_pool, whole)
            made.append(campaign)
            await _in_time(campaign, campaign.conclude(), context.deadline)
            await campaign.note_loss()
            left = await to_the_end(sweep(target, look=True))
            return _outcome(campaign, whole.server, [*whole.leftovers, *commands(context.config, left)])

    with JudgePool(context.document) as judge_pool, terminable():
        try:
            outcome = interruptible(end(judge_pool), deadline=context.deadline)
        except Overdue as overdue:
            seen = replace(_cut(made), server=whole.server) if made else whole
            outcome = replace(seen, lost=seen.lost or _overdue(overdue))
    spent = outcome.spent or whole.spent
    return replace(
        outcome, settling=whole.settling, shortfall=whole.shortfall, spent=spent, long_lists=whole.long_lists
    )


def _swept(context: RunContext, whole: RunOutcome) -> RunOutcome:
    """The outcome of an interrupted run once what its workers left is removed.

    A worker that ends cannot: whether others still use what a list shows in the run's name, it does not know.
    """

    async def remove() -> list[str]:
        async with Target(context.config, deadline=context.deadline) as target:
            return commands(context.config, await to_the_end(sweep(target, look=True)))

    context.deadline.cut()
    left = list[str]()
    with contextlib.suppress(Overdue, KeyboardInterrupt):
        left = interruptible(remove(), deadline=context.deadline)
    return replace(whole, leftovers=list(dict.fromkeys([*whole.leftovers, *left])))


def _outcome(campaign: Campaign, server: dict[str, Any], leftovers: list[str]) -> RunOutcome:
    return RunOutcome(
        tally=campaign.tally,
        proofs=campaign.proofs,
        server=server,
        settling=campaign.settling,
        interrupted=campaign.interrupted,
        lost=campaign.lost,
        shortfall=campaign.shortfall,
        leftovers=leftovers,
        spent=campaign.target.spent,
        features=campaign.settings.features,
        long_lists=campaign.target.list_budget.sentence,
    )
