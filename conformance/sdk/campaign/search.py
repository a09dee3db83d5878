"""Searching cases: drawing them, and finding the simplest one that still shows a violation."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy

from conformance import drawing
from conformance.sdk.drawing.case import Case

_SEARCHED = 400
Drawn = TypeVar("Drawn")


def draw(strategy: SearchStrategy[Drawn], count: int, seed: int) -> list[Drawn]:
    """At most ``count`` values, the same ones for the same seed.

    The first that Hypothesis draws is always the simplest, which shows least: it is left out when there are others.
    """
    found: list[Drawn] = []
    drawing.draw(strategy, count + 1, seed, found.append)
    return found[1 : count + 1] if len(found) > count else found


def simplest(strategy: SearchStrategy[Case], shows: Callable[[Case], bool], seed: int, seconds: float) -> None:
    """Search for ever simpler cases that ``shows`` says True of; it keeps what it needs of the last of them.

    After ``seconds`` the search is over: from then on nothing is played.
    """
    end = time.monotonic() + seconds

    def wanted(case: Case) -> bool:
        return time.monotonic() < end and shows(case)

    quiet = settings(
        max_examples=_SEARCHED,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    try:
        with drawing.seed_alone():
            hypothesis.find(strategy, wanted, settings=quiet, random=random.Random(seed))
    except HypothesisException:
        return  # nothing simpler was found in time, or the SDK does not repeat itself
