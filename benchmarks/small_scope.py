"""How complete the rules are on small traces: every correct one, and each with one answer changed.

    python -m benchmarks.small_scope [--stages 3] [--signals 2] [--reads 3] [--traces 300] [--jobs 2] [--part K/N]

A *scope* is all traces of so many stages, signals and reads: stages of each kind, signals an event, another event or a
cancellation, reads of any view, in every order and overlap, short or long pauses between them, and all that a correct
server may answer. No rule may be violated by one. Then one field of one answer is changed to any other value of its
small domain. A search over what a correct server may do decides whether some correct server answers so (legal), whether
the API leaves it open, or whether none does: then some rule must flag it. The share of these that is flagged is the
suite's completeness.

A scope of more traces than ``--traces`` is sampled evenly, with a seed for each program (0: nothing is left out, which
takes weeks for the largest). Prints a row per scope as it is done, then what no rule flagged, by kind.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import product

from benchmarks.shared.measuring import stamp
from tests.rules.scope.judged import Tally, judge_scope
from tests.rules.scope.programs import Scope

_SHOWN = 3
_HEADING = "| stages | signals | reads | programs | correct traces | | flagged | legal | open | missed | share |"


def _rows(scopes: list[Scope], jobs: int, most: int, part: tuple[int, int]) -> Iterator[tuple[Scope, Tally]]:
    """The scopes with what was found in them, in their order; each is divided among the processes."""
    with ProcessPoolExecutor(jobs) as pool:
        asked = [
            (
                scope,
                [pool.submit(judge_scope, scope, most, (part[0] + part[1] * n, part[1] * jobs)) for n in range(jobs)],
            )
            for scope in scopes
        ]
        for scope, shares in asked:
            yield scope, _sum(shares)


def _sum(shares: list[Future[Tally]]) -> Tally:
    total = Tally()
    for share in shares:
        total.add(share.result())
        total.whole = share.result().whole
    return total


def _row(scope: Scope, found: Tally) -> str:
    share = f"{100 * found.flagged / found.illegal:.2f} %" if found.illegal else "–"
    figures = (found.flagged, found.legal, found.open, found.missed.total())
    size = f"{scope.stages} | {scope.signals} | {scope.reads} | {len(scope):,} | {found.correct:,}"
    return (
        f"| {size} | {'all' if found.whole else 'sample'} | {' | '.join(f'{each:,}' for each in figures)} | {share} |"
    )


def _part(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise argparse.ArgumentTypeError(f"{text!r} is not K/N, such as 1/4")
    return int(number) - 1, int(of)


def main() -> int:
    """Measure and print; the number of false alarms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, most in (("stages", 3), ("signals", 2), ("reads", 3)):
        parser.add_argument(f"--{name}", type=int, default=most)
    parser.add_argument("--traces", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--part", type=_part, default=(0, 1))
    chosen = parser.parse_args()
    sizes = product(range(chosen.stages + 1), range(chosen.signals + 1), range(chosen.reads + 1))
    scopes = sorted((Scope(*size) for size in sizes), key=len)
    started, total = time.monotonic(), Tally()
    print(f"{_HEADING}\n|{'---|' * 11}", flush=True)
    for scope, found in _rows(scopes, chosen.jobs, chosen.traces, chosen.part):
        print(_row(scope, found), flush=True)
        total.add(found)
    for kind, times in total.missed.most_common():
        print(f"\nmissed {times}: {kind}\n  " + "\n  ".join(total.samples[kind][:_SHOWN]))
    print("\n".join(["", f"{len(total.alarms)} false alarms", *total.alarms[:20]]))
    judged = f"{total.flagged:,} of {total.illegal:,} illegal answers flagged"
    print(f"{total.correct:,} correct traces; {judged} ({100 * total.flagged / max(1, total.illegal):.2f} %)")
    print(f"{time.monotonic() - started:.0f} s; {stamp()}")
    return len(total.alarms)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
