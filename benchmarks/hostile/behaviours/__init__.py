"""Every behaviour by its name."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.hostile.behaviours import bodies, closing, framing, heads, lifecycle, network, texts
from benchmarks.hostile.behaviours.behaviour import Behaviour

BEHAVIOURS: Mapping[str, Behaviour] = {
    each.name: each
    for module in (closing, framing, bodies, texts, heads, network, lifecycle)
    for each in module.BEHAVIOURS
}
