"""How late the timers of a target are, as delays show that nothing disturbed.

A control needs no timer, so that the settle time says nothing of one. Where timers tick, or are polled for, each delay
ends a little late: by the server's own times, which no view delays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.scenarios.playing.bindings import BoundInstance
from conformance.trace import Exchange
from conformance.wire.instant import SECOND, parse_duration, parse_instant

# What is later than that is no tick: such a delay lasts longer than it should.
_COARSEST = SECOND
# The next one may be later than the latest so far.
_MARGIN = 1.5


class Timers:
    """What is known of a target's timers; it learns from each scenario that was played."""

    def __init__(self) -> None:
        self._latest = 0

    @property
    def late(self) -> int:
        """By how much a delay may outlast what was ordered, in ns."""
        return int(_MARGIN * self._latest)

    def note(self, instances: Sequence[BoundInstance], exchanges: Sequence[Exchange]) -> None:
        """Learn from a scenario's instances, but for those beside which others of their workflow ran."""
        running = Counter(bound.workflow for bound in instances)
        alone = {bound.id: bound for bound in instances if running[bound.workflow] == 1}
        acted: set[str] = set()
        for exchange in exchanges:
            instance = exchange.params.get("instanceID", "")
            if exchange.operation in ("sendEvent", "cancelEvent"):
                acted.add(instance)
            elif exchange.operation == "getInstance" and instance in alone and instance not in acted:
                late = (each for each in _late(alone[instance], exchange.data) if each <= _COARSEST)
                self._latest = max([self._latest, *late])


def _late(bound: BoundInstance, shown: Any) -> Iterator[int]:
    """By how many ns each delay that has ended outlasted what was ordered, by its own times."""
    entries = shown.get("status") if isinstance(shown, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        number = entry.get("stage") if isinstance(entry, Mapping) else None
        if not isinstance(number, int) or not 0 <= number < len(bound.stages) or entry.get("error"):
            continue
        delay = bound.stages[number].get("delay")
        began, ended = parse_instant(entry.get("startedAt")), parse_instant(entry.get("terminatedAt"))
        if not isinstance(delay, Mapping) or began is None or ended is None:
            continue
        duration, until = parse_duration(delay.get("duration")), parse_instant(delay.get("until"))
        if until is not None:
            yield ended.ns - max(began.ns, until.ns)
        elif duration is not None:
            yield ended.ns - began.ns - duration
