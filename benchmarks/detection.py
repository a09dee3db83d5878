"""How surely and how soon each fault of the reference server is detected.

    python -m benchmarks.detection [--seeds 5] [--first-seed 0] [--jobs 2] [--profile own] [--every 1] [FAULT…]
    python -m benchmarks.detection --like real [--runs-per-second R] --jobs 8

A fault counts as detected when the report ends up saying so: a requirement that the fault names failed, or a finding
names it. The run stops at the first violation of such a requirement, and confirms what was seen by then; where the
report does not say it then, a whole run is made. Beside it stands how many runs saw such a violation, confirmed or not.
``--profile own`` uses the cheapest profile that each fault names. ``--like real`` measures the same on a server that is
slow like a real one; its runs mostly wait, so that many fit side by side. ``--every 10`` takes each tenth fault. Prints
a Markdown table: told, seen, median seconds and runWorkflow requests to the end of the last run, and what told it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing.synchronize import Lock

from benchmarks.shared.measuring import stamp
from conformance.campaign.concluding import RunOutcome, conclude, header
from conformance.campaign.drawing import Drawn, draw_traffic
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play_drawn, reach
from conformance.configuration.settings import Profile, Settings
from conformance.contract.document import load_document
from conformance.contract.requirements import load_requirements
from conformance.judging.pool import JudgePool
from conformance.reference.faults import FAULTS
from conformance.reference.options import ServerOptions
from conformance.reference.process import REFERENCE, ReferenceProcess
from conformance.target import TargetConfig

FAST = ServerOptions()
_LIFETIME_S = 5.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One run against one fault: the named requirements that the report says failed, and those seen violated.

    ``others`` are the requirements that failed without being named by the fault.
    """

    fault: str
    seed: int
    told: tuple[str, ...]
    seen: tuple[str, ...]
    seconds: float
    runs: int
    others: tuple[str, ...] = ()


@cache
def _drawn(seed: int, profile: Profile, features: frozenset[str]) -> Drawn:
    """What a seed plays is the same whatever the fault: drawn once in each process, and for servers with tokens."""
    settings = Settings(seed=seed, profile=profile).for_target(features)
    with JudgePool(load_document()) as judge_pool:
        drawn = draw_traffic(load_document(), settings, judge_pool)
        drawn.operations.result()
    return drawn


def draw_in_turn(turn: Lock, seed: int, profile: Profile) -> None:
    """Draw what a seed plays, one process after another: many that draw at once would disturb the first runs."""
    with turn, ReferenceProcess(FAST) as server:
        _drawn(seed, profile, reach(TargetConfig(url=server.url)).features)


def watched(running: ReferenceProcess, settings: Settings, *, auth: bool = False) -> tuple[RunOutcome, float]:
    """A run on a server of its own, which may demand tokens, and how many seconds it took once everything was drawn."""
    with running as server, JudgePool(load_document()) as judge_pool:
        config = _with_tokens(server.url) if auth else TargetConfig(url=server.url)
        info = reach(config)
        drawn = _drawn(settings.seed, settings.profile, info.features)
        context = RunContext(config, load_document(), settings, Silent())
        began = time.monotonic()
        outcome = play_drawn(context.started(), judge_pool, drawn, info)
    return outcome, time.monotonic() - began


def _with_tokens(url: str) -> TargetConfig:
    own = ServerOptions()
    return TargetConfig(
        url=url, client_id=own.client_id, client_secret=own.client_secret, token_url=f"{url}/oauth/token"
    )


def trial(
    fault: str, seed: int, profile: Profile, slowness: ServerOptions = FAST, program: Sequence[str] = REFERENCE
) -> Trial:
    """Run until the report tells of a requirement that the fault names, or to the end.

    ``program``: what serves in the place of the reference server.
    """
    wanted = FAULTS[fault].breaks
    auth = FAULTS[fault].tokens
    options = replace(slowness, faults=(fault,), seed=seed, auth=auth)
    if auth:
        # So that some tokens have long expired before the run ends.
        options = replace(options, token_lifetime=_LIFETIME_S)
    hasty = Settings(seed=seed, profile=profile, enough=frozenset(wanted))
    for settings in (hasty, replace(hasty, enough=frozenset())):
        outcome, seconds = watched(ReferenceProcess(options, program=program), settings, auth=auth)
        seen = tuple(rule for rule in wanted if outcome.tally.violated[rule])
        failed = _failed(outcome, settings)
        told = tuple(rule for rule in wanted if rule in failed)
        if told or not seen:
            break
    others = tuple(sorted(failed - set(wanted)))
    return Trial(fault, seed, told, seen, seconds, outcome.tally.runs, others)


def _failed(outcome: RunOutcome, settings: Settings) -> set[str]:
    """What the report says of a run: the requirements that failed, and those that its findings name."""
    config, document = TargetConfig(url="http://measured"), load_document()
    begun = header(config, document, settings, load_requirements())
    results = conclude(begun, outcome, settings.features, time.monotonic())
    failed = {each.id for each in results.requirements if each.outcome == "failed"}
    return failed.union(*(finding.requirements for finding in results.findings))


def row(fault: str, trials: Sequence[Trial]) -> str:
    """A table row."""
    told, seen = [each for each in trials if each.told], [each for each in trials if each.seen]
    by = Counter(rule for each in told for rule in each.told)
    seconds = statistics.median(each.seconds for each in trials)
    runs = statistics.median(each.runs for each in trials)
    rules = ", ".join(rule for rule, _ in by.most_common(2)) or "— " + ", ".join(trials[0].others[:3])
    share = f"{len(told)}/{len(trials)} | {len(seen)}/{len(trials)}"
    return f"| {fault} | {share} | {seconds:.1f} | {runs:.0f} | {rules} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--profile", default="own")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--like")
    parser.add_argument("--runs-per-second", type=float)
    chosen = parser.parse_args()
    names = chosen.faults or list(FAULTS)[:: chosen.every]
    slowness = ServerOptions(like=chosen.like, runs_per_second=chosen.runs_per_second)
    print("| fault | told | seen | seconds | runs | told by |\n|---|---|---|---|---|---|", flush=True)
    everything: list[Trial] = []
    profile: Profile = "standard" if chosen.profile == "own" else chosen.profile
    draw = partial(draw_in_turn, multiprocessing.Lock(), chosen.first_seed, profile)
    with ProcessPoolExecutor(chosen.jobs, initializer=draw) as pool:
        pending = [
            pool.submit(
                trial, name, seed, FAULTS[name].profile if chosen.profile == "own" else chosen.profile, slowness
            )
            for name in names
            for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds)
        ]
        # A row is printed as soon as its last run ends, so that an interrupted measurement has told what it saw.
        for future in as_completed(pending):
            everything.append(future.result())
            same = [each for each in everything if each.fault == future.result().fault]
            if len(same) == chosen.seeds:
                print(row(future.result().fault, same), flush=True)
    told, seen = sum(bool(each.told) for each in everything), sum(bool(each.seen) for each in everything)
    print(f"\ntold in {told} of {len(everything)} runs, seen in {seen}; {len(names)} faults")
    print(stamp())


if __name__ == "__main__":
    main()
