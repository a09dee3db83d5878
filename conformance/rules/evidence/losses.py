"""Requests whose answers were lost again and again, while others were answered: what cannot be chance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import ENOUGH_LOST, Exchange, Loss

_Tries = tuple[list[Exchange], tuple[Loss, ...]]
"""Exchanges of one request, and to what earlier plays of the scenario have lost it."""

_WEIGHTS: dict[Loss, int] = {"gateway": 1, "timeout": 2, "protocol": 1}


def lost_again(index: TraceIndex, *kinds: Loss) -> Iterator[tuple[Exchange, ...]]:
    """The requests that were never answered however often they were sent, each with all its exchanges so lost.

    Sent again in a row in this trace, or lost at the same step by each earlier play of the scenario. Something else
    must have been answered meanwhile, or it would say nothing of this request.
    """
    told = set[int]()
    for tries, earlier in chain(_in_a_row(index), _in_each_play(index)):
        lost = tuple(each for each in tries if each.lost_to in kinds)
        weight = sum(each.loss for each in lost) + sum(_WEIGHTS[each] for each in earlier if each in kinds)
        if lost and lost[-1].index not in told and weight >= ENOUGH_LOST and _others_answered(index, lost):
            told.add(lost[-1].index)
            yield lost


def _in_each_play(index: TraceIndex) -> Iterator[_Tries]:
    """The exchanges of each step that earlier plays have lost, if this one has, too, and to what those have lost it.

    That the same request is answered at another step, or when the scenario is cleaned up, says nothing against it:
    by then what it is about has changed.
    """
    for step, earlier in index.trace.lost.items():
        own = [each for each in index.trace.exchanges if each.step == step]
        if own and all(each.lost_to is not None for each in own):
            yield own, earlier


def _in_a_row(index: TraceIndex) -> Iterator[_Tries]:
    """For each request, the exchanges since it was answered last, in order of sending, and nothing of other plays."""
    tries: dict[tuple[object, ...], list[Exchange]] = {}
    for exchange in index.trace.exchanges:
        request = exchange.request
        key = (request.method, request.path, request.query, request.body)
        if exchange.lost_to is not None:
            tries.setdefault(key, []).append(exchange)
        elif exchange.response is not None:
            tries.pop(key, None)
    yield from ((row, ()) for row in tries.values())


def _others_answered(index: TraceIndex, lost: tuple[Exchange, ...]) -> bool:
    """Whether the target answered something after the first of these requests was sent."""
    return any(other.answered and other.sent > lost[0].sent for other in index.trace.exchanges)
