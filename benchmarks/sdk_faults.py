"""How many faulty clients of the demonstration driver are found by a requirement that they name.

python -m benchmarks.sdk_faults --seeds 5
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from conformance.sdk.campaign.campaign import SdkSettings, run_campaign

DRIVER = Path(__file__).parents[1] / "examples" / "sdk-drivers" / "reference"


def faults() -> dict[str, tuple[str, ...]]:
    """The requirements that each fault breaks, by its name."""
    listed = subprocess.run([sys.executable, str(DRIVER), "--list-faults"], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return {name: tuple(word for word in words if word.startswith("sdk-")) for name, *words in rows}


def found(name: str, breaks: tuple[str, ...], seed: int) -> bool:
    """Whether a run, of the cases that these requirements need, finds the fault."""
    command = [sys.executable, str(DRIVER), "--fault", name]
    outcome = run_campaign(SdkSettings(command, seed=seed, wanted=frozenset(breaks), minimise_s=0))
    return bool({requirement for requirement, _ in outcome.violations} & set(breaks))


def main() -> None:
    """Print a line for each fault that is missed, and the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    given = parser.parse_args()
    began, runs, hits = time.monotonic(), 0, 0
    for name, breaks in faults().items():
        for seed in range(given.first_seed, given.first_seed + given.seeds):
            runs += 1
            hit = found(name, breaks, seed)
            hits += hit
            if not hit:
                print(f"missed: {name}, seed {seed}", flush=True)
    print(f"{hits} of {runs} runs found the fault, in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
