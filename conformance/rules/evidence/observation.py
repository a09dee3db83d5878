"""What a rule says about a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from conformance.rules.evidence.timeline import InstanceTimeline
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange

Proof = Literal["response", "trace", "settled", "counted"]
"""``response``: one answer proves it (S). ``trace``: their order does (A). ``settled``: only time does (E).

``counted``: how often it happened in a whole run does, so that a single exchange, which it cites, need not come back.
"""


@dataclass(frozen=True, slots=True)
class Observation:
    """A requirement upheld or violated, with the exchanges (indices, the decisive one last) that show it.

    ``subject`` is the id of the workflow or instance concerned; ``pointer`` a JSON pointer to the offending part of the
    decisive exchange's response body.
    """

    upheld: bool
    exchanges: tuple[int, ...]
    expected: str = ""
    observed: str = ""
    proof: Proof = "response"
    subject: str = ""
    pointer: str = ""


Rule = Callable[[TraceIndex], Iterator[Observation]]
"""A pure function from an index to observations; it yields nothing when nothing can be judged."""


def upheld(*exchanges: Exchange, proof: Proof = "response", subject: str = "") -> Observation:
    """The requirement held, as these exchanges show."""
    return Observation(True, tuple(exchange.index for exchange in exchanges), proof=proof, subject=subject)


def violated(
    *exchanges: Exchange, expected: str, observed: str, proof: Proof = "response", subject: str = "", pointer: str = ""
) -> Observation:
    """The requirement was violated, as these exchanges show."""
    indices = tuple(exchange.index for exchange in exchanges)
    return Observation(False, indices, expected, observed, proof, subject, pointer)


def instance_upheld(timeline: InstanceTimeline, *exchanges: Exchange) -> Observation:
    """The requirement held for an instance, as its run and these exchanges show after the settle time."""
    return upheld(timeline.instance.run, *exchanges, proof="settled", subject=timeline.id)


def instance_violated(
    timeline: InstanceTimeline, *exchanges: Exchange, expected: str, observed: str, pointer: str = ""
) -> Observation:
    """The requirement was violated for an instance, as its run and these exchanges show after the settle time."""
    return violated(
        timeline.instance.run,
        *exchanges,
        expected=expected,
        observed=observed,
        proof="settled",
        subject=timeline.id,
        pointer=pointer,
    )
