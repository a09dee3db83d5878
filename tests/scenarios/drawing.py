"""Scenarios drawn once for all tests, and what makes one self-consistent."""

from __future__ import annotations

from functools import cache

from conformance.scenarios import Scenario
from conformance.scenarios.plan import draw
from conformance.scenarios.scenario.model import (
    UNKNOWN,
    Chain,
    Step,
    Together,
    binds,
    instance_of,
    numbered,
    workflow_of,
)
from conformance.scenarios.strategies import THEMES

DRAWN = 6
MANY = {"a-few-dozen", "a-gross", "every-name", "throng"}


@cache
def drawn(theme: str) -> tuple[Scenario, ...]:
    """Some scenarios of a theme."""
    return tuple(draw([THEMES[theme]], DRAWN, seed=1))


def bound_by(step: Step) -> set[str | None]:
    inner = step.steps if isinstance(step, Together | Chain) else ()
    own = binds(step)
    return {own} - {None} | {ref for each in inner for ref in bound_by(each)}


def undefined(scenario: Scenario) -> list[str]:
    known: set[str | None] = {UNKNOWN}
    missing = []
    for step in scenario.steps:
        known |= bound_by(step)
        for _, each in numbered((step,)):
            missing += [ref for ref in (instance_of(each), workflow_of(each)) if ref is not None and ref not in known]
    return missing
