"""Traces without some workflows."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from conformance.judging.counterfactuals.editing.instances import without_instances
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Trace


def without_workflows(trace: Trace, ids: Collection[str]) -> Iterator[Exchange]:
    """What is left of a trace without some workflows, and without their instances."""
    instances = TraceIndex(trace).instances.values()
    theirs = {each.id for each in instances if each.run.params.get("workflowID") in ids}
    return (each for each in without_instances(trace, theirs) if not _is_about(each, ids))


def created_by(exchange: Exchange) -> str | None:
    """The id of the workflow that the answer to a creation gives; None where it is no such answer."""
    return exchange.data_id if exchange.operation == "createWorkflow" else None


def _is_about(exchange: Exchange, ids: Collection[str]) -> bool:
    params = exchange.params
    named = params.get("flowId") or params.get("workflowID") or exchange.query("workflowID")
    return named in ids or created_by(exchange) in ids
