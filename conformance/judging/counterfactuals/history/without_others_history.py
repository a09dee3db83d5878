"""Which violations remain without histories that are those of other instances: the others follow from these.

Where a server answers with the history of another instance, its times, its variables and its ends are that one's. Only
`history.agrees` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.tally import Tally
from conformance.rules.evidence.reads import HistoryRead
from conformance.rules.evidence.trace_index import InstanceRecord, TraceIndex
from conformance.trace import Exchange, Trace

AGREES_WITH = "history.agrees"


def without_others_history(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without such histories. Nothing is put right where `history.agrees` is not
    violated."""
    return edited(tally.kept_traces.values(), _rest) if AGREES_WITH in tally.cases else []


def _rest(trace: Trace) -> Iterator[Exchange]:
    instances = list(TraceIndex(trace).instances.values())
    begun = {each.id: _begun(each) for each in instances}
    others = {
        history.exchange.index
        for each in instances
        for history in each.histories
        if _is_anothers(history, begun[each.id], [begun[other.id] for other in instances if other is not each])
    }
    return (each for each in trace.exchanges if each.index not in others)


def _begun(instance: InstanceRecord) -> dict[int, set[object]]:
    """The texts of when each stage of an instance has begun, by its status."""
    found: dict[int, set[object]] = {}
    for stage in (stage for read in instance.all_reads for stage in read.stages):
        found.setdefault(stage.number, set()).add(stage.body.get("startedAt"))
    return found


def _is_anothers(history: HistoryRead, own: dict[int, set[object]], others: Sequence[dict[int, set[object]]]) -> bool:
    """Whether a stage began when that of another instance did, by their status, and not when its own did."""
    for entry in history.stages:
        began = entry.body.get("startedAt")
        elsewhere = any(began in other.get(entry.number, ()) for other in others)
        if began is not None and elsewhere and began not in own.get(entry.number, ()):
            return True
    return False
