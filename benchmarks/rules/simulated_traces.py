"""Judge N simulated traces of correct servers: how many observations the rules make, and false alarms (none).

Usage: python -m benchmarks.rules.simulated_traces [N] [FIRST_SEED]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from tests.rules.simulator.judged import false_alarms, judge
from tests.rules.simulator.programs import play


def main(count: int, first: int) -> int:
    """Print one line per requirement that was exercised; the number of false alarms."""
    started, upheld, alarms = time.monotonic(), Counter[str](), list[str]()
    for seed in range(first, first + count):
        played = play(seed, workflows=1 + seed % 3)
        found = list(judge(played))
        upheld.update(requirement for requirement, seen in found if seen.upheld)
        alarms += [f"seed {seed}: {requirement}: {seen}" for requirement, seen in false_alarms(played, found)]
    for requirement, times in sorted(upheld.items()):
        print(f"{requirement:34}{times:10}")
    print(
        f"{count} traces, {upheld.total()} observations, {len(alarms)} false alarms, {time.monotonic() - started:.0f} s"
    )
    print("\n".join(alarms[:20]))
    return len(alarms)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("first", nargs="?", type=int, default=0)
    chosen = parser.parse_args()
    sys.exit(1 if main(chosen.count, chosen.first) else 0)
