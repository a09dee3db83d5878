"""Which freedoms a server takes at once: never two of one kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from benchmarks.freedoms.freedom import Freedom


def fits(freedom: Freedom, taken: Iterable[Freedom]) -> bool:
    """Whether a server that has taken some freedoms can take another one."""
    return not freedom.kind or all(freedom.kind != other.kind for other in taken)


def sets_of(freedoms: Sequence[Freedom], at_once: int, seed: int) -> list[list[Freedom]]:
    """Sets of at most so many freedoms, drawn from ``seed``, that hold each of them once."""
    drawn = list(freedoms)
    Random(f"sets {seed}").shuffle(drawn)
    sets: list[list[Freedom]] = []
    for freedom in drawn:
        for taken in sorted(sets, key=len):
            if len(taken) < at_once and fits(freedom, taken):
                taken.append(freedom)
                break
        else:
            sets.append([freedom])
    return sets
