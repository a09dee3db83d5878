"""What a rule says about a hand-written trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from conformance.rules.evidence.observation import Observation, Rule
from tests.rules.build import TraceBuilder

Scene = Callable[[TraceBuilder], None]
"""A function that plays a trace on a fresh builder."""
Case = tuple[str, str, Scene]
"""(rule id, "upheld" | "violated" | "nothing", scene)."""


def observe(rule: Rule, t: TraceBuilder, **options: Any) -> list[Observation]:
    """What a rule says about the trace."""
    return list(rule(t.index(**options)))


def tally(rule: Rule, t: TraceBuilder, **options: Any) -> tuple[int, int]:
    """How often a rule is upheld and violated by the trace."""
    found = [observation.upheld for observation in observe(rule, t, **options)]
    return found.count(True), found.count(False)


def verdict(rule: Rule, t: TraceBuilder, **options: Any) -> str:
    """ "violated", "upheld" or "nothing": what the trace says about the rule as a whole."""
    held, broken = tally(rule, t, **options)
    return "violated" if broken else "upheld" if held else "nothing"


def parameters(cases: list[Case]) -> list[ParameterSet]:
    """The cases as parameters of a test, named after the rule and the scene."""
    return [pytest.param(*case, id=f"{case[0]} {case[1]}: {case[2].__name__}") for case in cases]


def judged(rule: Rule, scene: Scene, **trace: Any) -> str:
    """The verdict of a rule on a scene; ``trace``: see TraceBuilder."""
    t = TraceBuilder(**trace)
    scene(t)
    return verdict(rule, t)
