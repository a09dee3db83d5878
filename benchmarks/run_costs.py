"""What a requirement and a theme cost in runWorkflow requests, which are what a slow target has least of.

    python -m benchmarks.run_costs [--seed 0] [--like real] [--runs-per-second R]

Plays one standard run on the reference server. For each theme: its plays, its runs, how long a play took (median), and
how many requirements it put to the test. For each requirement: how many runs had been asked for when it was upheld for
the first time, how many traces upheld it, and the theme that upheld it most often for its runs. What follows from it:
the order of the plan, and which themes are worth a second play. Controls are a row of their own.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.shared.measuring import stamp
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play
from conformance.campaign.schedule import runs_of
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.judging.tally import Tally
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import TargetConfig
from conformance.trace import Trace
from conformance.wire.instant import SECOND


@dataclass
class Spent:
    """What the traces of one theme took, and how many of them upheld each requirement."""

    plays: int = 0
    runs: int = 0
    seconds: list[float] = field(default_factory=list)
    upheld: Counter[str] = field(default_factory=Counter)


class Costs(Silent):
    """Notes of each trace what it cost and which requirements it upheld."""

    def __init__(self) -> None:
        self.themes: dict[str, Spent] = {}
        self.first: dict[str, int] = {}
        self.runs = 0
        self._before: Counter[str] = Counter()

    def judged(self, trace: Trace, tally: Tally, elapsed: float) -> None:
        """Whatever was upheld more often than before was upheld by this trace."""
        del elapsed
        runs = runs_of(trace)
        self.runs += runs
        spent = self.themes.setdefault(theme_of(trace), Spent())
        spent.plays += 1
        spent.runs += runs
        if trace.exchanges:
            spent.seconds.append((trace.exchanges[-1].received - trace.exchanges[0].sent) / SECOND)
        upheld = set(tally.upheld - self._before)
        spent.upheld.update(upheld)
        for requirement in upheld:
            self.first.setdefault(requirement, self.runs)
        self._before = tally.upheld.copy()


def theme_of(trace: Trace) -> str:
    """The theme of a scenario's trace; of another trace where it comes from, in brackets."""
    theme = (trace.scenario or {}).get("theme")
    return str(theme) if trace.source == "scenario" and theme else f"({trace.source})"


def by_theme(costs: Costs) -> Iterator[str]:
    """The rows of the first table, the dearest theme first."""
    yield "| theme | plays | runs | seconds a play | requirements |"
    yield "|---|---|---|---|---|"
    for name, spent in sorted(costs.themes.items(), key=lambda each: -each[1].runs):
        seconds = statistics.median(spent.seconds) if spent.seconds else 0.0
        yield f"| {name} | {spent.plays} | {spent.runs} | {seconds:.1f} | {len(spent.upheld)} |"


def by_requirement(costs: Costs) -> Iterator[str]:
    """The rows of the second table, first those that come last or never."""
    yield "| requirement | first upheld after runs | traces | upheld most for its runs by |"
    yield "|---|---|---|---|"
    for requirement, runs in sorted(costs.first.items(), key=lambda each: -each[1]):
        traces = sum(spent.upheld[requirement] for spent in costs.themes.values())
        gains = {name: spent.upheld[requirement] / (spent.runs + 1) for name, spent in costs.themes.items()}
        best = max(gains, key=lambda name: gains[name])
        yield f"| {requirement} | {runs} | {traces} | {best} |"


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--like")
    parser.add_argument("--runs-per-second", type=float)
    chosen = parser.parse_args()
    options = ServerOptions(seed=chosen.seed, like=chosen.like, runs_per_second=chosen.runs_per_second)
    costs = Costs()
    with ReferenceProcess(options) as server:
        settings = Settings(seed=chosen.seed, profile="standard")
        play(RunContext(TargetConfig(url=server.url), load_document(), settings, costs))
    print("\n".join([*by_theme(costs), "", *by_requirement(costs)]))
    print(stamp())


if __name__ == "__main__":
    main()
