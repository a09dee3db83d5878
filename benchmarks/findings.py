"""What a reader gets: how many findings a fault leads to, how short they are, and how sure.

    python -m benchmarks.findings [--seed 0] [--jobs 2] [--profile standard] [--together 1] [--part 1/1] [FAULT…]
    python -m benchmarks.findings --drawn SEED
    python -m benchmarks.findings --like real [--runs-per-second 0.5] --jobs 4

Without names 24 faults of the reference server are taken, spread evenly over all, or drawn at random by ``--drawn
SEED``, so that no set of faults is the one for which grouping was made. ``--together 6`` breaks as many at once.
``--part 2/4`` measures a quarter of the runs. Prints a Markdown table, a row for each run, and under it what all runs
come to: findings per fault, how many faults have a requirement that a finding names (and which of these only beside
another requirement that leads it), steps and exchanges of a finding (median, 90th percentile, largest), and the shares
of findings that a replay showed and that have a scenario, with what no replay showed. A fault that shows at two levels
(a MUST and a SHOULD of the envelope, say) may well lead to two findings; more of them would hide the cause.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from benchmarks.detection import FAST, watched
from benchmarks.shared.faults import WITHOUT_TOKENS
from benchmarks.shared.measuring import stamp
from conformance.configuration.settings import Profile, Settings
from conformance.confirming.findings import build_finding
from conformance.contract.requirements import load_requirements
from conformance.reference.faults import FAULTS
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.results.model import Finding

_FAULTS = 24


@dataclass(frozen=True, slots=True)
class Told:
    """What one run told of some faults at once."""

    faults: tuple[str, ...]
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def untold(self) -> list[str]:
        """The faults of which no finding names a requirement that they break."""
        named = {requirement for finding in self.findings for requirement in finding.requirements}
        return [fault for fault in self.faults if not named & set(FAULTS[fault].breaks)]

    @property
    def hidden(self) -> list[str]:
        """The faults that are told, but lead no finding: a reader finds them under another heading only."""
        leading = {finding.requirement for finding in self.findings}
        return [fault for fault in self.faults if fault not in self.untold and not leading & set(FAULTS[fault].breaks)]

    @property
    def row(self) -> str:
        """A table row."""
        leading = ", ".join(finding.requirement for finding in self.findings) or "—"
        failed = {requirement for finding in self.findings for requirement in finding.requirements}
        steps = max((len(finding.script) for finding in self.findings), default=0)
        exchanges = max((len(finding.exchanges) for finding in self.findings), default=0)
        counts = f"{len(self.findings)} | {len(failed)} | {steps} | {exchanges} | {self.seconds:.0f}"
        return f"| {', '.join(self.faults)} | {counts} | {leading} |"


def run(faults: tuple[str, ...], seed: int, profile: Profile, slowness: ServerOptions = FAST) -> Told:
    """A whole run against some faults."""
    server = ReferenceProcess(replace(slowness, faults=faults, seed=seed))
    outcome, seconds = watched(server, Settings(seed=seed, profile=profile))
    catalogue = load_requirements()
    return Told(faults, tuple(build_finding(proof, catalogue) for proof in outcome.proofs), seconds)


def chosen_faults(count: int = _FAULTS, drawn: int | None = None) -> list[str]:
    """So many faults of those that need no tokens: spread evenly over all, or drawn by a seed."""
    if drawn is not None:
        return random.Random(drawn).sample(WITHOUT_TOKENS, count)
    return [WITHOUT_TOKENS[position * len(WITHOUT_TOKENS) // count] for position in range(count)]


def summary(runs: Sequence[Told]) -> list[str]:
    """What all runs come to, a line each."""
    findings = [finding for each in runs for finding in each.findings]
    faults = sum(len(each.faults) for each in runs)
    untold = [fault for each in runs for fault in each.untold]
    hidden = [fault for each in runs for fault in each.hidden]
    if not findings:
        return [f"{faults} faults, no finding"]
    shares = {
        "replayed": sum(finding.replays.shown > 0 for finding in findings),
        "with a scenario": sum(finding.scenario is not None for finding in findings),
        "minimal": sum(finding.minimised for finding in findings),
    }
    return [
        f"{faults} faults, {len(findings)} findings: {len(findings) / faults:.2f} per fault",
        f"{faults - len(untold)} of {faults} faults told" + (f", not {', '.join(untold)}" if untold else ""),
        f"{len(hidden)} of them lead no finding" + (f": {', '.join(hidden)}" if hidden else ""),
        f"steps of a scenario: {_spread([len(finding.script) for finding in findings if finding.script])}",
        f"exchanges of a finding: {_spread([len(finding.exchanges) for finding in findings])}",
        ", ".join(f"{name} {count / len(findings):.0%}" for name, count in shares.items()),
        f"seconds of a run: {_spread([round(each.seconds) for each in runs])}",
        *(_unshown(each, finding) for each in runs for finding in each.findings if not finding.replays.shown),
    ]


def _unshown(told: Told, finding: Finding) -> str:
    why = finding.not_replayed or f"in none of {finding.replays.played} replays"
    return f"not shown by a replay ({', '.join(told.faults)}): {', '.join(finding.requirements)}; {why}"


def _spread(values: Sequence[int]) -> str:
    ordered = sorted(values) or [0]
    median, most = (ordered[math.ceil(len(ordered) * part) - 1] for part in (0.5, 0.9))
    return f"median {median}, 90th percentile {most}, largest {ordered[-1]}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--profile", default="standard")
    parser.add_argument("--together", type=int, default=1)
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--drawn", type=int)
    parser.add_argument("--like")
    parser.add_argument("--runs-per-second", type=float)
    chosen = parser.parse_args()
    which, parts = map(int, chosen.part.split("/"))
    # Those at once are far from each other in the list, so of different groups.
    names = chosen.faults or chosen_faults(drawn=chosen.drawn)
    count = math.ceil(len(names) / chosen.together)
    sets = [tuple(names[first::count]) for first in range(count)][which - 1 :: parts]
    slowness = ServerOptions(like=chosen.like, runs_per_second=chosen.runs_per_second)
    print("| faults | findings | requirements | most steps | most exchanges | seconds | led by |", flush=True)
    print("|---|---|---|---|---|---|---|", flush=True)
    told = []
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for future in [pool.submit(run, faults, chosen.seed, chosen.profile, slowness) for faults in sets]:
            told.append(future.result())
            print(told[-1].row, flush=True)
    print("", *summary(told), stamp(), sep="\n")


if __name__ == "__main__":
    main()
