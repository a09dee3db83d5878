"""What the suite says of a correct server, seed by seed: every failed requirement would be a false alarm.

    python -m benchmarks.false_alarms [--seeds 20] [--profile standard] [--latency 400ms] [--jitter]
                                      [--clock-skew SECONDS] [--load] [--busy]
    python -m benchmarks.false_alarms --like real [--runs-per-second R] --seeds 10 --jobs 2

``--load`` lets a second client flood the same server, ``--busy`` keeps every core busy with other programs. ``--like
real`` measures on a server that is slow like a real one; such runs mostly wait, so that two fit side by side. Prints a
Markdown table, a row as soon as a run ends, and whether the traces that uphold a requirement differ from seed to seed.
CPU time is the suite's own, without the server's.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.shared.measuring import ROOT, Cost, measured, stamp
from conformance.configuration.durations import seconds_of
from conformance.reference.options import ServerOptions
from conformance.reference.process import REFERENCE, ReferenceProcess

HEAD = """| seed | failed | inconclusive | not exercised | seconds | CPU s | exchanges | runWorkflow |
|---|---|---|---|---|---|---|---|"""


class RunFailed(RuntimeError):
    """A run ended without results."""

    def __init__(self, cost: Cost) -> None:
        super().__init__(f"a run ended with code {cost.code}; it said: {cost.output[-2000:]}")


@dataclass(frozen=True, slots=True)
class Seed:
    """One run: its cost, and what it told."""

    number: int
    cost: Cost
    told: dict[str, Any]

    @property
    def row(self) -> str:
        """A table row."""
        named = [", ".join(self.told[kind]) or "—" for kind in ("failed", "inconclusive", "not_exercised")]
        figures = [f"{self.cost.wall_s:.1f}", f"{self.cost.cpu_s:.1f}", str(self.told["counts"]["exchanges"])]
        return f"| {self.number} | {' | '.join([*named, *figures])} | {self.told['runs']} |"


@contextlib.contextmanager
def _load(url: str) -> Iterator[None]:
    """A second client at work on the same server."""
    with _beside([sys.executable, "-m", "benchmarks.shared.flood", url, "--clients", "4"]):
        yield


@contextlib.contextmanager
def _busy() -> Iterator[None]:
    """A program for each core that never rests."""
    with contextlib.ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            stack.enter_context(_beside([sys.executable, "-c", "while True: pass"]))
        yield


@contextlib.contextmanager
def _beside(command: Sequence[str]) -> Iterator[None]:
    """A program that runs until the block ends."""
    program = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        program.kill()
        program.wait()


def run_seed(
    number: int, options: ServerOptions, profile: str, *, load: bool = False, program: Sequence[str] = REFERENCE
) -> Seed:
    """One run on a server of its own; ``program`` is the module that serves. Raises RunFailed."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(ReferenceProcess(options, program=program))
        if load:
            stack.enter_context(_load(server.url))
        run = [sys.executable, "-m", "benchmarks.shared.one_run"]
        command = [*run, server.url, f"--seed={number}", f"--profile={profile}", *["--auth"] * options.auth]
        cost = measured(command)
    if cost.code != 0:
        raise RunFailed(cost)
    return Seed(number, cost, json.loads(cost.output.splitlines()[-1]))


def alike(seeds: Sequence[Seed]) -> list[str]:
    """The requirements upheld by exactly the same scenarios in two seeds: a canned scenario would do that."""
    rules = sorted({rule for seed in seeds for rule in seed.told["upheld_by"]})
    found = []
    for rule in rules:
        traces = [tuple(seed.told["upheld_by"].get(rule, ())) for seed in seeds]
        if len(set(traces)) < len(traces):
            found.append(rule)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--profile", default="standard")
    parser.add_argument("--latency", default="0")
    parser.add_argument("--jitter", action="store_true")
    parser.add_argument("--clock-skew", type=float, default=0.0)
    parser.add_argument("--like")
    parser.add_argument("--runs-per-second", type=float)
    parser.add_argument("--load", action="store_true")
    parser.add_argument("--busy", action="store_true")
    return parser


def main() -> int:
    """Measure and print; gives 1 when there was a false alarm."""
    chosen = _parser().parse_args()
    options = ServerOptions(
        latency=seconds_of(chosen.latency),
        jitter=chosen.jitter,
        clock_skew=chosen.clock_skew,
        like=chosen.like,
        runs_per_second=chosen.runs_per_second,
    )
    print(HEAD, flush=True)
    seeds = []
    with _busy() if chosen.busy else contextlib.nullcontext(), ThreadPoolExecutor(chosen.jobs) as pool:
        pending = [
            pool.submit(run_seed, number, replace(options, seed=number), chosen.profile, load=chosen.load)
            for number in range(chosen.first, chosen.first + chosen.seeds)
        ]
        for future in as_completed(pending):
            seeds.append(future.result())
            print(seeds[-1].row, flush=True)
    alarms = sum(len(seed.told["failed"]) for seed in seeds)
    same = alike(seeds)
    rules = {rule for seed in seeds for rule in seed.told["upheld_by"]}
    print(f"\n{alarms} false alarms in {len(seeds)} seeds.")
    print(f"Upheld by other traces in every seed: {len(rules) - len(same)} of {len(rules)} requirements", end="")
    print(f"; the same traces in two seeds: {', '.join(same)}." if same else ".")
    print(stamp())
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
