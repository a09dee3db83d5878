"""How many mechanical mutants of the reference server the suite kills.

    python -m benchmarks.mutants [--count 250] [--seed 0] [--jobs 2] [--profile standard] [MODULE:NUMBER…]

Faults that were written beside the rules prove little, so mutmut alters the reference server's own code: one change of
one place each. A sample of these mutants is served, and a run against each stops at the first violated requirement,
which kills it. Mutants that do not start show no behaviour and are replaced by others. Prints a line per mutant as it
ends, the diffs of those that survived, and the figures. Authentication, latency and clock differences are left out: a
server shows them only when it is asked to.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from benchmarks.detection import watched
from benchmarks.shared.measuring import ROOT, stamp
from benchmarks.shared.mutant import Mutant, diff, mutations, source
from conformance.configuration.settings import Profile, Settings
from conformance.contract.requirements import load_requirements
from conformance.reference.process import ReferenceProcess, ServerDidNotStart
from conformance.target import TargetError

MODULES = (
    "app",
    "engine/durations",
    "engine/instances",
    "engine/interpolation",
    "engine/ledger",
    "engine/log",
    "engine/parameters",
    "engine/stages",
    "engine/views",
    "service/operations",
    "service/request_bodies",
    "service/server",
    "wire/errors",
    "wire/exact_json",
)
_PACKAGE = Path("conformance")
_SERVER = _PACKAGE / "reference"

_REFUSED = "the first look at the target"
_LOST = "the loss of the target"


@dataclass(frozen=True, slots=True)
class Trial:
    """``killed_by``: the violated requirements, none for a survivor; None for a mutant that does not start."""

    mutant: Mutant
    killed_by: tuple[str, ...] | None
    seconds: float = 0.0


def _path(module: str) -> Path:
    return _SERVER / f"{module}.py"


@contextlib.contextmanager
def _served_from(mutant: Mutant) -> Iterator[Path]:
    """A directory with the altered server."""
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        shutil.copytree(ROOT / _SERVER, root / _SERVER, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / _PACKAGE / "__init__.py", root / _PACKAGE)
        (root / _path(mutant.module)).write_text(source(ROOT / _path(mutant.module), mutant.number), "utf-8")
        yield root


def trial(mutant: Mutant, seed: int, profile: Profile) -> Trial:
    """Run until any requirement is violated, or to the end."""
    every = frozenset(each.id for each in load_requirements().requirements)
    settings = Settings(seed=seed, profile=profile, enough=every, confirm=False)
    try:
        with _served_from(mutant) as root:
            outcome, seconds = watched(ReferenceProcess(root=root), settings)
    except (ServerDidNotStart, SyntaxError):
        return Trial(mutant, None)
    except TargetError:
        return Trial(mutant, (_REFUSED,))
    violated = outcome.tally.violated
    killed_by = tuple(sorted(rule for rule in every if violated[rule]))
    return Trial(mutant, killed_by or ((_LOST,) if outcome.lost else ()), seconds)


def sample(seed: int) -> list[Mutant]:
    """All mutants, in an order that the seed chooses."""
    everything = [
        Mutant(module, number) for module in MODULES for number in range(len(mutations(ROOT / _path(module))[1]))
    ]
    random.Random(seed).shuffle(everything)
    return everything


def _tried(mutants: Sequence[Mutant], count: int, jobs: int, seed: int, profile: Profile) -> Iterator[Trial]:
    """Trials until so many mutants have started; a few more are begun than will be needed."""
    waiting = iter(mutants)
    with ProcessPoolExecutor(jobs) as pool:
        running = {pool.submit(trial, mutant, seed, profile) for mutant in itertools.islice(waiting, jobs)}
        started = 0
        while running and started < count:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(trial, mutant, seed, profile) for mutant in itertools.islice(waiting, len(done))}
            for ended in done:
                started += ended.result().killed_by is not None
                yield ended.result()


def _told(tried: Trial) -> str:
    if tried.killed_by is None:
        return f"{tried.mutant}: does not start"
    how = f"killed by {', '.join(tried.killed_by[:3])}" if tried.killed_by else "SURVIVED"
    return f"{tried.mutant}: {how} ({tried.seconds:.1f} s)"


def _summary(trials: Sequence[Trial]) -> Iterator[str]:
    shown = [each for each in trials if each.killed_by is not None]
    survivors = [each.mutant for each in shown if not each.killed_by]
    for mutant in survivors:
        yield "\n".join(["", f"{mutant} survived:", *diff(ROOT / _path(mutant.module), mutant.number)])
    by_module = Counter(each.mutant.module for each in shown)
    yield "\n| module | mutants | killed |\n|---|---|---|"
    for module, count in sorted(by_module.items()):
        yield f"| {module} | {count} | {count - sum(each.module == module for each in survivors)} |"
    yield f"\n{len(shown) - len(survivors)} of {len(shown)} mutants killed; {len(trials) - len(shown)} did not start."
    yield stamp()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mutants", nargs="*", type=Mutant.named)
    parser.add_argument("--count", type=int, default=250)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--profile", default="standard")
    chosen = parser.parse_args()
    mutants = chosen.mutants or sample(chosen.seed)
    trials = []
    for tried in _tried(mutants, chosen.count, chosen.jobs, chosen.seed, chosen.profile):
        trials.append(tried)
        print(_told(tried), flush=True)
    print("\n".join(_summary(trials)))


if __name__ == "__main__":
    main()
