"""Which violations remain without instances that were sent events out of turn, where such events end stages.

A stage that an event of another name has ended is not there any more for its own event, nor for a cancellation. Where a
server takes one name for another, only `event.other` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.edited import edited
from conformance.judging.counterfactuals.instances import without_instances
from conformance.judging.tally import Tally
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex, event_name
from conformance.trace import Exchange, Trace

OTHER = "event.other"


def without_misled(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without instances that were sent other events than their stages wait for in order.

    Nothing is put right where `event.other` is not violated.
    """
    return edited(tally.kept_traces.values(), _without_misled) if OTHER in tally.cases else []


def _without_misled(trace: Trace) -> Iterator[Exchange]:
    misled = {timeline.id for timeline in timelines(TraceIndex(trace)) if _out_of_turn(timeline)}
    return without_instances(trace, misled)


def _out_of_turn(timeline: InstanceTimeline) -> bool:
    sent = [event_name(send) for send in timeline.instance.sends]
    awaited = [stage.event for stage in timeline.plans if stage.event is not None]
    return sent != awaited[: len(sent)]
