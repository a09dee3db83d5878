"""Which violations remain without the instances that ended with an error while they waited, for an event or a time.

Such a stage cannot fail, and nobody cancelled them. To other rules it looks as if some event had ended it; where a
server ends instances of other stages in this way, too, `run.completes` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import without_instances
from conformance.judging.counterfactuals.lifecycle.cut_short import COMPLETES, cut_short
from conformance.judging.counterfactuals.lifecycle.without_vain_waits import without_vain_waits
from conformance.judging.counterfactuals.lifecycle.without_waiting import ISOLATED
from conformance.judging.tally import Tally
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Trace


def without_given_up(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without these instances; where there are none, `cut_short` puts right what ended.

    Nothing is put right where `run.completes` is not violated. Where `run.isolated` is, the error may be a neighbour's.
    """
    if COMPLETES not in tally.cases or ISOLATED in tally.cases:
        return cut_short(tally, COMPLETES)
    given_up = edited(tally.kept_traces.values(), _without_given_up)
    return given_up or cut_short(tally, COMPLETES) or without_vain_waits(tally)


def _without_given_up(trace: Trace) -> Iterator[Exchange]:
    given_up = {timeline.id for timeline in timelines(TraceIndex(trace)) if _is_given_up(timeline)}
    return without_instances(trace, given_up)


def _is_given_up(timeline: InstanceTimeline) -> bool:
    reads = timeline.instance.all_reads
    cancelled = any(each.ok or not each.answered for each in timeline.instance.cancels)
    if cancelled or not any(read.terminated and read.error is not None for read in reads):
        return False
    last = max((stage.number for read in reads for stage in read.stages), default=-1)
    plan = next((stage for stage in timeline.plans if stage.number == last), None)
    return plan is not None and plan.cannot_fail and plan.kind in ("wait_event", "delay")
