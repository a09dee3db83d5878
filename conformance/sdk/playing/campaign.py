"""A run of scenarios through a driver: played, judged by the rules for servers, reported as results."""

from __future__ import annotations

import asyncio
import logging
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from conformance.campaign.recordings import RecordingContext, check_all
from conformance.contract.document import load_document
from conformance.judging.outcomes import Unjudged
from conformance.results.known.deviations import KnownDeviation
from conformance.results.model import Results
from conformance.results.verdict import incomplete_because, verdict_of
from conformance.scenarios import Job, Played, Player, Settler
from conformance.sdk.campaign.beginning import Beginning
from conformance.sdk.campaign.campaign import SdkSettings
from conformance.sdk.campaign.player import DriverUseless
from conformance.sdk.driver.process import Driver
from conformance.sdk.driver.protocol import Hello
from conformance.sdk.playing.selection import playable
from conformance.sdk.playing.sender import DrivenTarget, SharedDriver
from conformance.sdk.proxy.upstream import Upstream
from conformance.target import LoopLag, TargetConfig
from conformance.trace import Exchange, Trace

_AT_ONCE = 8
"""Scenarios at once: what is behind an SDK is one process of its author's."""
_ONCE = "a scenario is played through an SDK once"
_UNJUDGED = Unjudged("no call put it to the test, or too little of it was due")


@dataclass
class ScenarioOutcome:
    """What playing left: the callers' traces, what was on the wire, and how the driver did."""

    hello: Hello = field(default_factory=lambda: Hello(""))
    traces: list[Trace] = field(default_factory=list)
    wire: list[Exchange] = field(default_factory=list)
    stderr: str = ""
    lost: str | None = None
    interrupted: bool = False


def play_scenarios(settings: SdkSettings, url: str) -> ScenarioOutcome:
    """Play scenarios on a server. Raises DriverNotStarted, NoHello; an interrupt is recorded in the outcome."""
    outcome = ScenarioOutcome()
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        asyncio.run(_play(settings, url, outcome))
    except DriverUseless as error:
        outcome.lost = error.reason
    except KeyboardInterrupt:
        outcome.interrupted = True
    return outcome


async def _play(settings: SdkSettings, url: str, outcome: ScenarioOutcome) -> None:
    parts = urlsplit(url)
    async with Driver(settings.command) as driver:
        outcome.hello = driver.hello
        shared = SharedDriver(driver, Upstream(f"{parts.scheme}://{parts.netloc}"), parts.path, outcome.wire)
        jobs = (
            Job(f"{scenario.theme} {number}", scenario, "sdk")
            for number, scenario in enumerate(playable(settings.seed, driver.hello.features), start=1)
        )
        at_once = _AT_ONCE if "concurrency" in driver.hello.features else 1

        def note(played: Played) -> None:
            outcome.traces.append(played.trace)

        try:
            async with (
                DrivenTarget(TargetConfig(url=url, concurrency=at_once), shared) as target,
                LoopLag() as lag,
                Settler(target, lag) as settler,
            ):
                await Player(target, settler, concurrency=at_once).play_all(jobs, note)
            outcome.lost = _ended_badly(await driver.end())
        finally:
            outcome.stderr = driver.stderr


def _ended_badly(wrong: str | None) -> str | None:
    return None if wrong is None else f"the driver did not end well: {wrong}"


def scenario_results(
    outcome: ScenarioOutcome, settings: SdkSettings, began: Beginning, known: Sequence[KnownDeviation] = ()
) -> Results:
    """The results: the requirements are those on servers, which the SDK and the reference server meet together."""
    context = RecordingContext(unjudged=_UNJUDGED, not_replayed=_ONCE)
    results = check_all(outcome.traces, load_document(), outcome.hello.name, known, context)
    target = {"name": outcome.hello.name, "sdk": True, "scenarios": True, "driver": shlex.join(settings.command)}
    complete = not outcome.interrupted and outcome.lost is None
    lacking = results.target.get("lacking")
    results = replace(
        results,
        verdict=verdict_of(results.requirements, narrowed=True, complete=complete, erred=bool(results.errors)),
        target=target,
        seed=settings.seed,
        profile="sdk",
        started_at=began.started_at,
        duration_s=began.elapsed_s,
        complete=complete,
    )
    if outcome.lost is not None:
        return incomplete_because(results, "untested" if lacking else "lost", outcome.lost)
    return incomplete_because(results, "lacking", lacking) if lacking else results
