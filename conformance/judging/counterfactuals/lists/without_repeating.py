"""Which violations remain without the lists that show an instance more than once: the others follow from these.

What such a list lacks, it shows something else in place of. Whatever was to be seen there, only `run.then-list` names
the cause.
"""

from __future__ import annotations

from collections.abc import Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.lists.relisted import LISTED
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace


def without_repeating(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without such lists. Nothing is put right where `run.then-list` is not violated."""
    return edited(tally.kept_traces.values(), _rest) if LISTED in tally.cases else []


def _rest(trace: Trace) -> Sequence[Exchange]:
    return tuple(exchange for exchange in trace.exchanges if not _repeats(exchange))


def _repeats(exchange: Exchange) -> bool:
    if exchange.operation != "listInstances" or not isinstance(exchange.data, list):
        return False
    ids = [str(shown.get("id")) for shown in exchange.data if isinstance(shown, dict)]
    return len(set(ids)) < len(ids)
