"""One cause, one finding: how many findings a whole run tells of a server with one fault.

    python -m benchmarks.grouping [--seed 0] [--jobs 2] [--profile standard] [--every 1] [FAULT…]

``--every 8`` takes each eighth fault. Prints a Markdown table: findings, the requirements that failed, seconds, and
the findings by the requirement that leads them. A fault with two faces (a MUST and a SHOULD of the envelope, say) may
well lead to two findings; more of them would hide the cause.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from benchmarks.detection import needs_tokens, watched
from benchmarks.measuring import stamp
from conformance.configuration.settings import Profile, Settings
from conformance.reference.faults import FAULTS
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess


@dataclass(frozen=True, slots=True)
class Told:
    """What a run told of a fault: each finding's requirements, the one that leads it first."""

    fault: str
    findings: tuple[tuple[str, ...], ...]
    seconds: float

    @property
    def row(self) -> str:
        """A table row."""
        failed = {requirement for finding in self.findings for requirement in finding}
        leading = ", ".join(finding[0] for finding in self.findings) or "—"
        return f"| {self.fault} | {len(self.findings)} | {len(failed)} | {self.seconds:.0f} | {leading} |"


def run(fault: str, seed: int, profile: Profile) -> Told:
    """A whole run against one fault."""
    server = ReferenceProcess(ServerOptions(faults=(fault,), seed=seed))
    outcome, seconds = watched(server, Settings(seed=seed, profile=profile))
    return Told(fault, tuple(proof.requirements for proof in outcome.proofs), seconds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--profile", default="standard")
    parser.add_argument("--every", type=int, default=1)
    chosen = parser.parse_args()
    names = chosen.faults or [name for name, fault in FAULTS.items() if not needs_tokens(fault)][:: chosen.every]
    print("| fault | findings | requirements | seconds | led by |\n|---|---|---|---|---|", flush=True)
    counts = []
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for future in [pool.submit(run, name, chosen.seed, chosen.profile) for name in names]:
            told = future.result()
            counts.append(len(told.findings))
            print(told.row, flush=True)
    spread = ", ".join(f"{count} findings: {faults}" for count, faults in sorted(Counter(counts).items()))
    print(f"\n{len(counts)} faults, median {statistics.median(counts):g} findings; faults by findings: {spread}")
    print(stamp())


if __name__ == "__main__":
    main()
