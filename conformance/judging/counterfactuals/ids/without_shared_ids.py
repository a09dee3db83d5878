"""Which violations remain when instances with an id that two runs gave are left out: whose they are nobody knows.

A client that is told of another run's instance sends its events there and reads its stages, and so does everybody to
whom that instance was told before. Every rule then sees something else, and only `run.created` names the cause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import given_by, without_instances
from conformance.judging.counterfactuals.views.answered_as_begun import CREATED
from conformance.judging.tally import Tally
from conformance.trace import Trace


def without_shared_ids(tally: Tally) -> Sequence[Trace]:
    """Of the traces kept for violations those with instances whose id several runs gave, without these instances."""
    if CREATED not in tally.cases:
        return []
    given = Counter(given_by(each) for trace in tally.reduced for each in trace.exchanges)
    shared = {instance_id for instance_id, times in given.items() if instance_id is not None and times > 1}
    return edited(tally.kept_traces.values(), lambda trace: without_instances(trace, shared)) if shared else []
