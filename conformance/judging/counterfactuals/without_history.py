"""Which violations remain when the reads of history are left out of a trace: the others follow from history.

History has no numbers: an entry's stage is its position. Where a server puts entries in another order, every rule that
looks for a stage there sees something else, and none of them names the cause but `history.stages`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.history.stages import out_of_place
from conformance.trace import Exchange, Trace

HISTORY = "history.stages"


def without_history(tally: Tally) -> Sequence[Trace]:
    """Of the traces kept for violations those with histories that show stages in others' places, without these.

    Only the histories of the instances concerned are left out: what the others show has causes of its own.
    """
    suspect = tally.violating_traces.get(HISTORY, set())
    traces = {name: trace for name, trace in tally.kept_traces.items() if name in suspect}
    concerned = {name: out_of_place(TraceIndex(trace)) for name, trace in traces.items()}
    return [_without_history(traces[name], instances) for name, instances in concerned.items() if instances]


def _without_history(trace: Trace, instances: Collection[str]) -> Trace:
    def dropped(exchange: Exchange) -> bool:
        return exchange.operation == "getInstanceHistory" and exchange.params["instanceID"] in instances

    kept = tuple(exchange for exchange in trace.exchanges if not dropped(exchange))
    return replace(trace, exchanges=kept)
