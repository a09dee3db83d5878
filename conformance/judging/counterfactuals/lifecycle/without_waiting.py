"""Which violations remain without the instances that requests to others reach: what they do follows from these.

An event that ends a stage of another instance is missing where it was sent to, and what it ends there ends too early. A
cancellation that ends another instance does the same. Each rule about events or cancellations then sees something else,
and only `run.isolated` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import without_instances
from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Trace

ISOLATED = "run.isolated"


def without_waiting(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without instances of workflows that have a stage which waits for an event, or
    without all instances of traces in which one was cancelled beside others.

    Nothing is put right unless `run.isolated` is violated after an event, or after a cancellation.
    """
    cited = (trace.at(index) for trace, each in tally.violations_of(ISOLATED) for index in each.exchanges)
    acts = {exchange.operation for exchange in cited}
    if "sendEvent" in acts:
        return edited(tally.kept_traces.values(), _without_waiting)
    return edited(tally.kept_traces.values(), _without_cancelled) if "cancelEvent" in acts else []


def _without_waiting(trace: Trace) -> Iterator[Exchange]:
    instances = TraceIndex(trace).instances.values()
    return without_instances(trace, {each.id for each in instances if each.workflow and _waits(each.workflow.stages)})


def _without_cancelled(trace: Trace) -> Iterator[Exchange]:
    instances = TraceIndex(trace).instances.values()
    beside = len(instances) > 1 and any(each.cancels for each in instances)
    return without_instances(trace, {each.id for each in instances} if beside else ())


def _waits(stages: Sequence[object]) -> bool:
    return any(isinstance(stage, dict) and "wait_event" in stage for stage in stages)
