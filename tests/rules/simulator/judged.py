"""All rules over a simulated trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.rules import ALL_RULES
from conformance.rules.evidence.observation import Observation
from conformance.rules.evidence.trace_index import TraceIndex
from tests.rules.simulator.programs import Played


def judge(played: Played) -> Iterator[tuple[str, Observation]]:
    """Every observation, with the id of its requirement."""
    index = TraceIndex(played.trace)
    for requirement, rule in ALL_RULES.items():
        for observation in rule(index):
            yield requirement, observation


def false_alarms(played: Played, judged: Iterable[tuple[str, Observation]]) -> list[tuple[str, Observation]]:
    """Violations, but for the one requirement that a correct server may choose to miss."""
    found = [(requirement, seen) for requirement, seen in judged if not seen.upheld]
    return [each for each in found if not (played.server.forgets_early and each[0] == "event.early")]
