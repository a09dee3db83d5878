"""Which violations remain when lists hold instances that have ended, too: the others follow from their absence.

Where a server lists running instances only, unless others are asked for, an instance vanishes from lists when it ends.
What its workflow's deletion has to do with that no list tells: only `run.then-list` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.edited import edited, with_data
from conformance.judging.counterfactuals.editing.instances import has_ended
from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import InstanceRecord, TraceIndex
from conformance.trace import Exchange, Trace

LISTED = "run.then-list"


def relisted(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, their lists with the instances that had ended before.

    Nothing is put right where `run.then-list` is not violated, or where a list of these traces that asks for neither
    running nor other instances shows one that has ended.
    """
    traces = tally.kept_traces.values()
    lists = [each for trace in traces for each in trace.exchanges if _is_list(each)]
    if LISTED not in tally.cases or any(has_ended(shown) for each in lists for shown in each.data):
        return []
    return edited(traces, _with_the_ended)


def _is_list(exchange: Exchange) -> bool:
    asked = dict(exchange.request.query)
    return exchange.operation == "listInstances" and isinstance(exchange.data, list) and "running" not in asked


def _with_the_ended(trace: Trace) -> Iterator[Exchange]:
    instances = TraceIndex(trace).instances.values()
    for exchange in trace.exchanges:
        added = [*_missing(exchange, instances)] if _is_list(exchange) else []
        yield with_data(exchange, [*exchange.data, *added]) if added else exchange


def _missing(listed: Exchange, instances: Iterable[InstanceRecord]) -> Iterator[Any]:
    """The instances that a list lacks, though an answer before it shows that they have ended; each as shown there."""
    told = {shown.get("id") for shown in listed.data if isinstance(shown, dict)}
    workflow = dict(listed.request.query).get("workflowID")
    for instance in instances:
        ends = [read for read in instance.all_reads if read.terminated and read.exchange.before(listed)]
        asked = workflow is None or (instance.workflow is not None and instance.workflow.id == workflow)
        if ends and asked and instance.id not in told:
            yield ends[-1].body
