"""Drawing scenarios with Hypothesis, without playing them."""

from __future__ import annotations

import contextlib

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.strategies import SearchStrategy

from conformance.scenarios.scenario.codec import to_json
from conformance.scenarios.scenario.model import Scenario
from conformance.wire import exact_json

# Hypothesis repeats itself now and then, above all at the beginning.
_SPARE = 6


class _Enough(BaseException):
    """Ends drawing. Hypothesis takes an Exception for a failure, which it would draw again and tell."""


def collect(strategy: SearchStrategy[Scenario], n: int, seed: int) -> list[Scenario]:
    """``n`` different scenarios (fewer if the strategy has no more), the same ones for the same seed."""
    found: dict[str, Scenario] = {}
    # Hypothesis begins with the simplest scenario of all, whatever the seed: it comes last, and only if it is needed.
    wanted = n + 1

    @hypothesis.seed(seed)
    @settings(
        max_examples=wanted + n // 4 + _SPARE,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(strategy)
    def gather(scenario: Scenario) -> None:
        found.setdefault(exact_json.dumps(to_json(scenario)), scenario)
        if len(found) == wanted:
            raise _Enough

    with contextlib.suppress(_Enough):
        gather()
    simplest, *others = found.values()
    return [*others, simplest][:n]
