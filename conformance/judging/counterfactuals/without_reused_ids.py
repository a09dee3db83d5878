"""Which violations remain without workflows whose id several creations gave: whose they are nobody knows.

A workflow that is given once more may have other stages, or be deleted already. Only `workflow.create-distinct` names
the cause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from conformance.judging.counterfactuals.edited import edited
from conformance.judging.counterfactuals.instances import without_instances
from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Trace

DISTINCT = "workflow.create-distinct"


def without_reused_ids(tally: Tally) -> Sequence[Trace]:
    """Of the traces kept for violations those with workflows whose id several creations gave, without these workflows.

    Nothing is put right where `workflow.create-distinct` is not violated.
    """
    if DISTINCT not in tally.cases:
        return []
    given = Counter(_created(each) for trace in tally.reduced for each in trace.exchanges)
    reused = {workflow for workflow, times in given.items() if workflow is not None and times > 1}
    return edited(tally.kept_traces.values(), lambda trace: without_workflows(trace, reused)) if reused else []


def without_workflows(trace: Trace, ids: Collection[str]) -> Iterator[Exchange]:
    """What is left of a trace without some workflows, and without their instances."""
    instances = TraceIndex(trace).instances.values()
    theirs = {each.id for each in instances if each.run.params.get("workflowID") in ids}
    return (each for each in without_instances(trace, theirs) if not _is_about(each, ids))


def _is_about(exchange: Exchange, ids: Collection[str]) -> bool:
    params = exchange.params
    named = params.get("flowId") or params.get("workflowID") or exchange.query("workflowID")
    return named in ids or _created(exchange) in ids


def _created(exchange: Exchange) -> str | None:
    return exchange.data_id if exchange.operation == "createWorkflow" else None
