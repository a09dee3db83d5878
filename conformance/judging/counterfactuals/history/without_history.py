"""Which violations remain when the reads of history are left out of a trace: the others follow from history.

History has no numbers: an entry's stage is its position. Where a server puts entries in another order, or leaves out
earlier ones, every rule that looks for a stage there sees something else, and none of them names the cause but
`history.stages`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from conformance.judging.tally import Case, Tally
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.history.stages import out_of_place
from conformance.trace import Exchange, Trace

HISTORY = "history.stages"
_AGREES = "history.agrees"


def without_history(tally: Tally) -> Sequence[Trace]:
    """Of the traces kept for violations those with histories that show stages in others' places, without these.

    Only the histories of the instances concerned are left out: what the others show has causes of its own. Where
    nothing but later stages is shown in the place of earlier ones, these are missing: histories that are too short are
    left out then, too, since stages that are all alike do not show it otherwise.
    """
    suspect = tally.violating_traces.get(HISTORY, set())
    traces = tally.kept_traces
    displaced = {name: out_of_place(TraceIndex(trace)) for name, trace in traces.items() if name in suspect}
    concerned = {name: set(shown) for name, shown in displaced.items()}
    if all(later for shown in displaced.values() for later in shown.values()) and any(displaced.values()):
        for case in tally.cases.get(_AGREES, []):
            concerned.setdefault(case.trace.id, set()).update(_too_short(case))
    return [_without_history(traces[name], instances) for name, instances in concerned.items() if instances]


def _too_short(case: Case) -> set[str]:
    """The instances whose histories lack stages that a violation of `history.agrees` is about."""
    found = set()
    for each in case.observations:
        history = case.trace.at(each.exchanges[-1])
        number = each.pointer.removeprefix("/data/")
        if history.operation == "getInstanceHistory" and isinstance(history.data, list) and number.isdecimal():
            found |= {each.subject} if int(number) >= len(history.data) else set()
    return found


def _without_history(trace: Trace, instances: Collection[str]) -> Trace:
    def dropped(exchange: Exchange) -> bool:
        return exchange.operation == "getInstanceHistory" and exchange.params["instanceID"] in instances

    kept = tuple(exchange for exchange in trace.exchanges if not dropped(exchange))
    return replace(trace, exchanges=kept)
