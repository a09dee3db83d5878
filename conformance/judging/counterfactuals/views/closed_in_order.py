"""Which violations remain when each stage in a status has ended where the next one has begun: the others follow.

Where a server shows that stages have ended only once the whole instance has, delays look too long, programs look stuck,
and history tells something else; only `stage.sequence` names the cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import Body, each_changed, stages_of
from conformance.judging.counterfactuals.views.renumbered import SEQUENCE
from conformance.judging.tally import Tally
from conformance.trace import Trace


def closed_in_order(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, every open stage that is followed by another one ended at that one's start.

    Nothing is put right where `stage.sequence` is not violated.
    """
    if SEQUENCE not in tally.cases:
        return []
    return edited(
        tally.kept_traces.values(),
        lambda trace: (each_changed(exchange, _closed) for exchange in trace.exchanges),
    )


def _closed(one: Body) -> Body:
    stages = stages_of(one)
    if not stages:
        return one
    closed = [_ended_by(stage, following) for stage, following in pairwise(stages)]
    return {**one, "status": [*closed, stages[-1]]}


def _ended_by(stage: Body, following: Body) -> Body:
    return stage if stage.get("terminatedAt") else {**stage, "terminatedAt": following.get("startedAt")}
