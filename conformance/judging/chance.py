"""How likely something is by chance."""

from __future__ import annotations

import math


def at_least(times: int, tries: int, share: float) -> float:
    """How likely something comes about so often or more in some tries, if it does in a share of all."""
    return sum(math.comb(tries, each) * share**each * (1 - share) ** (tries - each) for each in range(times, tries + 1))
