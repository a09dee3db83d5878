"""How many faulty clients of the demonstration driver are found by a requirement that they name.

python -m benchmarks.sdk.faults --seeds 5
python -m benchmarks.sdk.faults --faultless 20
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from conformance.sdk.campaign.campaign import SdkSettings, run_campaign
from conformance.sdk.campaign.results import sdk_catalogue

DRIVER = Path(__file__).parents[2] / "examples" / "sdk-drivers" / "reference"


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


def false_alarms(seed: int) -> list[str]:
    """The requirements that a whole run says the faultless driver to violate, and those that it cannot judge."""
    outcome = run_campaign(SdkSettings([sys.executable, str(DRIVER)], seed=seed, minimise_s=0))
    unseen = [name for name in sdk_catalogue().by_id if not outcome.tally.upheld[name]]
    return [*(f"violated: {name}" for name, _ in outcome.violations), *(f"not exercised: {name}" for name in unseen)]


def faultless(seeds: range) -> None:
    """Print what each run says of the driver without a fault, and the sum."""
    wrong = 0
    for seed in seeds:
        said = false_alarms(seed)
        wrong += bool(said)
        print(f"seed {seed}: {', '.join(said) or 'nothing'}", flush=True)
    print(f"{len(seeds) - wrong} of {len(seeds)} runs find the driver without a fault conformant")


def main() -> None:
    """Print a line for each fault that is missed, and the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--faultless", type=int, metavar="N", help="whole runs of the driver without a fault")
    given = parser.parse_args()
    if given.faultless is not None:
        faultless(range(given.first_seed, given.first_seed + given.faultless))
        return
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
