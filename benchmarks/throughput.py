"""Exchanges per CPU second: this suite, ``st run``, and a bare httpx loop, each against the reference server.

    python -m benchmarks.throughput [--seed 0] [--profile standard] [--exchanges 4000]

Counts what each reports as sent. CPU time is that of all of a client's processes, judging and reports included, but not
the server's. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import st_run
from benchmarks.shared.measuring import Cost, measured, program, stamp
from conformance.reference.process import ReferenceProcess

_HEAD = """| client | exchanges | seconds | CPU s | exchanges per second | exchanges per CPU second |
|---|---|---|---|---|---|"""


@dataclass(frozen=True, slots=True)
class Throughput:
    """What a client did, and at what cost."""

    client: str
    exchanges: int
    cost: Cost

    @property
    def row(self) -> str:
        """A table row."""
        rates = [f"{self.exchanges / max(0.001, spent):.0f}" for spent in (self.cost.wall_s, self.cost.cpu_s)]
        figures = [str(self.exchanges), f"{self.cost.wall_s:.1f}", f"{self.cost.cpu_s:.1f}", *rates]
        return f"| {self.client} | {' | '.join(figures)} |"


def suite(url: str, seed: int, profile: str) -> Throughput:
    """A whole run of the suite, its reports included."""
    with tempfile.TemporaryDirectory() as directory:
        command = [program("conformance"), "run", url, f"--seed={seed}", f"--profile={profile}", "--quiet"]
        cost = measured([*command, f"--report-dir={directory}"])
        told = json.loads((Path(directory) / "results.json").read_text("utf-8"))
    return Throughput(f"conformance run --profile {profile}", told["counts"]["exchanges"], cost)


def bare(url: str, exchanges: int) -> Throughput:
    """httpx alone: nothing is generated, recorded or judged."""
    cost = measured([sys.executable, "-m", "benchmarks.shared.flood", url, f"--exchanges={exchanges}"])
    return Throughput("bare httpx loop", int(cost.output.split()[-1]), cost)


def peer(url: str, seconds: float, seed: int) -> Throughput:
    """``st run`` for so many seconds."""
    found = st_run(url, seconds, seed)
    return Throughput("st run --checks all", found.cases, found.cost)


def _on_a_fresh_server(client: Callable[[str], Throughput]) -> Throughput:
    with ReferenceProcess() as server:
        done = client(server.url)
    print(done.row, flush=True)
    return done


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", default="standard")
    parser.add_argument("--exchanges", type=int, default=4000)
    chosen = parser.parse_args()
    print(_HEAD, flush=True)
    ours = _on_a_fresh_server(lambda url: suite(url, chosen.seed, chosen.profile))
    _on_a_fresh_server(lambda url: peer(url, ours.cost.wall_s, chosen.seed))
    _on_a_fresh_server(lambda url: bare(url, chosen.exchanges))
    print(stamp())


if __name__ == "__main__":
    main()
