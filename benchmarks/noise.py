"""What the suite says behind a noisy network: of a correct server, and of faults that it finds without the noise.

    python -m benchmarks.noise [--seeds 3] [--profile smoke] [--every 12]

The noise: 5 % of the answers are a gateway's 502, 1 % a JSON 503, 1 % of the connections are dropped, one answer in 700
takes 12 s, and the whole server is silent for 13 s once. Every failed requirement of the correct server is a false
alarm. Of the faults, every twelfth is tried with each seed; those found without noise count.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import cast

from benchmarks.detection import trial
from benchmarks.false_alarms import HEAD, run_seed
from benchmarks.shared.faults import WITHOUT_TOKENS
from benchmarks.shared.measuring import stamp
from conformance.configuration.settings import Profile
from conformance.reference.faults import FAULTS
from conformance.reference.options import Noise, ServerOptions

NOISE = Noise(
    gateway_errors=0.05, unavailable=0.01, drop=0.01, slow_share=1 / 700, slow_s=12.0, stall_s=13.0, stall_at_s=15.0
)


def false_alarms(seeds: int, profile: str) -> int:
    """Print what each seed says of the correct server; gives how many requirements failed."""
    print(HEAD, flush=True)
    alarms = 0
    for number in range(seeds):
        seed = run_seed(number, ServerOptions(noise=NOISE, seed=number), profile, load=False)
        alarms += len(seed.told["failed"])
        print(seed.row, flush=True)
    return alarms


def strength(seeds: int, profile: str, every: int) -> tuple[int, int]:
    """Print which faults are found with the noise; gives how many are, of those that are found without it."""
    print("\n| fault | found without noise | found with it | others with it |\n|---|---|---|---|", flush=True)
    names = WITHOUT_TOKENS[::every]
    found = whole = 0
    with ProcessPoolExecutor(2) as pool:
        for name in names:
            own: Profile = FAULTS[name].profile if profile == "own" else cast(Profile, profile)
            pairs = [
                (pool.submit(trial, name, seed, own), pool.submit(trial, name, seed, own, ServerOptions(noise=NOISE)))
                for seed in range(seeds)
            ]
            trials = [(quiet.result(), noisy.result()) for quiet, noisy in pairs]
            kept = [noisy for quiet, noisy in trials if quiet.told]
            found += sum(1 for noisy in kept if noisy.told)
            whole += len(kept)
            others = ", ".join(sorted({rule for _, noisy in trials for rule in noisy.others})[:3]) or "—"
            caught = sum(1 for noisy in kept if noisy.told)
            print(f"| {name} | {len(kept)}/{len(trials)} | {caught}/{len(kept)} | {others} |", flush=True)
    return found, whole


def main() -> int:
    """Measure and print; gives 1 when there was a false alarm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--profile", default="own")
    parser.add_argument("--every", type=int, default=12)
    chosen = parser.parse_args()
    alarms = false_alarms(chosen.seeds, "standard" if chosen.profile == "own" else chosen.profile)
    print(f"\n{alarms} false alarms in {chosen.seeds} seeds.", flush=True)
    if chosen.every:
        found, whole = strength(chosen.seeds, chosen.profile, chosen.every)
        print(f"\n{found} of {whole} trials found with noise, of those found without it.")
    print(stamp())
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
