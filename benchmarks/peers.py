"""How many of the reference server's faults ``st run`` (schemathesis' own command) detects, beside this suite.

    python -m benchmarks.peers [--seed 0] [--least 10] [--jobs 2] [--baselines 3] [--baseline-seconds 60] [FAULT…]

Both get the same document, the same fault and the same time: what the suite took to its first detection (or to the end
of the fault's profile when it missed it), at least ``--least`` seconds. ``st`` runs all its checks; it detects a fault
when it reports a kind of failure for an operation that it reports in none of the baseline runs, on a server without
faults: ``--baselines`` seeds, each for ``--least`` and for ``--baseline-seconds``. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.detection import trial
from benchmarks.shared.faults import WITHOUT_TOKENS
from benchmarks.shared.measuring import SPEC, Cost, measured, program, stamp
from conformance.reference.faults import FAULTS
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess

Failures = frozenset[tuple[str, str]]
"""What ``st`` reports: kind of failure, and operation."""

# Its cases run workflows that wait for an event with wait=true; each would hold it up for its default of ten seconds.
_REQUEST_TIMEOUT = "2"
_HEAD = """| fault | suite: detected | seconds | st run: detected | seconds | by |
|---|---|---|---|---|---|"""


class NoReport(RuntimeError):
    """``st`` ended without a report."""

    def __init__(self, cost: Cost) -> None:
        super().__init__(f"st run ended with code {cost.code} and no report; it said: {cost.output[-2000:]}")


@dataclass(frozen=True, slots=True)
class StRun:
    """One run of ``st``: what it reported, how many requests it made, and what it cost."""

    failures: Failures
    cases: int
    cost: Cost


@dataclass(frozen=True, slots=True)
class Pair:
    """Both on one fault."""

    fault: str
    caught: bool
    seconds: float
    peer: StRun


def st_run(url: str, seconds: float, seed: int) -> StRun:
    """Run ``st`` with every check for so many seconds. Raises NoReport."""
    with tempfile.TemporaryDirectory() as directory:
        command = [program("st"), "run", str(SPEC), f"--url={url}", "--checks=all", f"--seed={seed}", "--no-color"]
        command += [f"--max-time={max(1, math.ceil(seconds))}", f"--request-timeout={_REQUEST_TIMEOUT}"]
        command += ["--report=json", f"--report-dir={directory}", "--generation-database=none"]
        # In a directory of its own: what it learnt in one run must not help it in the next.
        cost = measured(command, Path(directory))
        reports = list(Path(directory).glob("*.json"))
        if not reports:
            raise NoReport(cost)
        told = json.loads(reports[0].read_text("utf-8"))
    found = {(each["title"], operation) for each in told["failures"] for operation in each["operations"]}
    errors = {(each["title"], "") for each in told["errors"]}
    return StRun(frozenset(found | errors), told["test_cases"]["generated"], cost)


def baseline(seeds: Sequence[int], seconds: Sequence[float]) -> Failures:
    """What ``st`` reports of a server without faults, over some seeds and each of some lengths of a run.

    It spreads its time over its phases, so that a short run reports what a longer one need not.
    """
    found: set[tuple[str, str]] = set()
    for each in seconds:
        for seed in seeds:
            with ReferenceProcess() as server:
                found |= st_run(server.url, each, seed).failures
    return frozenset(found)


def pair(fault: str, seed: int, least: float) -> Pair:
    """The suite first, then ``st`` for as long."""
    ours = trial(fault, seed, FAULTS[fault].profile)
    with ReferenceProcess(ServerOptions(faults=(fault,), seed=seed)) as server:
        return Pair(fault, bool(ours.told), ours.seconds, st_run(server.url, max(least, ours.seconds), seed))


def row(found: Pair, usual: Failures) -> str:
    """A table row."""
    new = sorted(found.peer.failures - usual)
    by = "; ".join(f"{title} ({operation})" if operation else title for title, operation in new[:2]) or "—"
    ours, theirs = ("yes" if caught else "no" for caught in (found.caught, bool(new)))
    return f"| {found.fault} | {ours} | {found.seconds:.1f} | {theirs} | {found.peer.cost.wall_s:.1f} | {by} |"


def _pairs(names: Sequence[str], seed: int, least: float, usual: Failures, jobs: int) -> list[Pair]:
    pairs = []
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(partial(pair, seed=seed, least=least), names):
            pairs.append(found)
            print(row(found, usual), flush=True)
    return pairs


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--least", type=float, default=10.0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--baselines", type=int, default=3)
    parser.add_argument("--baseline-seconds", type=float, default=60.0)
    chosen = parser.parse_args()
    names = chosen.faults or WITHOUT_TOKENS
    seeds = range(chosen.seed, chosen.seed + chosen.baselines)
    usual = baseline(seeds, (chosen.least, chosen.baseline_seconds))
    told = sorted(f"{title} ({operation})" if operation else title for title, operation in usual)
    print("\n".join(["Reported by st run of a server without faults, and not counted:", *told, ""]))
    print(_HEAD, flush=True)
    pairs = _pairs(names, chosen.seed, chosen.least, usual, chosen.jobs)
    theirs = sum(bool(each.peer.failures - usual) for each in pairs)
    print(f"\nOf {len(pairs)} faults the suite detects {sum(each.caught for each in pairs)}, st run {theirs}.")
    print(stamp())


if __name__ == "__main__":
    main()
