"""The exchanges of one scenario, with what is needed to judge them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from conformance.contract.api import V1, Api
from conformance.contract.features import ASSUMED
from conformance.trace.exchange import Exchange, Loss
from conformance.trace.settling import Settling
from conformance.wire.instant import Instant, parse_instant

_TIMES = ("createdAt", "updatedAt", "startedAt", "terminatedAt")
Source = Literal["scenario", "operations", "control", "recording", "proxy", "replay", "sdk"]


@dataclass(frozen=True)
class Trace:
    """Exchanges in order of sending; concurrent ones overlap.

    ``settling`` is None where nothing is known about the target's latency (a recording): rules that hold *eventually*
    then have nothing to say. ``origin`` is the wall-clock time (ns since 1970) of client ns 0. ``features`` are those
    the target offers, ``api`` the version it speaks. Ids made in a trace are its own: nobody else acts on them.
    ``lost`` tells, by step, to what each earlier play of the same scenario lost the answer to that step's request, when
    each of them did. ``silences`` are the intervals (client ns) in which the target as a whole answered nothing for
    longer than the timeout.
    """

    id: str
    exchanges: tuple[Exchange, ...]
    settling: Settling | None = None
    origin: int = 0
    source: Source = "scenario"
    scenario: Mapping[str, Any] | None = None
    features: frozenset[str] = ASSUMED
    complete: bool = True
    notes: tuple[str, ...] = field(default=())
    api: Api = V1
    lost: Mapping[int, tuple[Loss, ...]] = field(default_factory=dict)
    silences: tuple[tuple[int, int], ...] = ()

    def settled_at(self, cause: int) -> int | None:
        """The moment (client ns) after which reads must show the effect of ``cause``; None where that is unknown."""
        if self.settling is None:
            return None
        # Many rules ask for the same causes, and each answer looks at every control.
        if cause not in self._settled:
            self._settled[cause] = self._due(self.settling, cause)
        return self._settled[cause]

    def delay_settled_at(self, end: int) -> int | None:
        """The same for the effect of a delay that has to end at a moment: timers may be late."""
        due = self.settled_at(end)
        return None if due is None or self.settling is None else max(due, end + self.settling.timers)

    def _due(self, settling: Settling, cause: int) -> int | None:
        due = settling.settled_at(cause)
        for begin, end in self.silences:
            # What was due while the target was silent is due once it has had the usual time after that.
            if due is not None and cause < end and due > begin:
                due = max(due, end + settling.settle(end, end))
        return due

    @cached_property
    def _settled(self) -> dict[int, int | None]:
        return {}

    @cached_property
    def _by_index(self) -> dict[int, Exchange]:
        return {exchange.index: exchange for exchange in self.exchanges}

    def at(self, index: int) -> Exchange:
        """The exchange of an index, which is its position only in a whole trace. Raises KeyError."""
        return self._by_index[index]

    @cached_property
    def granularity(self) -> int:
        """The coarsest granularity in ns among the target's own timestamps in this trace."""
        found = [instant.granularity for exchange in self.exchanges for instant in _instants(exchange)]
        return max(found, default=1)


def _instants(exchange: Exchange) -> list[Instant]:
    data = exchange.data
    items = data if isinstance(data, list) else [data]
    records = [item for item in items if isinstance(item, dict)]
    stages = [
        stage
        for record in records
        if isinstance(record.get("status"), list)
        for stage in record["status"]
        if isinstance(stage, dict)
    ]
    values = [parse_instant(record.get(name)) for record in (*records, *stages) for name in _TIMES]
    return [value for value in values if value is not None]
