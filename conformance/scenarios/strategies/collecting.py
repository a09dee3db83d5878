"""Drawing scenarios with Hypothesis, without playing them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from hypothesis.strategies import SearchStrategy

from conformance.drawing import draw
from conformance.scenarios.scenario.codec import to_json
from conformance.scenarios.scenario.model import Scenario
from conformance.wire import exact_json

# Of ten examples or more Hypothesis makes some as simple as can be, but for one choice. They come early, and show
# little.
_BATCH = 9
# The first example is the simplest of all, whatever the seed; the second one differs from it in its first choice.
_SIMPLE = 2


def collect(strategy: SearchStrategy[Scenario], n: int, seed: int) -> list[Scenario]:
    """``n`` different scenarios (fewer if the strategy has no more), the same ones for the same seed.

    What is the same for many seeds comes last, and only if it is needed.
    """
    found, simple = dict[str, Scenario](), dict[str, Scenario]()
    for batch in itertools.count():
        drawn, known = list[Scenario](), len(found)
        draw(strategy, _BATCH, seed + batch, drawn.append)
        found |= _by_content(drawn[_SIMPLE:])
        simple = _by_content(drawn[_SIMPLE - 1 :: -1]) | simple
        if len(found) >= n or len(found) == known:
            break
    return list({**found, **simple}.values())[:n]


def _by_content(scenarios: Iterable[Scenario]) -> dict[str, Scenario]:
    return {exact_json.dumps(to_json(each)): each for each in scenarios}
