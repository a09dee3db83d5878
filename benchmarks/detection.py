"""How surely and how soon each fault of the reference server is detected.

    python -m benchmarks.detection [--seeds 5] [--first-seed 0] [--jobs 2] [--profile own] [--every 1] [FAULT…]
    python -m benchmarks.detection --like real [--runs-per-second R] --jobs 8

A fault counts as detected when a rule that its documentation names is violated; the run stops there. ``--profile own``
uses the cheapest profile that each fault names. ``--like real`` measures the same on a server that is slow like a real
one; its runs mostly wait, so that many fit side by side. ``--every 10`` takes each tenth fault. Prints a Markdown
table: detected, median seconds, median runWorkflow requests and the rules that caught it.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache

from benchmarks.measuring import stamp
from conformance.campaign.campaign import Drawn, draw_traffic
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunOutcome, play_drawn, reach
from conformance.configuration.settings import Profile, Settings
from conformance.contract.document import load_document
from conformance.judging.pool import JudgePool
from conformance.reference.faults import FAULTS, Fault
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import TargetConfig

FAST = ServerOptions()


@dataclass(frozen=True, slots=True)
class Trial:
    """One run against one fault. ``caught`` are the named rules that were violated, none when it was missed."""

    fault: str
    seed: int
    caught: tuple[str, ...]
    seconds: float
    runs: int
    others: tuple[str, ...] = ()


@cache
def _drawn(seed: int, profile: Profile) -> Drawn:
    """What a seed plays is the same whatever the fault: drawn once in each process."""
    with JudgePool(load_document()) as judge_pool:
        drawn = draw_traffic(load_document(), Settings(seed=seed, profile=profile), judge_pool)
        drawn.operations.result()
    return drawn


def watched(running: ReferenceProcess, settings: Settings) -> tuple[RunOutcome, float]:
    """A run on a server of its own, and how many seconds it took after everything was drawn."""
    drawn = _drawn(settings.seed, settings.profile)
    with running as server, JudgePool(load_document()) as judge_pool:
        config = TargetConfig(url=server.url)
        began = time.monotonic()
        outcome = play_drawn(config, load_document(), settings, Silent(), judge_pool, drawn, reach(config))
    return outcome, time.monotonic() - began


def trial(fault: str, seed: int, profile: Profile, slowness: ServerOptions = FAST) -> Trial:
    """Run until a rule that the fault names is violated, or to the end."""
    wanted = FAULTS[fault].breaks
    settings = Settings(seed=seed, profile=profile, stop_on=frozenset(wanted))
    outcome, seconds = watched(ReferenceProcess(replace(slowness, faults=(fault,), seed=seed)), settings)
    tally = outcome.tally
    caught = tuple(rule for rule in wanted if tally.violated[rule])
    others = tuple(sorted(rule for rule, count in tally.violated.items() if count and rule not in wanted))
    return Trial(fault, seed, caught, seconds, tally.runs, others)


def row(fault: str, trials: Sequence[Trial]) -> str:
    """A table row."""
    detected = [each for each in trials if each.caught]
    by = Counter(rule for each in detected for rule in each.caught)
    seconds = statistics.median(each.seconds for each in trials)
    runs = statistics.median(each.runs for each in trials)
    rules = ", ".join(rule for rule, _ in by.most_common(2)) or "— " + ", ".join(trials[0].others[:3])
    return f"| {fault} | {len(detected)}/{len(trials)} | {seconds:.1f} | {runs:.0f} | {rules} |"


def needs_tokens(fault: Fault) -> bool:
    """Faults of authentication show only on a server that demands tokens; those rules are not in the catalogue yet."""
    return all(rule.startswith("auth.") for rule in fault.breaks)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--profile", default="own")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--like")
    parser.add_argument("--runs-per-second", type=float)
    chosen = parser.parse_args()
    names = chosen.faults or [name for name, fault in FAULTS.items() if not needs_tokens(fault)][:: chosen.every]
    slowness = ServerOptions(like=chosen.like, runs_per_second=chosen.runs_per_second)
    print("| fault | detected | seconds | runs | caught by |\n|---|---|---|---|---|", flush=True)
    total = found = 0
    with ProcessPoolExecutor(chosen.jobs) as pool:
        pending = {
            name: [
                pool.submit(
                    trial, name, seed, FAULTS[name].profile if chosen.profile == "own" else chosen.profile, slowness
                )
                for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds)
            ]
            for name in names
        }
        for name, futures in pending.items():
            trials = [future.result() for future in futures]
            total += len(trials)
            found += sum(bool(each.caught) for each in trials)
            print(row(name, trials), flush=True)
    print(f"\ndetected in {found} of {total} runs, {len(names)} faults")
    print(stamp())


if __name__ == "__main__":
    main()
