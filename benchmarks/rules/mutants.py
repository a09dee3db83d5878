"""How many mechanical mutants of the judging side its own tests kill.

    python -m benchmarks.rules.mutants [--count 300] [--seed 0] [--jobs 2] [--seconds 60] [ROOM/MODULE:NUMBER…]

mutmut alters one place at a time in `rules/`, `judging/` and `confirming/`. Each mutant of a sample, even over the
modules, is tried in a fork of a process that has imported what these tests need from other projects: the tests of the
module run, then those of the room that it stands in, until the first one fails, which kills the mutant. Tests that use
more than ``--seconds`` of the processor tell nothing, and are counted apart; so do those that last ten times as long.
Processes that a test starts run the code as it stands. A module of each room concerned is tried unaltered first, and
with an error: its tests must pass, and fail. Prints a line per mutant as it ends, the diffs of those that survived and
are not explained in ``explained_mutants.yaml``, and the figures.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.rules.explained import Change, explained, outdated
from benchmarks.shared.measuring import ROOT, stamp
from benchmarks.shared.mutant import Mutant, diff, mutations, source

_PACKAGE = ROOT / "conformance"
_ROOMS = ("rules", "judging", "confirming")
_CONTROLS = ("rules/event/effects", "judging/tally", "confirming/checks")
_SCENES = "tests/rules/test_scenes.py"
_WARMING = ("tests.rules.test_scenes", "tests.judging.test_judging", "tests.confirming.test_confirmation")
_OURS = ("conformance", "tests")


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant, and the first test that failed, None for a survivor; ``unknown``: the tests did not come to an end."""

    mutant: Mutant
    killed_by: str | None
    seconds: float
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Altered(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from another text than that of its file."""

    name: str
    path: Path
    text: str

    def find_spec(self, fullname: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        """The module when it is the altered one."""
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        """Run the altered text as the module."""
        exec(compile(self.text, str(self.path), "exec"), module.__dict__)


def _path(module: str) -> Path:
    return _PACKAGE / f"{module}.py"


def tests_of(module: str) -> list[str]:
    """The tests that bear on a module, its own first: those of its folder, and for a rule the scenes of all clauses."""
    room = _room(module)
    place = Path("tests", module)
    own = place.with_name(f"test_{place.name}.py")
    first = [str(own)] if (ROOT / own).exists() else []
    if room != "rules":
        return [*first, f"tests/{room}"]
    return [*first, _SCENES, "tests/rules"] if "evidence" in module else [*first, str(place.parent), _SCENES]


def _warm() -> None:
    """Import what the tests need, and forget what is this project's: only the rest is worth keeping."""
    for name in _WARMING:
        importlib.import_module(name)
    for name in [name for name in sys.modules if name.split(".")[0] in _OURS]:
        del sys.modules[name]


def _try(mutant: Mutant, text: str, seconds: float, told: Path) -> None:
    """In a process of its own: run the tests that bear on a mutant. Ends the process with pytest's exit code."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
    signal.alarm(int(seconds) * 10)
    with told.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    path = _path(mutant.module)
    name = f"conformance.{mutant.module.replace('/', '.')}"
    sys.meta_path.insert(0, Altered(name, path, text))
    skipped = ["--ignore=tests/rules/scope", "--ignore=tests/rules/simulator"]
    options = ["-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--no-header"]
    # Plugins are among what was imported beforehand; the project's settings turn the warning about it into an error.
    # It would also import the package, which is a plugin, from its files: asserts stay plain.
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning", "--assert=plain"]
    code = int(pytest.main([*options, *tests_of(mutant.module), *skipped]))
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # At once: a mutant may leave processes behind that would be waited for.
    os._exit(code)


def trials(mutants: Sequence[Mutant], jobs: int, seconds: float) -> Iterator[Trial]:
    """Try so many at a time; each trial as it ends."""
    waiting, running = list(reversed(mutants)), dict[int, tuple[ForkProcess, Mutant, float]]()
    with tempfile.TemporaryDirectory() as directory:
        while waiting or running:
            while waiting and len(running) < jobs:
                mutant = waiting.pop()
                text = source(_path(mutant.module), mutant.number)
                process = _started(mutant, text, seconds, _told(directory, mutant))
                running[process.sentinel] = process, mutant, time.monotonic()
            for ended in wait(list(running)):
                assert isinstance(ended, int)
                process, mutant, started = running.pop(ended)
                process.join()
                yield _ended(mutant, process.exitcode or 0, time.monotonic() - started, _told(directory, mutant))


def check_controls(rooms: Collection[str], seconds: float) -> None:
    """Try a module of each room as it stands, and with an error: `RuntimeError` unless just the error is noticed."""
    with tempfile.TemporaryDirectory() as directory:
        for module in (each for each in _CONTROLS if _room(each) in rooms):
            text, told = _path(module).read_text("utf-8"), Path(directory, "told")
            for control, fails in ((text, False), (f"{text}\nraise AssertionError\n", True)):
                process = _started(Mutant(module, 0), control, seconds, told)
                process.join()
                if bool(process.exitcode) != fails:
                    how = "pass with an error in it" if fails else "fail without a mutant"
                    raise RuntimeError(f"the tests of {module} {how}:\n{told.read_text('utf-8')}")


def _started(mutant: Mutant, text: str, seconds: float, told: Path) -> ForkProcess:
    process = get_context("fork").Process(target=_try, args=(mutant, text, seconds, told))
    process.start()
    return process


def _told(directory: str, mutant: Mutant) -> Path:
    return Path(directory, str(mutant).replace("/", "-"))


def _ended(mutant: Mutant, code: int, seconds: float, told: Path) -> Trial:
    if code < 0:
        return Trial(mutant, None, seconds, unknown=True)
    if code == 0:
        return Trial(mutant, None, seconds)
    text = told.read_text("utf-8")
    failed = next((line for line in text.splitlines() if line.startswith(("FAILED", "ERROR"))), None)
    if failed is None:
        raise RuntimeError(f"pytest ended with {code} for {mutant}, and no test failed:\n{text}")
    return Trial(mutant, failed, seconds)


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
    why = explained()
    known = [each for each in trials if not each.unknown]
    survivors = [each.mutant for each in known if each.killed_by is None]
    still = [each for each in survivors if Change.of(each) not in why]
    for mutant in still:
        yield "\n".join(["", f"{mutant} survived:", *diff(_path(mutant.module), mutant.number)])
    for each in known:
        if each.killed_by and Change.of(each.mutant) in why:
            yield f"\n{each.mutant} is explained, and killed all the same"
    yield from (f"\nexplained, but not in the code any more: {each}" for each in outdated())
    yield "\n| room | mutants | killed | explained | unexplained |\n|---|---|---|---|---|"
    for room, count in _by_room(each.mutant for each in known).items():
        alive, open_ones = _by_room(survivors)[room], _by_room(still)[room]
        yield f"| {room} | {count} | {count - alive} | {alive - open_ones} | {open_ones} |"
    yield (
        f"\n{len(known) - len(survivors)} of {len(known)} mutants killed, {len(survivors) - len(still)} explained;"
        f" {len(trials) - len(known)} more had tests that did not end."
    )
    yield stamp()


def _by_room(mutants: Iterable[Mutant]) -> Counter[str]:
    return Counter(_room(each.module) for each in mutants)


def _room(module: str) -> str:
    return module.split("/", maxsplit=1)[0]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mutants", nargs="*", type=Mutant.named)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    _warm()
    mutants = chosen.mutants or sample(chosen.seed, chosen.count)
    check_controls(_by_room(mutants), chosen.seconds)
    tried = list[Trial]()
    for each in trials(mutants, chosen.jobs, chosen.seconds):
        tried.append(each)
        told = f"killed by {each.killed_by}" if each.killed_by else "SURVIVED"
        told = "its tests did not end" if each.unknown else told
        print(f"{each.mutant}: {told} ({each.seconds:.1f} s)", flush=True)
    print("\n".join(_summary(tried)))


if __name__ == "__main__":
    main()
