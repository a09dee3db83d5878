"""Put N hostile values into the fields of answers and judge each trace: no rule crashes, and none is slow.

Usage: python -m benchmarks.rules.hostile_values [N] [SEED]

Every operation's answer of a trace that a correct server left is taken in turn, and one place in its body (a field, a
key, the whole) replaced by a value that JSON allows and nobody expects. A trace takes at most 0.2 s to be judged.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.judging.hostile import SLOW_S, Hostile, hostile_traces


def main(count: int, seed: int) -> int:
    """Print crashes, slow traces and the slowest; how many of the two there were."""
    hostile, slowest = Hostile(), (0.0, "")
    crashed, slow = list[str](), list[str]()
    for what, trace in hostile_traces(count, seed):
        judgement, took = hostile.judge(trace)
        slowest = max(slowest, (took, what))
        crashed += [f"{what}: {told}" for told in dict.fromkeys(judgement.crashes.values())]
        if took > SLOW_S:
            slow.append(f"{what}: {took:.3f} s")
    print(f"{count} hostile values: {len(crashed)} crashes, {len(slow)} slower than {SLOW_S} s")
    print(f"slowest: {slowest[0]:.3f} s, {slowest[1]}")
    print("\n".join([*crashed[:20], *slow[:20]]))
    return len(crashed) + len(slow)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=2_000)
    parser.add_argument("seed", nargs="?", type=int, default=0)
    chosen = parser.parse_args()
    began = time.monotonic()
    failed = main(chosen.count, chosen.seed)
    print(f"{time.monotonic() - began:.0f} s")
    sys.exit(1 if failed else 0)
