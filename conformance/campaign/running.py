"""From settings to results: one whole run against a target."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Collection, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from conformance import __version__
from conformance.campaign.bench import Bench
from conformance.campaign.campaign import Campaign, Drawn, draw_traffic
from conformance.campaign.checking import describe
from conformance.campaign.findings import Proof, build_finding
from conformance.campaign.observer import Observer
from conformance.campaign.outcomes import Unjudged, count_outcomes, operation_results, requirement_results
from conformance.campaign.settings import Settings
from conformance.campaign.tally import Tally
from conformance.contract.document import ApiDocument
from conformance.contract.requirements import Catalogue, load_requirements
from conformance.results.model import Results
from conformance.results.verdict import verdict_of
from conformance.target import ServerInfo, Target, TargetConfig, probe

_HOPELESS = Unjudged("no control run finished, so the target's latency is unknown and nothing can be called overdue")
_GONE = Unjudged("the target stopped accepting connections before this could be judged", everything=True)


@dataclass
class Outcome:
    """What traffic left, before it becomes results; workers of a shared run send this to the controller."""

    tally: Tally
    proofs: list[Proof] = field(default_factory=list)
    server: dict[str, Any] = field(default_factory=dict)
    settling: dict[str, float] = field(default_factory=dict)
    interrupted: bool = False
    gone: bool = False


def play(config: TargetConfig, document: ApiDocument, settings: Settings, observer: Observer) -> Outcome:
    """Probe the target, play and judge. Raises TargetError when the target cannot be tested at all.

    An interrupt (SIGINT) ends the traffic, cleans up, and is told in the outcome.
    """
    observer.phase("probing the target")
    info = reach(config)
    observer.phase("drawing requests")
    with Bench(document) as bench, _terminable():
        drawn = draw_traffic(document, settings, bench)
        return play_drawn(config, document, settings, observer, bench, drawn, info)


def play_drawn(
    config: TargetConfig,
    document: ApiDocument,
    settings: Settings,
    observer: Observer,
    bench: Bench,
    drawn: Drawn,
    info: ServerInfo,
) -> Outcome:
    """Play and judge traffic that is drawn already; the bench may serve several runs. Raises TargetError."""

    async def whole() -> Outcome:
        async with Target(config) as target:
            campaign = Campaign(target, document, settings, observer, bench)
            await campaign.run(drawn)
            return _outcome(campaign, {"version": info.version})

    return _interruptible(whole())


def reach(config: TargetConfig) -> ServerInfo:
    """Probe the target before anything is spent on it. Raises TargetError."""

    async def ask() -> ServerInfo:
        async with Target(config) as target:
            return await probe(target)

    return asyncio.run(ask())


def conclude_shared(
    config: TargetConfig, document: ApiDocument, settings: Settings, observer: Observer, parts: Sequence[Outcome]
) -> Outcome:
    """Merge what the workers of a shared run saw, and chase what failed. Raises TargetError."""
    tally = Tally()
    for part in parts:
        tally.merge(part.tally)

    async def end(bench: Bench) -> Outcome:
        async with Target(config) as target:
            campaign = Campaign(target, document, settings, observer, bench, tally)
            await campaign.conclude()
            return _outcome(campaign, parts[0].server if parts else {})

    with Bench(document) as bench:
        outcome = _interruptible(end(bench))
    outcome.settling = outcome.settling or (parts[0].settling if parts else {})
    outcome.gone = outcome.gone or any(part.gone for part in parts)
    outcome.interrupted = outcome.interrupted or any(part.interrupted for part in parts)
    return outcome


def _outcome(campaign: Campaign, server: dict[str, Any]) -> Outcome:
    return Outcome(
        campaign.tally, campaign.proofs, server, campaign.settling, campaign.interrupted, campaign.target.gone
    )


def _unjudged(outcome: Outcome) -> Unjudged | None:
    if outcome.gone:
        return _GONE
    return _HOPELESS if outcome.settling and not outcome.settling.get("controls", 1) else None


def _interruptible(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Run to the end; SIGTERM, like SIGINT, ends the traffic but not the cleaning up and the report."""

    async def guarded() -> Outcome:
        task = asyncio.current_task()
        if task is not None and threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return asyncio.run(guarded())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM be an interrupt also where no event loop runs that listens for it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def header(config: TargetConfig, document: ApiDocument, settings: Settings, catalogue: Catalogue) -> Results:
    """What is known of a run before it begins: the event log starts with it."""
    tally = Tally()
    requirements = requirement_results(catalogue, tally, [], settings.features)
    return Results(
        verdict="incomplete",
        target={"url": config.redacted()["url"]},
        suite={"name": "orchestration-conformance", "version": __version__},
        seed=settings.seed,
        profile=settings.profile,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        duration_s=0.0,
        requirements=requirements,
        findings=[],
        counts=count_outcomes(requirements, tally),
        document=describe(document),
        configuration=config.redacted() | {"features": sorted(settings.features), "max_time": settings.seconds},
        complete=False,
    )


def conclude(
    begun: Results, outcome: Outcome, features: Collection[str], began: float, *, narrowed: bool = False
) -> Results:
    """The results of a run. ``began`` is its beginning on the monotonic clock; ``narrowed`` that -k or -m chose."""
    catalogue = load_requirements()
    tally = outcome.tally
    settle_s = outcome.settling.get("settle_ms", 2000.0) / 1000
    findings = [build_finding(proof, catalogue, begun.target["url"], settle_s) for proof in outcome.proofs]
    requirements = requirement_results(catalogue, tally, findings, features, _unjudged(outcome))
    complete = not outcome.interrupted
    begun.verdict = verdict_of(requirements, narrowed=narrowed, complete=complete)
    begun.target |= outcome.server
    begun.duration_s = round(time.monotonic() - began, 1)
    begun.requirements = requirements
    begun.findings = findings
    begun.counts = count_outcomes(requirements, tally)
    begun.operations = operation_results(tally)
    begun.settling = dict(outcome.settling)
    begun.leftovers = list(dict.fromkeys(tally.leftovers))
    begun.errors = list(tally.errors)
    begun.complete = complete
    begun.narrowed = narrowed
    return begun
