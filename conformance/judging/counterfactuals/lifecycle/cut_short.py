"""Which violations remain when workflows end with the last stage that an instance shows: the others rest on its end.

That a stage starts, or waits, is due of every stage of a workflow. Where a server ends instances before their last
stages, only `stage.all-done` names the cause, or `run.completes` where they end with an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.reconfigured import reconfigured
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
    """Workflows of which some instance ended too soon, each with the largest number of stages that an instance shows.

    What another instance of it does show may be wrong in a way of its own.
    """
    lengths: dict[str, int] = {}
    too_soon = set[str]()
    for instance in index.instances.values():
        if instance.workflow is None:
            continue
        numbers = {stage.number for read in instance.all_reads for stage in read.stages}
        name, length = instance.workflow.id, len(numbers)
        lengths[name] = max(length, lengths.get(name, 0))
        if numbers == set(range(length)) and length < len(instance.stages) and _ended(instance, requirement):
            too_soon.add(name)
    return {name: length for name, length in lengths.items() if name in too_soon}


def _ended(instance: InstanceRecord, requirement: str) -> bool:
    ends = [read for read in instance.all_reads if read.terminated]
    failed = any(read.error is not None for read in ends)
    return bool(ends) and (not failed if requirement == ALL_DONE else failed and not instance.cancels)


def _cut(trace: Trace, lengths: dict[str, int]) -> Trace:
    def to(length: int) -> Callable[[list[Any]], list[Any]]:
        return lambda stages: stages[:length]

    return reconfigured(trace, {workflow: to(length) for workflow, length in lengths.items()})
