"""Drawing scenarios with Hypothesis, without playing them."""

from __future__ import annotations

from hypothesis.strategies import SearchStrategy

from conformance.drawing import draw
from conformance.scenarios.scenario.codec import to_json
from conformance.scenarios.scenario.model import Scenario
from conformance.wire import exact_json

# Hypothesis repeats itself now and then, above all at the beginning.
_SPARE = 6


def collect(strategy: SearchStrategy[Scenario], n: int, seed: int) -> list[Scenario]:
    """``n`` different scenarios (fewer if the strategy has no more), the same ones for the same seed."""
    found: dict[str, Scenario] = {}
    # Hypothesis begins with the simplest scenario of all, whatever the seed: it comes last, and only if it is needed.
    wanted = n + 1

    def gather(scenario: Scenario) -> bool:
        found.setdefault(exact_json.dumps(to_json(scenario)), scenario)
        return len(found) == wanted

    draw(strategy, wanted + n // 4 + _SPARE, seed, gather)
    simplest, *others = found.values()
    return [*others, simplest][:n]
