"""Which violations remain when workflows end with the last stage that an instance shows: the others rest on its end.

That a stage starts, or waits, is due of every stage of a workflow. Where a server ends instances before their last
stages, only `stage.all-done` names the cause, or `run.completes` where they end with an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from conformance.judging.reconfigured import reconfigured
from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import InstanceRecord, TraceIndex
from conformance.trace import Trace

ALL_DONE = "stage.all-done"
COMPLETES = "run.completes"


def cut_short(tally: Tally, requirement: str) -> Sequence[Trace]:
    """Of the traces kept for violations those with instances that ended too soon, their workflows cut accordingly.

    ``requirement``: `stage.all-done` for those that ended without an error, `run.completes` for those with one that
    nobody cancelled. Nothing is put right where it is not violated.
    """
    if requirement not in tally.cases:
        return []
    shown = [(trace, _lengths(TraceIndex(trace), requirement)) for trace in tally.kept_traces.values()]
    return [_cut(trace, lengths) for trace, lengths in shown if lengths]


def _lengths(index: TraceIndex, requirement: str) -> dict[str, int]:
    """Workflows of which some instance ended too soon, each with the largest number of stages that one shows."""
    lengths: dict[str, int] = {}
    for workflow, length in _shown(index, requirement):
        # What another instance of it does show may be wrong in a way of its own.
        lengths[workflow] = max(length, lengths.get(workflow, 0))
    return lengths


def _shown(index: TraceIndex, requirement: str) -> Iterator[tuple[str, int]]:
    """The workflow of each instance that ended too soon, and the number of stages that the instance shows."""
    for instance in index.instances.values():
        if instance.workflow is not None and _ended(instance, requirement):
            numbers = {stage.number for read in instance.all_reads for stage in read.stages}
            if numbers == set(range(len(numbers))) and len(numbers) < len(instance.stages):
                yield instance.workflow.id, len(numbers)


def _ended(instance: InstanceRecord, requirement: str) -> bool:
    ends = [read for read in instance.all_reads if read.terminated]
    failed = any(read.error is not None for read in ends)
    return bool(ends) and (not failed if requirement == ALL_DONE else failed and not instance.cancels)


def _cut(trace: Trace, lengths: dict[str, int]) -> Trace:
    def to(length: int) -> Callable[[list[Any]], list[Any]]:
        return lambda stages: stages[:length]

    return reconfigured(trace, {workflow: to(length) for workflow, length in lengths.items()})
