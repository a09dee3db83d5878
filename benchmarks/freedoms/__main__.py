"""What the suite says of correct servers that take freedoms: every failed requirement is a false alarm.

    python -m benchmarks.freedoms [--list] [--only NAME ...] [--at-once 12] [--seed 0] [--profile P] [--like real]

Each freedom is taken once, so many at once, drawn from the seed; --at-once 1 takes each alone, and --together all that
--only names. The table tells of each run what was not conformant in it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks.false_alarms import RunFailed, run_seed
from benchmarks.freedoms.areas import FREEDOMS
from benchmarks.freedoms.freedom import Freedom, options_with
from benchmarks.freedoms.not_legal import NOT_LEGAL
from benchmarks.freedoms.server import program_of
from benchmarks.freedoms.sets import sets_of
from benchmarks.shared.measuring import stamp

_HEAD = """| freedoms | verdict | failed | inconclusive | not exercised | seconds | exchanges | runWorkflow |
|---|---|---|---|---|---|---|---|"""


def trial(freedoms: Sequence[Freedom], seed: int, profile: str, like: str | None) -> bool:
    """One run on a server of its own: prints a row, and what was found. Gives whether it was conformant."""
    names = [freedom.name for freedom in freedoms]
    options = options_with(freedoms, seed=seed, **({"like": like} if like else {}))
    program = program_of(freedoms, seed)
    try:
        told = run_seed(seed, options, profile, program=program)
    except RunFailed as failed:
        print(f"| {' '.join(names)} | no results: {str(failed)[-300:]!r} | | | | | | |", flush=True)
        return False
    kinds = [", ".join(told.told[kind]) or "-" for kind in ("failed", "inconclusive", "not_exercised")]
    figures = [f"{told.cost.wall_s:.0f}", str(told.told["counts"]["exchanges"]), str(told.told["runs"])]
    print(f"| {' '.join(names)} | {told.told['verdict']} | {' | '.join([*kinds, *figures])} |", flush=True)
    for finding in told.told["findings"]:
        print(f"    {finding['requirement']}: {finding['expected']} / {finding['observed']}", flush=True)
    for error in told.told["errors"]:
        print(f"    the suite itself: {error}", flush=True)
    return told.told["verdict"] == "conformant" and not told.told["failed"]


def main() -> int:
    """Run and print; gives 1 when a run was not conformant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=sorted(FREEDOMS), metavar="NAME", default=[])
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--at-once", type=int, default=12)
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin with the N-th set")
    parser.add_argument("--most", type=int, default=1000, metavar="N", help="as many sets at the most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", default="standard")
    parser.add_argument("--like")
    parser.add_argument("--list", action="store_true")
    chosen = parser.parse_args()
    freedoms = [FREEDOMS[name] for name in chosen.only] or [each for each in FREEDOMS.values() if not each.slow]
    if chosen.list:
        for each in FREEDOMS.values():
            print(f"{each.name}: {each.summary} Legal: {each.basis}.")
        for what, why in NOT_LEGAL.items():
            print(f"Not legal: {what}: {why}.")
        return 0
    sets = [freedoms] if chosen.together else sets_of(freedoms, chosen.at_once, chosen.seed)
    sets = sets[chosen.first : chosen.first + chosen.most]
    print(_HEAD, flush=True)
    conformant = [trial(taken, chosen.seed + number, chosen.profile, chosen.like) for number, taken in enumerate(sets)]
    print(f"\n{sum(conformant)} of {len(sets)} runs conformant; {sum(map(len, sets))} freedoms.{stamp()}")
    return 0 if all(conformant) else 1


if __name__ == "__main__":
    sys.exit(main())
