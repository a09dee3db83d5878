"""Whether faults are found on servers that have another form than the reference server.

    python -m benchmarks.freedoms.strength [--every 8] [--seed 0] [--at-once 12] [--jobs 2] [--like real] [FAULT…]

What the suite does may depend on the form of ids, times and lists, or on how answers come, and so may what it finds.
Each fault is tried once, on the reference server with so many freedoms at once, drawn from the seed; where the report
does not tell of it, it is tried without freedoms as well. Prints a row for each fault that was not told, and how many
were. A freedom may hide a fault: a server that draws the order of its lists shows nobody that it has turned them round.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from benchmarks.detection import trial
from benchmarks.freedoms.areas import FREEDOMS
from benchmarks.freedoms.freedom import options_with
from benchmarks.freedoms.server import program_of
from benchmarks.freedoms.sets import sets_of
from benchmarks.shared.faults import WITHOUT_TOKENS
from benchmarks.shared.measuring import stamp
from conformance.reference.options import ServerOptions

# Faults are tried without tokens.
_FORMS = [each for each in FREEDOMS.values() if not (each.slow or each.options.get("auth"))]


def told(fault: str, seed: int, names: Sequence[str], like: str | None) -> tuple[bool, bool]:
    """Whether a fault is told with the freedoms of these names, and without them."""
    taken = [FREEDOMS[name] for name in names]
    program = program_of(taken, seed)
    if trial(fault, seed, "standard", options_with(taken, like=like), program).told:
        return True, True
    return False, bool(trial(fault, seed, "standard", ServerOptions(like=like)).told)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*")
    parser.add_argument("--every", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at-once", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--like")
    chosen = parser.parse_args()
    faults = chosen.faults or WITHOUT_TOKENS[chosen.seed % chosen.every :: chosen.every]
    sets = sets_of(_FORMS, chosen.at_once, chosen.seed)
    with ProcessPoolExecutor(chosen.jobs) as pool:
        taken = [[each.name for each in sets[number % len(sets)]] for number in range(len(faults))]
        pending = [
            pool.submit(told, fault, chosen.seed, names, chosen.like)
            for fault, names in zip(faults, taken, strict=True)
        ]
        print("| not told | without freedoms | freedoms |\n|---|---|---|", flush=True)
        found = alone = 0
        for fault, names, future in zip(faults, taken, pending, strict=True):
            with_them, without = future.result()
            found, alone = found + with_them, alone + without
            if not with_them:
                print(f"| {fault} | {'told' if without else 'not told'} | {' '.join(names)} |", flush=True)
    print(f"\n{found} of {len(faults)} faults told with freedoms; {alone} told with them or without them\n{stamp()}")


if __name__ == "__main__":
    main()
