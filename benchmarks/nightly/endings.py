"""Whether a run that is ended at any moment loses anything: kill -9 at random moments, Ctrl-C at chosen ones.

    python -m benchmarks.nightly.endings [--kills 20] [--interrupts 1] [--seed 0]

After a kill, everything that the event log held and everything that the terminal told must be in what `conformance
report` makes of the directory. After Ctrl-C, the run must end with exit code 130 and with whole reports that say that
they were interrupted. Nothing but a sentence may be written to standard error. The server has two faults, so that
there are findings to lose. ``--interrupts`` is how often each moment is tried.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.shared.measuring import program, stamp
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess

_FAULTS = ("name-dropped", "cancel-ignored")
_LONGEST_S = 300.0
_LOOK_S = 0.02
_KILLED_WITHIN = 1500
_REPORTS = ("results.json", "report.html", "junit.xml", "summary.md")


@dataclass
class Run:
    """A run under way: its directory, its process, and what it has printed so far."""

    directory: Path
    process: subprocess.Popen[str]
    printed: list[str] = field(default_factory=list)

    def until(self, come: Callable[[Run], bool]) -> None:
        """Wait for a moment, or for the end of the run."""
        end = time.monotonic() + _LONGEST_S
        while self.process.poll() is None and not come(self):
            if time.monotonic() > end:
                raise TimeoutError(f"{self.directory}: the moment never came")
            time.sleep(_LOOK_S)

    def told(self, text: str) -> bool:
        """Whether it has printed a line that begins so."""
        return any(line.startswith(text) for line in self.printed)

    def complaint(self) -> str:
        """What it has written to standard error, but for sentences of its own; read once it has ended."""
        lines = self.process.stderr.read().splitlines() if self.process.stderr else []
        return " ".join(line for line in lines if not line.startswith("conformance: "))

    @property
    def exchanges(self) -> int:
        """How many exchanges it says on the terminal that it has judged."""
        counts = [int(found[1].replace(",", "")) for line in self.printed if (found := _COUNT.search(line))]
        return max(counts, default=0)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The whole lines of its event log."""
        log = self.directory / "events.ndjson"
        lines = log.read_bytes().split(b"\n")[:-1] if log.exists() else []
        return [json.loads(line) for line in lines]


_COUNT = re.compile(r"([\d,]+) exchanges")


@contextlib.contextmanager
def under_way(directory: Path, seed: int) -> Iterator[Run]:
    """A smoke run against a server with faults."""
    with ReferenceProcess(ServerOptions(faults=_FAULTS)) as server:
        command = [program("conformance"), "run", server.url, "--profile=smoke", f"--seed={seed}"]
        process = subprocess.Popen(
            [*command, f"--report-dir={directory}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        run = Run(directory, process)
        reader = threading.Thread(target=lambda: run.printed.extend(process.stdout or ()), daemon=True)
        reader.start()
        try:
            yield run
        finally:
            process.kill()
            process.wait()
            reader.join(_LONGEST_S)


def killed(directory: Path, seed: int, chance: random.Random) -> tuple[str, list[str]]:
    """Kill a run once it has logged so many events; gives what it had by then, and what is lost."""
    most = chance.randrange(1, _KILLED_WITHIN)
    with under_way(directory, seed) as run:
        run.until(lambda run: len(run.events) >= most)
        run.process.kill()
        told = run.complaint()
    before = run.events
    problems = [f"standard error: {told}"] if told else []
    subprocess.run([program("conformance"), "report", str(directory)], capture_output=True, check=False)
    if not (directory / "results.json").exists():
        return f"{len(before)} events", [*problems, "no results"]
    results = json.loads((directory / "results.json").read_text("utf-8"))
    return f"{len(before)} events, {results['counts']['exchanges']} exchanges", [
        *problems,
        *_lost(run, before, results),
    ]


def _lost(run: Run, before: Sequence[dict[str, Any]], results: dict[str, Any]) -> Iterator[str]:
    """What the log or the terminal had and the results have not."""
    if results["complete"]:
        yield "the results say that the run is complete"
    logged = sum(each["event"] == "exchange" for each in before)
    for name, count in (("log", logged), ("terminal", run.exchanges)):
        if results["counts"]["exchanges"] < count:
            yield f"{name}: {count} exchanges, results: {results['counts']['exchanges']}"
    summaries = [each["data"] for each in before if each["event"] == "observation-summary"]
    found = {each["id"]: [each["upheld"], each["violated"]] for each in results["requirements"]}
    for name, counts in (summaries[-1] if summaries else {}).items():
        if found.get(name) != counts:
            yield f"{name}: observed {counts}, results {found.get(name)}"
    findings = {each["data"]["id"] for each in before if each["event"] == "finding"}
    if missing := findings - {each["id"] for each in results["findings"]}:
        yield f"findings {sorted(missing)}"


def _within(seconds: float) -> Callable[[Run], bool]:
    came = time.monotonic() + seconds
    return lambda _: time.monotonic() >= came


Moment = Callable[[Run], bool]
MOMENTS: dict[str, Callable[[], Moment]] = {
    "starting up": lambda: _within(0.7),
    "options read": lambda: _within(2.0),
    "probing": lambda: lambda run: run.told("probing"),
    "drawing": lambda: lambda run: run.told("drawing"),
    "exploring": lambda: lambda run: run.told("exploring"),
    "exchanges judged": lambda: lambda run: len(run.events) > 400,
    "confirming": lambda: lambda run: run.told("confirming"),
    "a finding": lambda: lambda run: any(each["event"] == "finding" for each in run.events),
    "cleaning up": lambda: lambda run: run.told("confirming") and _quiet(run),
    "results written": lambda: lambda run: any(run.directory.glob("results.json*")),
    "reports written": lambda: lambda run: (run.directory / "junit.xml").exists(),
}


def _quiet(run: Run) -> bool:
    """Whether all that there is to find has been found: what comes next is tidying up."""
    return bool(sum(each["event"] == "finding" for each in run.events) >= len(_FAULTS))


def interrupted(directory: Path, seed: int, moment: Moment) -> tuple[str, list[str]]:
    """Interrupt a run at a moment; gives how it ended, and what is wrong."""
    with under_way(directory, seed) as run:
        run.until(moment)
        if run.process.poll() is not None:
            return "it had ended", []
        began = time.monotonic()
        run.process.send_signal(signal.SIGINT)
        try:
            code = run.process.wait(_LONGEST_S)
        except subprocess.TimeoutExpired:
            return "it did not end", ["it did not end"]
        took = time.monotonic() - began
        told = run.complaint()
    begun = run.told("probing")
    # An interpreter that has hardly started dies of the signal itself, which a shell tells as 130, too.
    right = {130} if begun else {130, -signal.SIGINT}
    problems = [] if code in right else [f"exit code {code}"]
    if told:
        problems.append(f"standard error: {told[:200]}")
    missing = [name for name in _REPORTS if not (directory / name).exists()]
    if begun and missing:
        problems.append(f"no {', '.join(missing)}")
    elif begun:
        problems += _unmarked(directory)
    return f"{took:.1f} s, {'reports' if not missing else 'nothing was begun'}", problems


def _unmarked(directory: Path) -> Iterator[str]:
    """Reports that are broken, or do not say that they were cut."""
    results = json.loads((directory / "results.json").read_text("utf-8"))
    ElementTree.parse(directory / "junit.xml")
    # What had been confirmed by then stands: a run that was cut may be not conformant, but never conformant.
    if results["complete"] or results["verdict"] == "conformant":
        yield f"results: complete {results['complete']}, {results['verdict']}"
    if not (directory / "report.html").read_text("utf-8").rstrip().endswith("</html>"):
        yield "the HTML report is not whole"


def main() -> int:
    """Run and print; gives 1 when anything is lost or wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--interrupts", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)
    # Also where a shell's background has this ignore it, and what it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print("| ended by | when | what it left | wrong |\n|---|---|---|---|", flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(chosen.kills):
            had, problems = killed(Path(folder) / f"killed-{number}", chosen.seed + number, chance)
            wrong += bool(problems)
            print(f"| kill -9 | {had.partition(',')[0]} | {had} | {'; '.join(problems) or '-'} |", flush=True)
        for name, moment in MOMENTS.items():
            for number in range(chosen.interrupts):
                had, problems = interrupted(Path(folder) / f"{name}-{number}", chosen.seed + number, moment())
                wrong += bool(problems)
                print(f"| Ctrl-C | {name} | {had} | {'; '.join(problems) or '-'} |", flush=True)
    print(f"\n{wrong} of {chosen.kills + len(MOMENTS) * chosen.interrupts} went wrong.{stamp()}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
