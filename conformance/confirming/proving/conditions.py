"""What the target is like while violations are confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the target is like.

    ``lost``: it has ended meanwhile, so what it did not answer any more proves nothing. ``scarce``: it starts few runs,
    so each violation is replayed once before any is replayed more often. ``pace``: how many runs a second a slow one
    finishes, 0 for others; replays mostly wait there, so more are played side by side. ``late``: whether effects were
    late now and then, longer than they are waited for.
    """

    lost: bool = False
    scarce: bool = False
    pace: float = 0.0
    late: Callable[[], bool] = lambda: False


USUAL = Conditions()
"""A target that is there, and not slow."""
