"""Which violations remain without workflows that are gone, though nobody deleted them, and without their instances.

What a server has lost is in no list, cannot be run or deleted, and its instances are lost with it. Only
`workflow.create-then-get` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.workflows import without_workflows
from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import InstanceRecord, TraceIndex, WorkflowRecord
from conformance.trace import Exchange, Trace

GONE = "workflow.create-then-get"
_NOT_FOUND = 404


def without_gone(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without workflows that were created and not found later, and their instances.

    Nothing is put right where `workflow.create-then-get` is not violated.
    """
    return edited(tally.kept_traces.values(), _without_gone) if GONE in tally.cases else []


def _without_gone(trace: Trace) -> Iterator[Exchange]:
    index = TraceIndex(trace)
    lost = [instance for instance in index.instances.values() if _lost(index, instance)]
    gone = {workflow.id for workflow in index.workflows.values() if _gone(workflow)}
    gone |= {instance.workflow.id for instance in lost if instance.workflow is not None}
    return without_workflows(trace, gone)


def _gone(workflow: WorkflowRecord) -> bool:
    """Whether the last answer to whoever asked for a workflow was that there is none, and no deletion was sent before
    that."""
    last = max((each for each in _uses(workflow) if each.answered), key=lambda each: each.sent, default=None)
    if last is None or last.status != _NOT_FOUND:
        return False
    return not any(deletion.sent < last.sent for deletion in workflow.deletions)


def _uses(workflow: WorkflowRecord) -> list[Exchange]:
    return [*workflow.reads, *workflow.runs, *workflow.deletions]


def _lost(index: TraceIndex, instance: InstanceRecord) -> bool:
    """Whether the last answer to whoever read an instance was that there is none, and its workflow was not seen since.

    A workflow that is still there has not taken its instances with it.
    """
    of_it = (each for each in index.of("getInstance", "getInstanceHistory") if each.params["instanceID"] == instance.id)
    last = max((each for each in of_it if each.answered), key=lambda each: each.sent, default=None)
    workflow = instance.workflow
    if last is None or last.status != _NOT_FOUND or workflow is None:
        return False
    return not any(each.ok and each.received > last.sent for each in _uses(workflow))
