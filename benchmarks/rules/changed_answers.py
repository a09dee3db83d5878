"""Which wrong fields the rules see: every field of every answer of a run changed in every way, one change at a time.

    python -m benchmarks.rules.changed_answers [--seed 8] [--every 1] [--jobs 2]

A standard run on the reference server leaves its traces. Each change of `field_changes` is made in all of them, as a
server with one such fault would have left them; it is seen when a rule is violated that was not before. Nothing is
played again, so this is quick, and says nothing of what another answer would have led to. ``--every 20`` takes each
twentieth change. Prints the changes that no rule sees, those that the API allows among them (texts of errors, say), and
how many there are of each kind.
"""

from __future__ import annotations

import argparse
import pickle
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

from benchmarks.rules.field_changes import FieldChange, field_changes
from benchmarks.shared.measuring import stamp
from conformance.campaign.drawing import draw_traffic
from conformance.campaign.observer import Silent
from conformance.campaign.running import RunContext, play_drawn, reach
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.judging.judging import Judge, Judgement
from conformance.judging.pool import JudgePool
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import TargetConfig
from conformance.trace import Trace

Judged = list[tuple[Trace, frozenset[str] | None]]
"""The traces of a run, each with the ids that it was judged with. Long ones come last."""


class _Keeping(JudgePool):
    """Judges, and keeps what it was given."""

    def __init__(self) -> None:
        super().__init__(load_document())
        self.kept: Judged = []

    async def judge(self, trace: Trace, known_ids: frozenset[str] | None = None) -> Judgement:
        self.kept.append((trace, known_ids))
        return await super().judge(trace, known_ids)


def traces_of(seed: int) -> Judged:
    """The traces that a standard run leaves of a server without faults."""
    settings, judge_pool = Settings(seed=seed), _Keeping()
    with ReferenceProcess(ServerOptions(seed=seed)) as server, judge_pool:
        config = TargetConfig(url=server.url)
        info = reach(config)
        drawn = draw_traffic(load_document(), settings.for_target(info.features), judge_pool)
        outcome = play_drawn(RunContext(config, load_document(), settings, Silent()), judge_pool, drawn, info)
    if outcome.tally.cases:
        raise SystemExit(f"The run itself violated {', '.join(outcome.tally.cases)}.")
    return sorted(judge_pool.kept, key=lambda each: len(each[0].exchanges))


@cache
def _loaded(file: Path) -> tuple[Judged, list[FieldChange], Judge]:
    # Written by this program, a moment ago.
    kept: Judged = pickle.loads(file.read_bytes())
    return kept, field_changes(trace for trace, _ in kept), Judge()


def unseen(file: Path, numbers: range) -> list[str]:
    """The names of those changes, by number, that no rule sees though some answer shows them."""
    kept, changes, judge = _loaded(file)

    def seen(change: FieldChange) -> Iterator[bool]:
        for trace, known_ids in kept:
            changed = change.of(trace)
            if changed is not None:
                yield bool(judge.judge(changed, known_ids).violations)

    return [changes[n].name for n in numbers if not any(shown := list(_until_true(seen(changes[n])))) and shown]


def _until_true(found: Iterator[bool]) -> Iterator[bool]:
    for each in found:
        yield each
        if each:
            return


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "traces.pickle"
        file.write_bytes(pickle.dumps(traces_of(chosen.seed)))
        total = len(_loaded(file)[1])
        parts = [range(first * chosen.every, total, chosen.every * chosen.jobs) for first in range(chosen.jobs)]
        with ProcessPoolExecutor(chosen.jobs) as pool:
            missed = sorted(name for found in pool.map(unseen, [file] * len(parts), parts) for name in found)
    tried = sum(map(len, parts))
    print(*missed, "", sep="\n")
    print("| field | changes that no rule sees |\n|---|---|")
    for field, count in Counter(name.partition(": ")[0] for name in missed).most_common():
        print(f"| {field} | {count} |")
    print(f"\n{tried:,} changes of fields, {tried - len(missed):,} seen ({1 - len(missed) / tried:.1%})\n\n{stamp()}")


if __name__ == "__main__":
    main()
