"""From settings to results: one whole run against a target."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conformance.campaign.campaign import Campaign
from conformance.campaign.concluding import RunOutcome
from conformance.campaign.drawing import Drawn, draw_in_time
from conformance.campaign.ending.stopping import Stop, interruptible, terminable
from conformance.campaign.observer import Observer
from conformance.campaign.schedule import Shortfall, deadline_of
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
from conformance.trace.secrets import KNOWN

OVERDUE = "The run did not end in its time, since something waited on; what was measured until then is in the report."
# Beyond the time for tidying up, whose requests end by themselves: when the traffic is cut, and when nobody waits for
# it any more, though it was.
_LONGER_S, _LONGEST_S = 2.5, 4.0


def play(
    config: TargetConfig,
    document: ApiDocument,
    settings: Settings,
    observer: Observer,
    stop: Stop | None = None,
    begun: float | None = None,
) -> RunOutcome:
    """Probe the target, play and judge. Raises TargetError when the target cannot be tested at all.

    ``begun`` is when the run began, in seconds of the monotonic clock; None: now. An interrupt (SIGINT, SIGTERM) ends
    the traffic, cleans up, and is told in the outcome; with ``stop``, that does so instead, at any moment, and signals
    are left to whoever calls.
    """
    made: list[Campaign] = []
    start = time.monotonic() if begun is None else begun
    try:
        outcome = _play(Asked(config, settings, deadline_of(settings, start), start), document, observer, stop, made)
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


def _play(
    asked: Asked, document: ApiDocument, observer: Observer, stop: Stop | None, made: list[Campaign]
) -> RunOutcome:
    """What `play` gives; the campaign goes to ``made`` as soon as there is one. Raises KeyboardInterrupt."""
    observer.phase("probing the target")
    info = reach(asked.config, asked.deadline, stop)
    settings = asked.settings.for_target(info.features)
    observer.phase("drawing requests")
    with JudgePool(document) as judge_pool, contextlib.nullcontext() if stop else terminable():
        drawn = draw_in_time(
            document, settings, judge_pool, lambda: asked.deadline.passed or (stop is not None and stop())
        )
        if drawn is None:
            return RunOutcome(Tally(), server={"version": info.version}, features=settings.features)

        def campaign(target: Target) -> Campaign:
            made.append(Campaign(target, document, settings, observer, judge_pool, begun=asked.begun))
            return made[0]

        return interruptible(_played(replace(asked, settings=settings), campaign, drawn, info), stop, asked.latest)


def _cut(made: Sequence[Campaign]) -> RunOutcome:
    """What there is of a run that was left in the middle."""
    if not made:
        return RunOutcome(Tally())
    left = commands(made[0].target.config, made[0].target.footprint.left)
    return _outcome(made[0], {}, left)


def _overdue(error: Overdue) -> str:
    return f"{OVERDUE} It waited at {', '.join(error.where)}." if error.where else OVERDUE


def play_drawn(
    config: TargetConfig,
    document: ApiDocument,
    settings: Settings,
    observer: Observer,
    judge_pool: JudgePool,
    drawn: Drawn,
    info: ServerInfo,
) -> RunOutcome:
    """Play and judge traffic that is drawn already; the judge_pool may serve several runs. Raises TargetError."""

    def campaign(target: Target) -> Campaign:
        return Campaign(target, document, settings.for_target(info.features), observer, judge_pool)

    return interruptible(_played(Asked(config, settings), campaign, drawn, info))


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a run asks, what it is to do there, and until when; ``begun`` is when it began, None where nobody asks."""

    config: TargetConfig
    settings: Settings
    deadline: Deadline = ENDLESS
    begun: float | None = None

    @property
    def latest(self) -> float:
        """When nobody waits for its traffic any more, in seconds of the monotonic clock."""
        return self.deadline.tidying + _LONGEST_S

    def target(self) -> Target:
        """The target, and where what is made there is written down."""
        journal, directory = None, self.settings.report_dir
        if directory is not None and not self.config.read_only:
            journal = Journal.in_directory(directory, self.settings.shard[0], self.config.url, self.config.run_id)
        return Target(self.config, deadline=self.deadline, journal=journal)


async def _played(asked: Asked, make: Callable[[Target], Campaign], drawn: Drawn, info: ServerInfo) -> RunOutcome:
    async with asked.target() as target:
        await target.measure_lists()
        campaign = make(target)
        try:
            await _in_time(campaign, campaign.run(drawn), asked.deadline)
            await campaign.note_loss()
        finally:
            # Also after a failure of the suite itself. Other workers may still use what a list shows in the run's name.
            left = await to_the_end(sweep(target, look=asked.settings.shard[1] == 1))
        return _outcome(campaign, {"version": info.version}, commands(asked.config, left))


async def _in_time(campaign: Campaign, work: Coroutine[Any, Any, None], deadline: Deadline) -> None:
    """Do it, but no longer than a little beyond its time: whatever then still waits would wait for ever."""
    most = deadline.tidying + _LONGER_S - time.monotonic()
    guard = asyncio.timeout(None if math.isinf(most) else max(0.0, most))
    try:
        async with guard:
            await work
    except TimeoutError:
        if not guard.expired():
            raise
    if guard.expired():
        campaign.interrupted = False
        campaign.lost = campaign.lost or OVERDUE


def reach(config: TargetConfig, deadline: Deadline = ENDLESS, stop: Stop | None = None) -> ServerInfo:
    """Probe the target before anything is spent on it. Raises TargetError, and KeyboardInterrupt when stopped."""

    async def ask() -> ServerInfo:
        async with Target(config, deadline=deadline) as target:
            return await probe(target)

    try:
        return interruptible(ask(), stop, deadline.tidying + _LONGEST_S)
    except Overdue:
        raise Unreachable(config.url, "it did not answer in the time for the run") from None


def conclude_shared(
    config: TargetConfig,
    document: ApiDocument,
    settings: Settings,
    observer: Observer,
    parts: Sequence[RunOutcome],
    begun: float,
) -> RunOutcome:
    """Merge what the workers of a shared run saw, and confirm what failed, unless they were interrupted.

    ``begun`` is when the run began, in seconds of the monotonic clock.
    """
    whole = merged(parts)
    if whole.interrupted:
        return whole
    asked = Asked(config, settings.for_target(whole.features), deadline_of(settings, begun), begun)
    made: list[Campaign] = []

    async def end(judge_pool: JudgePool) -> RunOutcome:
        async with Target(config, deadline=asked.deadline) as target:
            with contextlib.suppress(TargetError):
                await target.measure_lists()
            told = (asked.settings, observer, judge_pool, whole.tally)
            campaign = Campaign(target, document, *told, lost=whole.lost, begun=begun)
            made.append(campaign)
            await _in_time(campaign, campaign.conclude(), asked.deadline)
            await campaign.note_loss()
            left = await to_the_end(sweep(target, look=True))
            return _outcome(campaign, whole.server, [*whole.leftovers, *commands(config, left)])

    with JudgePool(document) as judge_pool, terminable():
        try:
            outcome = interruptible(end(judge_pool), until=asked.latest)
        except Overdue as overdue:
            seen = replace(_cut(made), server=whole.server) if made else whole
            outcome = replace(seen, lost=seen.lost or _overdue(overdue))
    spent = outcome.spent or whole.spent
    return replace(
        outcome, settling=whole.settling, shortfall=whole.shortfall, spent=spent, long_lists=whole.long_lists
    )


def merged(parts: Sequence[RunOutcome]) -> RunOutcome:
    """What several workers or machines saw as one outcome, not confirmed yet."""
    tally = Tally()
    for part in parts:
        tally.merge(part.tally)
    first = next((part for part in parts if part.server), RunOutcome(tally))
    return RunOutcome(
        tally=tally,
        server=first.server,
        settling=first.settling,
        interrupted=any(part.interrupted for part in parts),
        lost=next((part.lost for part in parts if part.lost), None),
        long_lists=next((part.long_lists for part in parts if part.long_lists), ""),
        shortfall=sum((part.shortfall for part in parts), Shortfall()),
        leftovers=[each for part in parts for each in part.leftovers],
        spent=any(part.spent for part in parts),
        features=first.features,
    )


def _outcome(campaign: Campaign, server: dict[str, Any], leftovers: list[str]) -> RunOutcome:
    return RunOutcome(
        campaign.tally,
        campaign.proofs,
        server,
        campaign.settling,
        campaign.interrupted,
        campaign.lost,
        campaign.shortfall,
        leftovers,
        campaign.target.spent,
        campaign.settings.features,
        campaign.target.list_budget.sentence,
    )
