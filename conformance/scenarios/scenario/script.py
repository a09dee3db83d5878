"""A scenario as a short script that a person reads: one line a step, in the order of their numbers."""

from __future__ import annotations

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, Step
from conformance.scenarios.steps.registry import kind_of


def script(scenario: Scenario) -> list[str]:
    """One line a step; what is inside a Together or a Chain follows it, indented."""
    return _lines(scenario.steps, 0)


def _lines(steps: tuple[Step, ...], depth: int) -> list[str]:
    found: list[str] = []
    for step in steps:
        found.append("  " * depth + kind_of(step).line(step))
        if isinstance(step, model.Together | model.Chain):
            found += _lines(step.steps, depth + 1)
    return found
