"""Which violations remain without the cancelled instances that went on to another stage: the others rest on these.

Such an instance has a stage open after its end, and its views do not agree. Only `cancel.stops-stages` names the cause.
"""

from __future__ import annotations

from collections.abc import Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import without_instances
from conformance.judging.tally import Tally
from conformance.trace import Trace

STOPS = "cancel.stops-stages"
_TERMINATES = "cancel.terminates"


def without_moved_on(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without the instances for which `cancel.stops-stages` is violated.

    Nothing is put right where `cancel.terminates` is violated: an instance that was not cancelled at all goes on.
    """
    moved_on = set() if _TERMINATES in tally.cases else tally.subjects.get((STOPS, False), set())
    return edited(tally.kept_traces.values(), lambda trace: without_instances(trace, moved_on)) if moved_on else []
