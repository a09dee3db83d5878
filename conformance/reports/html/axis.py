"""A time axis with round numbers."""

from __future__ import annotations

from itertools import count, takewhile

_STEPS_MS = tuple(
    [base * 10**power for power in range(4) for base in (1, 2, 5)]
    + [s * 1000 for s in (10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)]
)


def ticks(span_ms: float, most: int = 6) -> list[float]:
    """Round moments from 0 up to ``span_ms``, about ``most`` of them at the most."""
    step = next((step for step in _STEPS_MS if span_ms / step <= most), 28_800_000)
    return [float(tick) for tick in takewhile(lambda tick: tick <= span_ms, count(0, step))]


def clock(ms: float) -> str:
    """A moment for a reader: 0 ms, 250 ms, 2.5 s, 3 min, 1.5 h."""
    if ms < 1000:
        return f"{ms:.0f} ms"
    if ms < 120_000:
        return f"{ms / 1000:.3g} s"
    return f"{ms / 60_000:.3g} min" if ms < 7_200_000 else f"{ms / 3_600_000:.3g} h"
