"""Which violations remain without stage histories of times before the instance: the others follow from these.

Where a server shows activities of another instance, they are older than this one, or those of another kind of stage.
Only `stage-history.activities` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Trace
from conformance.wire.instant import parse_instant

ACTIVITIES = "stage-history.activities"


def without_earlier_activities(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without such answers.

    Nothing is put right where `stage-history.activities` is not violated.
    """
    return edited(tally.kept_traces.values(), _rest) if ACTIVITIES in tally.cases else []


def _rest(trace: Trace) -> Iterator[Exchange]:
    index = TraceIndex(trace)
    earlier = {
        shown.index
        for instance in index.instances.values()
        for shown in instance.stage_histories
        if _began_before(shown, instance.answer.body.get("createdAt"))
    }
    return (each for each in trace.exchanges if each.index not in earlier)


def _began_before(shown: Exchange, created: object) -> bool:
    made = parse_instant(created)
    activities = shown.data if isinstance(shown.data, list) else []
    begun = (parse_instant(each.get("startedAt")) for each in activities if isinstance(each, dict))
    return made is not None and any(began is not None and began.ns < made.ns for began in begun)
