"""How many mechanical mutants of the judging side its own tests kill.

    python -m benchmarks.rules.mutants [--count 300] [--seed 0] [--jobs 2] [--seconds 60] [ROOM/MODULE:NUMBER…]

mutmut alters one place at a time in `rules/`, `judging/` and `confirming/`. Each mutant of a sample, even over the
modules, is tried in a copy of the project: the tests of the room that it stands in run until the first one fails, which
kills it. Tests that last longer than ``--seconds`` tell nothing, and are counted apart. Prints a line per mutant as it
ends, the diffs of those that survived, and the figures.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from benchmarks.shared.measuring import ROOT, stamp
from benchmarks.shared.mutant import Mutant, diff, mutations, source

_PACKAGE = ROOT / "conformance"
_ROOMS = ("rules", "judging", "confirming")
_SCENES = "tests/rules/test_scenes.py"


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant, and the first test that failed, None for a survivor; ``unknown``: the tests did not come to an end."""

    mutant: Mutant
    killed_by: str | None
    seconds: float
    unknown: bool = False


def _path(module: str) -> Path:
    return _PACKAGE / f"{module}.py"


def tests_of(module: str) -> list[str]:
    """The tests that bear on a module: those of its folder, and for a rule the scenes of all clauses."""
    room = module.split("/", maxsplit=1)[0]
    if room != "rules":
        return [f"tests/{room}"]
    folder = ROOT / "tests" / Path(module).parent
    shared = "evidence" in module
    own = ["tests/rules"] if shared else [str(folder.relative_to(ROOT))]
    return own if shared else [*own, _SCENES]


def trial(mutant: Mutant, seconds: float) -> Trial:
    """Run the tests that bear on a mutant, in a copy of the project that holds it."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for name in ("conformance", "tests", "specs", "benchmarks"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", root)
        (root / "conformance" / f"{mutant.module}.py").write_text(source(_path(mutant.module), mutant.number), "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--no-header"]
        skipped = ["--ignore=tests/rules/scope", "--ignore=tests/rules/simulator"]
        try:
            done = subprocess.run(
                [*command, *tests_of(mutant.module), *skipped],
                cwd=root,
                env={**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Trial(mutant, None, time.monotonic() - started, unknown=True)
    failed = (line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR")))
    killed_by = next(failed, f"exit code {done.returncode}") if done.returncode else None
    return Trial(mutant, killed_by, time.monotonic() - started)


def sample(seed: int, count: int) -> list[Mutant]:
    """So many mutants, as many of each module as its share, in an order that the seed chooses."""
    paths = (path for room in _ROOMS for path in sorted((_PACKAGE / room).rglob("*.py")))
    modules = [str(path.relative_to(_PACKAGE).with_suffix("")) for path in paths]
    everything = [Mutant(module, number) for module in modules for number in range(len(mutations(_path(module))[1]))]
    step = max(1, len(everything) // count)
    chosen = everything[seed % step :: step][:count]
    random.Random(seed).shuffle(chosen)
    return chosen


def _summary(trials: Sequence[Trial]) -> Iterator[str]:
    known = [each for each in trials if not each.unknown]
    survivors = [each.mutant for each in known if each.killed_by is None]
    for mutant in survivors:
        yield "\n".join(["", f"{mutant} survived:", *diff(_path(mutant.module), mutant.number)])
    rooms = Counter(each.mutant.module.split("/")[0] for each in known)
    alive = Counter(each.module.split("/")[0] for each in survivors)
    yield "\n| room | mutants | killed |\n|---|---|---|"
    yield from (f"| {room} | {count} | {count - alive[room]} |" for room, count in rooms.items())
    unknown = len(trials) - len(known)
    yield f"\n{len(known) - len(survivors)} of {len(known)} mutants killed; {unknown} more had tests that did not end."
    yield stamp()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mutants", nargs="*", type=Mutant.named)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    trials = list[Trial]()
    with ThreadPoolExecutor(chosen.jobs) as pool:
        mutants = chosen.mutants or sample(chosen.seed, chosen.count)
        asked = [pool.submit(trial, mutant, chosen.seconds) for mutant in mutants]
        for ended in as_completed(asked):
            trials.append(ended.result())
            told = f"killed by {trials[-1].killed_by}" if trials[-1].killed_by else "SURVIVED"
            told = "its tests did not end" if trials[-1].unknown else told
            print(f"{trials[-1].mutant}: {told} ({trials[-1].seconds:.1f} s)", flush=True)
    print("\n".join(_summary(trials)))


if __name__ == "__main__":
    main()
