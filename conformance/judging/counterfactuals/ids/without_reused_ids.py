"""Which violations remain without workflows whose id several creations gave: whose they are nobody knows.

A workflow that is given once more may have other stages, or be deleted already. Only `workflow.create-distinct` names
the cause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.workflows import created_by, without_workflows
from conformance.judging.tally import Tally
from conformance.trace import Trace

DISTINCT = "workflow.create-distinct"


def without_reused_ids(tally: Tally) -> Sequence[Trace]:
    """Of the traces kept for violations those with workflows whose id several creations gave, without these workflows.

    Nothing is put right where `workflow.create-distinct` is not violated.
    """
    if DISTINCT not in tally.cases:
        return []
    given = Counter(created_by(each) for trace in tally.reduced for each in trace.exchanges)
    reused = {workflow for workflow, times in given.items() if workflow is not None and times > 1}
    return edited(tally.kept_traces.values(), lambda trace: without_workflows(trace, reused)) if reused else []
