"""How long a run takes that several machines share, against one machine's time.

    python -m benchmarks.nightly.shards [--profile thorough] [--shards 4] [--like real] [--seed 0]

First one run against one server; then as many shares as asked for, at the same time, each against a server of its own,
and the merging. What they share here and would not elsewhere is this machine's CPU: the last line tells how much of it
the shares used and how many programs wanted it, so that it is seen whether that was the limit.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.shared.measuring import ROOT, program, stamp
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess

MOST = 1 / 3
"""The part of one machine's time that four may take."""


@dataclass(frozen=True, slots=True)
class Took:
    """What commands that ran at the same time took: seconds of the slowest, CPU seconds of all, their exit codes."""

    wall_s: float
    cpu_s: float
    codes: tuple[int, ...]


def together(commands: Sequence[Sequence[str]]) -> Took:
    """Run commands at the same time, to their ends. CPU is that of their own processes, without the servers."""
    began, before = time.monotonic(), _cpu_s()
    running = [
        subprocess.Popen(each, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=ROOT) for each in commands
    ]
    codes = tuple(each.wait() for each in running)
    return Took(time.monotonic() - began, _cpu_s() - before, codes)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _row(name: str, took: Took, results: dict[str, Any]) -> str:
    counts, verdict = results["counts"], results["verdict"]
    told = f"{counts['exchanges']} | {counts['runs']} | {verdict} | {', '.join(map(str, took.codes))}"
    return f"| {name} | {took.wall_s:.0f} | {took.cpu_s:.0f} | {told} |"


def _results(directory: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((directory / "results.json").read_text("utf-8"))
    return found


def measure(chosen: argparse.Namespace, folder: Path) -> bool:
    """Run and print; gives whether the shares and their merging took little enough."""
    options = ServerOptions(like=chosen.like, seed=chosen.seed)
    asked = [f"--profile={chosen.profile}", f"--seed={chosen.seed}"]
    command = program("conformance")
    print("| | s | CPU s | exchanges | runs | verdict | exit codes |\n|---|---|---|---|---|---|---|", flush=True)
    with ReferenceProcess(options) as server:
        one = together([[command, "run", server.url, *asked, f"--report-dir={folder / 'one'}"]])
    print(_row("one machine", one, _results(folder / "one")), flush=True)
    names = [f"{number}of{chosen.shards}" for number in range(1, chosen.shards + 1)]
    directories = [folder / name for name in names]
    with contextlib.ExitStack() as stack:
        urls = [stack.enter_context(ReferenceProcess(options)).url for _ in names]
        shares = [
            [command, "run", url, *asked, f"--shard={number}/{chosen.shards}", f"--report-dir={directory}"]
            for number, (url, directory) in enumerate(zip(urls, directories, strict=True), 1)
        ]
        shared = together(shares)
        for name, directory in zip(names, directories, strict=True):
            left = _results(directory)
            counts = left["counts"]
            told = f"{left['duration_s']:.0f} | | {counts['exchanges']} | {counts['runs']}"
            print(f"| share {name} | {told} | | |", flush=True)
        merging = together([[command, "merge", *map(str, directories), f"--report-dir={folder / 'merged'}"]])
    print(_row(f"{chosen.shards} machines", shared, _results(folder / "merged")))
    print(_row("merging", merging, _results(folder / "merged")))
    part = (shared.wall_s + merging.wall_s) / one.wall_s
    busy = shared.cpu_s / shared.wall_s / (os.cpu_count() or 1)
    told = f"the shares used {busy:.0%} of this machine's CPU, at a load of {os.getloadavg()[2]:.0f}"
    print(f"\nTogether {part:.2f} of one machine's time; {told}.{stamp()}")
    return part <= MOST


def main() -> int:
    """Run and print; gives 1 when four machines take more than a third of one's time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", default="thorough")
    parser.add_argument("--shards", type=int, default=4)
    parser.add_argument("--like", default="real")
    parser.add_argument("--seed", type=int, default=0)
    with tempfile.TemporaryDirectory() as folder:
        return 0 if measure(parser.parse_args(), Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
