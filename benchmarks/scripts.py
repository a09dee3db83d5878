"""Whether the scripts of findings say the truth: each is run on the server with the fault, and on one without.

    python -m benchmarks.scripts [--seed 0] [--jobs 2] [--every 10] [FAULT…]

Of each fault's findings the curl and the Python script are run on a server that has the fault (right: violated) and on
one without it (right: not violated). Prints a row for each script that says something else, and the shares of those
that are right, that cannot tell, and that are wrong.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from benchmarks.detection import watched
from benchmarks.shared.faults import WITHOUT_TOKENS
from benchmarks.shared.measuring import stamp
from conformance.configuration.settings import Settings
from conformance.confirming.findings import build_finding
from conformance.contract.requirements import load_requirements
from conformance.reference.faults import FAULTS
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.results.model import Finding

_SETTLE_S = 0.5
_TIMEOUT_S = 120
_SAID = {1: "violated", 0: "not violated", 2: "cannot tell"}


@dataclass(frozen=True, slots=True)
class Said:
    """What one script said of a server: its last line, and what its exit code means."""

    fault: str
    requirement: str
    language: str
    faulty: bool
    meaning: str
    line: str

    @property
    def kind(self) -> str:
        """Right, wrong, or that it cannot tell."""
        if self.meaning == "cannot tell":
            return self.meaning
        return "right" if self.meaning == ("violated" if self.faulty else "not violated") else "wrong"

    @property
    def row(self) -> str:
        """A table row."""
        where = "faulty" if self.faulty else "faultless"
        return f"| {self.fault} | {self.requirement} | {self.language} | {where} | {self.meaning} | {self.line} |"


def measure(fault: str, seed: int) -> list[Said]:
    """A run that ends with the first violation of what the fault breaks, and what its scripts say."""
    catalogue = load_requirements()
    settings = Settings(seed=seed, profile="standard", enough=frozenset(FAULTS[fault].breaks))
    outcome, _ = watched(ReferenceProcess(ServerOptions(faults=(fault,), seed=seed)), settings)
    findings = [build_finding(proof, catalogue, settle_s=_SETTLE_S) for proof in outcome.proofs]
    said: list[Said] = []
    for faulty in (True, False):
        with ReferenceProcess(ServerOptions(faults=(fault,) if faulty else (), seed=seed)) as server:
            for finding in findings:
                said += _scripts(fault, finding, server.url, faulty=faulty)
    return said


def _scripts(fault: str, finding: Finding, url: str, *, faulty: bool) -> Iterator[Said]:
    if not finding.python or not finding.replays.shown:
        return
    for language, text, command in (("curl", finding.curl, ["bash"]), ("python", finding.python, [sys.executable])):
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, "script")
            script.write_text(text, encoding="utf-8")
            done = subprocess.run(
                [*command, str(script), url], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
            )
        last = (done.stdout.splitlines() or [done.stderr])[-1]
        meaning = _SAID.get(done.returncode, f"exit code {done.returncode}") if not done.stderr else done.stderr[-200:]
        yield Said(fault, finding.requirement, language, faulty, meaning, last[:160])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--every", type=int, default=10)
    chosen = parser.parse_args()
    names = chosen.faults or WITHOUT_TOKENS[:: chosen.every]
    print("| fault | finding | script | on | said | last line |\n|---|---|---|---|---|---|", flush=True)
    kinds: Counter[str] = Counter()
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for future in as_completed([pool.submit(measure, name, chosen.seed) for name in names]):
            for each in future.result():
                kinds[each.kind] += 1
                if each.kind != "right":
                    print(each.row, flush=True)
    print("\n" + ", ".join(f"{kind}: {count}" for kind, count in kinds.most_common()))
    print(stamp())


if __name__ == "__main__":
    main()
