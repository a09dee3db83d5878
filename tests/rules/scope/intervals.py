"""Every order and overlap of a few requests, each once, and how much time passes between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

Order = tuple[tuple[int, int], ...]
"""For each request the first and the last of the points in time that it spans."""
Window = tuple[int, int]
"""When a request is sent and when it is answered, in ms."""

WIDTH = 20
"""How long a point in time lasts, in ms: requests that share it overlap."""


@cache
def orders(count: int) -> tuple[Order, ...]:
    """The interval orders of so many requests: each is given once, by as few points as it needs.

    In the least representation each point is the first of some request and the last of some other.
    """
    return tuple(order for points in range(1, count + 1) for order in _with_points(count, points)) if count else ((),)


def _with_points(count: int, points: int) -> Iterator[Order]:
    spans = [(first, last) for first in range(points) for last in range(first, points)]
    everything = set(range(points))
    for order in product(spans, repeat=count):
        if {first for first, _ in order} == everything == {last for _, last in order}:
            yield order


def timings(labels: Sequence[int], pauses: Sequence[int]) -> Iterator[tuple[Window, ...]]:
    """When each of some requests is under way, after an answer at 0: every order, each of the pauses everywhere.

    Requests with one label are alike: what their exchange would give is left out.
    """
    for order in orders(len(labels)):
        if all(labels[n] != labels[n + 1] or order[n] <= order[n + 1] for n in range(len(labels) - 1)):
            points = max((last for _, last in order), default=-1) + 1
            for gaps in product(pauses, repeat=points):
                yield _placed(order, gaps)


def _placed(order: Order, gaps: Sequence[int]) -> tuple[Window, ...]:
    begins, now = [], 0
    for gap in gaps:
        begins.append(now := now + gap)
        now += WIDTH
    # Of requests that share a point, none is sent or answered at the same moment.
    return tuple((begins[first] + n, begins[last] + WIDTH // 2 + n) for n, (first, last) in enumerate(order))
