"""What a long run holds in memory: ``--profile soak`` against the reference server.

    python -m benchmarks.soak [--max-time 20m] [--seed 0]

Prints how many exchanges it made and judged, and the peak memory (resident set) of each of its processes: the one that
makes the traffic, and the one that judges it. Reports included; the server, a process of its own, not.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.shared.measuring import Cost, measured, program, stamp
from conformance.reference.process import ReferenceProcess


def soak(url: str, max_time: str, seed: int) -> tuple[Cost, int]:
    """What it cost, and how many exchanges it made."""
    with tempfile.TemporaryDirectory() as directory:
        command = [program("conformance"), "run", url, "--profile=soak", f"--max-time={max_time}", f"--seed={seed}"]
        kept = [f"--report-dir={directory}/report", f"--database={directory}/kept"]
        cost = measured([*command, "--verbosity=quiet", *kept], Path(directory))
        told = json.loads(Path(directory, "report", "results.json").read_text("utf-8"))
        return cost, told["counts"]["exchanges"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--max-time", default="20m")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    with ReferenceProcess() as server:
        cost, exchanges = soak(server.url, chosen.max_time, chosen.seed)
    leader, *others = sorted((round(peak) for peak in cost.peaks_mb), reverse=True)
    print(cost.output)
    print(f"{exchanges} exchanges in {cost.wall_s:.0f} s ({cost.cpu_s:.0f} CPU s); exit code {cost.code}")
    print(f"peak memory: {leader} MB in the largest process; in the others {', '.join(map(str, others))} MB")
    print(stamp())


if __name__ == "__main__":
    main()
