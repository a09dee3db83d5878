"""Which violations remain without instances that were sent events out of turn, where such events end stages.

A stage that an event of another name has ended is not there any more for its own event, nor for a cancellation. Where a
server takes one name for another, only `event.other` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import without_instances
from conformance.judging.tally import Case, Tally
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex, event_name
from conformance.trace import Exchange, Trace

OTHER, MATCHING = "event.other", "event.matching"


def without_misled(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without instances that were sent other events than their stages wait for in order.

    Nothing is put right where `event.other` is not violated.
    """
    return edited(tally.kept_traces.values(), _without_misled) if OTHER in tally.cases else []


def without_disturbed(tally: Tally) -> Sequence[Trace]:
    """The same where `event.matching` is violated, if only by such instances; else nothing.

    What an event of another name leaves behind keeps the matching one from being heard, however many were sent.
    """
    cases = tally.cases.get(MATCHING, [])
    return edited(tally.kept_traces.values(), _without_misled) if cases and all(map(_only_misled, cases)) else []


def _only_misled(case: Case) -> bool:
    return {each.subject for each in case.observations} <= _misled(case.trace)


def _without_misled(trace: Trace) -> Iterator[Exchange]:
    return without_instances(trace, _misled(trace))


def _misled(trace: Trace) -> set[str]:
    return {timeline.id for timeline in timelines(TraceIndex(trace)) if _out_of_turn(timeline)}


def _out_of_turn(timeline: InstanceTimeline) -> bool:
    sent = [event_name(send) for send in timeline.instance.sends]
    awaited = [stage.event for stage in timeline.plans if stage.event is not None]
    return sent != awaited[: len(sent)]
