"""Which violations remain when delays that ended by themselves too early are given no length: the others rest on them.

That a stage cannot have started yet, or that an instance still runs, is often known from a delay alone. Where a server
ends delays too early that proves nothing, and only `run.delay-duration` or `run.delay-until` names the cause.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from conformance.judging.counterfactuals.reconfigured import reconfigured
from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.stage.delays import DURATION, UNTIL, ended_early
from conformance.trace import Trace

# A delay of no length, in the form of each.
_NO_DELAY = {DURATION: {"duration": "0s"}, UNTIL: {"until": "1970-01-01T00:00:00Z"}}

Stages = Mapping[str, Collection[int]]
"""By the id of a workflow the numbers of some of its stages."""


def undelayed(tally: Tally, requirement: str) -> Sequence[Trace]:
    """Of the traces kept for violations those with delays of one form that ended early, these without length.

    ``requirement`` is the one about delays of that form. Nothing is put right where it is not violated.
    """
    if requirement not in tally.cases:
        return []
    early = [(trace, ended_early(TraceIndex(trace), requirement)) for trace in tally.kept_traces.values()]
    return [_undelayed(trace, stages, requirement) for trace, stages in early if stages]


def _undelayed(trace: Trace, stages: Stages, requirement: str) -> Trace:
    delay = {"delay": _NO_DELAY[requirement]}

    def without_length(numbers: Collection[int]) -> Callable[[list[Any]], list[Any]]:
        return lambda listed: [delay if number in numbers else stage for number, stage in enumerate(listed)]

    return reconfigured(trace, {workflow: without_length(numbers) for workflow, numbers in stages.items()})
