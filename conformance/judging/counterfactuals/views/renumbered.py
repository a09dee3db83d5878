"""Which violations remain when entries of status get the numbers that they should have: the others follow from these.

Every rule that looks for a stage in a status looks for its number. Where a server counts from one, say, each of them
sees another stage or none, and only `stage.sequence` names the cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.edited import edited, with_data
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace

SEQUENCE = "stage.sequence"


def renumbered(tally: Tally) -> Sequence[Trace]:
    """Of the traces kept for violations those with statuses whose entries bear other numbers, with these put right."""
    suspect = tally.violating_traces.get(SEQUENCE, set())
    traces = {name: trace for name, trace in tally.kept_traces.items() if name in suspect}
    return edited(traces.values(), lambda trace: map(_put_right, trace.exchanges))


def _put_right(exchange: Exchange) -> Exchange:
    """The exchange with the entries of a status numbered by their positions; itself where they are."""
    status = exchange.data.get("status") if isinstance(exchange.data, dict) else None
    if exchange.response is None or not _misnumbered(status):
        return exchange
    entries = [{**entry, "stage": number} for number, entry in enumerate(status or [])]
    return with_data(exchange, {**exchange.data, "status": entries})


def _misnumbered(status: Any) -> bool:
    if not isinstance(status, list) or not all(isinstance(entry, dict) for entry in status):
        return False
    return [entry.get("stage") for entry in status] != list(range(len(status)))
