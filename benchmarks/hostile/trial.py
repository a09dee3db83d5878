"""One run of the suite against one behaviour: what it took, and what is wrong with what it left."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.hostile.behaviours import BEHAVIOURS
from benchmarks.hostile.behaviours.behaviour import Behaviour
from benchmarks.shared.measuring import ROOT, program
from benchmarks.shared.memory import watched

MAX_TIME_S = 6.0
LATER_S = 10.0
MOST_MB = 500.0
_LONGEST_S = 120.0
_REPORTS = ("results.json", "report.html", "junit.xml", "summary.md")
_CODES = {0, 1, 3}
_ALLOWED_CONTROLS = "\n\t"


@dataclass
class Trial:
    """``problems`` are sentences; none of them: the run did well."""

    behaviour: Behaviour
    share: float
    wall_s: float = 0.0
    peak_mb: float = 0.0
    code: int = -1
    output: str = ""
    results: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[str]:
        """The ids of requirements that failed."""
        return [each["id"] for each in self.results.get("requirements", []) if each["outcome"] == "failed"]


@contextlib.contextmanager
def hostile(name: str, share: float, seed: int) -> Iterator[str]:
    """The URL of a hostile server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.hostile.server", name, f"--share={share}", f"--seed={seed}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield process.stdout.readline().strip().removeprefix("listening on ")
        finally:
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)
            process.kill()


def play(name: str, share: float, seed: int, directory: Path | None = None, max_time_s: float = MAX_TIME_S) -> Trial:
    """Run the suite against a behaviour, and look at all that it left."""
    trial = Trial(BEHAVIOURS[name], share)
    with tempfile.TemporaryDirectory() as scratch, hostile(name, share, seed) as url:
        reports = (directory or Path(scratch)) / "reports"
        options = ["--profile=smoke", f"--max-time={max_time_s}s", f"--report-dir={reports}", f"--seed={seed}", "-v"]
        held = watched([program("conformance"), "run", url, *options], _LONGEST_S)
        trial.wall_s, trial.peak_mb, trial.code, trial.output = held.wall_s, held.peak_mb, held.code, held.output
        _check(trial, reports, max_time_s)
    return trial


def _check(trial: Trial, reports: Path, max_time_s: float) -> None:
    told = trial.problems
    if trial.code not in _CODES:
        told.append(f"exit code {trial.code}")
    if trial.wall_s > max_time_s + LATER_S:
        told.append(f"took {trial.wall_s:.1f} s")
    if trial.peak_mb > MOST_MB:
        told.append(f"held {trial.peak_mb:.0f} MB")
    raw = sorted({each for each in trial.output if not (each.isprintable() or each in _ALLOWED_CONTROLS)})
    if raw:
        told.append(f"control characters on the terminal: {raw}")
    if "Traceback" in trial.output:
        told.append("a traceback on the terminal")
    missing = [name for name in _REPORTS if not (reports / name).exists()]
    if missing:
        told.append(f"no {', '.join(missing)}")
        return
    trial.results = json.loads((reports / "results.json").read_text("utf-8"))
    ElementTree.parse(reports / "junit.xml")
    if trial.results["errors"]:
        told.append(f"errors of the suite: {trial.results['errors'][:2]}")
    _check_outcomes(trial)


def _check_outcomes(trial: Trial) -> None:
    behaviour, told = trial.behaviour, trial.problems
    proves = behaviour.violates and not (behaviour.seldom and trial.share < 1)
    wrong = [] if proves else [each for each in trial.failed if each not in behaviour.proven]
    if wrong:
        told.append(f"false alarm: {', '.join(wrong[:4])}")
    if not trial.failed and proves and trial.code != 3:
        told.append("nothing failed, though the API is violated")
    if trial.code == 0 and behaviour.name not in _HARMLESS and trial.share == 1.0 and behaviour.violates:
        told.append("conformant")


_HARMLESS = frozenset({"well"})
