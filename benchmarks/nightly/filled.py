"""What a standard run costs on a server that is full of others' workflows, against the same server without them.

    python -m benchmarks.nightly.filled [--filled 100000] [--like real] [--profile standard] [--seed 0]

Each run's seconds, the most memory of all its processes, the size of its report directory, and what the lists of
everything took: their part of the run's time (the time in which at least one was under way) and their traffic, which is
what the run says itself of them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.shared.measuring import program, stamp
from benchmarks.shared.memory import Held, watched
from conformance.campaign.running import FIRST_LOOK
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess

SLOWER, MOST_MB, MOST_REPORT_MB, MOST_SHARE, MOST_TRAFFIC_MB = 1.5, 500.0, 20.0, 0.1, 200.0
_LONGEST_S = 900.0
_SIZE = re.compile(r"(running instances|instances|workflows) \(([\d,.]+) MB\)")
_LIST = re.compile(r"//[^/]+/(workflows|instances)(\?running=true)?$")


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: how it ran, its verdict, the size of its reports, and what its lists of everything took."""

    held: Held
    verdict: str
    report_mb: float
    lists_s: float
    traffic_mb: float

    def row(self, name: str) -> str:
        """A line of the table."""
        of_time = f"{self.lists_s / self.held.wall_s:.1%}"
        told = f"{self.held.wall_s:.0f} | {self.held.peak_mb:.0f} | {self.report_mb:.1f} | {of_time}"
        return f"| {name} | {told} | {self.traffic_mb:.0f} | {self.verdict} | {self.held.code} |"


def costs(options: ServerOptions, profile: str) -> Cost:
    """Run the suite against a server."""
    with tempfile.TemporaryDirectory() as folder, ReferenceProcess(options) as server:
        asked = [f"--profile={profile}", f"--seed={options.seed}", f"--report-dir={folder}"]
        held = watched([program("conformance"), "run", server.url, *asked], _LONGEST_S)
        directory = Path(folder)
        results: dict[str, Any] = json.loads((directory / "results.json").read_text("utf-8"))
        recording = json.loads(gzip.decompress((directory / "exchanges.har.gz").read_bytes()))
        size = sum(each.stat().st_size for each in directory.rglob("*") if each.is_file())
    sizes = {kind: float(mb.replace(",", "")) for kind, mb in _SIZE.findall(results["unreached"])}
    lists = list(_lists(recording["log"]["entries"]))
    traffic = sum(sizes.get(kind, 0.0) for kind, _ in lists)
    return Cost(held, results["verdict"], size / 1e6, _covered(span for _, span in lists), traffic)


def _lists(entries: Iterable[dict[str, Any]]) -> Iterator[tuple[str, tuple[float, float]]]:
    """The lists of everything: what each is of, and when it began and ended, in seconds."""
    for entry in entries:
        found = _LIST.search(entry["request"]["url"])
        # The first look reads but the beginnings of long lists.
        if entry["request"]["method"] == "GET" and found is not None and entry["_trace"] != FIRST_LOOK:
            began = datetime.fromisoformat(entry["startedDateTime"]).timestamp()
            kind = f"running {found[1]}" if found[2] else found[1]
            yield kind, (began, began + max(0.0, entry["time"]) / 1000)


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """The seconds that are in at least one span."""
    total, until = 0.0, 0.0
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


def main() -> int:
    """Run and print; gives 1 when the full server costs too much."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--filled", type=int, default=100_000)
    parser.add_argument("--like", default="")
    parser.add_argument("--profile", default="standard")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    print("| server | s | MB | reports, MB | lists, of the time | lists, MB | verdict | exit code |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    empty = costs(ServerOptions(like=chosen.like, seed=chosen.seed), chosen.profile)
    print(empty.row("empty"), flush=True)
    full = costs(ServerOptions(like=chosen.like, seed=chosen.seed, filled=chosen.filled), chosen.profile)
    print(full.row(f"{chosen.filled} workflows"), flush=True)
    slower = full.held.wall_s / empty.held.wall_s
    print(f"\nThe full server takes {slower:.2f} times as long.{stamp()}")
    found = (slower, full.held.peak_mb, full.report_mb, full.lists_s / full.held.wall_s, full.traffic_mb)
    most = (SLOWER, MOST_MB, MOST_REPORT_MB, MOST_SHARE, MOST_TRAFFIC_MB)
    return 1 if any(value > limit for value, limit in zip(found, most, strict=True)) else 0


if __name__ == "__main__":
    sys.exit(main())
