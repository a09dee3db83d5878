"""Runs compared with each other: on a slow server only many of them tell an answer that waits from one that is slow."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator

from conformance.rules.evidence.observation import Observation, violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.run.waiting import first_to_last, lasts
from conformance.trace import Exchange
from conformance.wire.instant import SECOND

_LEAST_LASTING, _LEAST_QUICK = 24, 12
# So many of those that last may be answered early: somebody may have ended their instances meanwhile.
_EARLY_SHARE = 0.05
_TIMES, _LONGER = 2, 3 * SECOND // 2


def late_answers(indexes: Iterable[TraceIndex]) -> Iterator[tuple[TraceIndex, Observation]]:
    """The violation of `run.no-wait` that no single run proves: answers wait where a stage lasts, and only there.

    On a server that does not wait, what an instance does after its start does not change when its run is answered. So
    half of the runs that last are answered sooner than the median of those that do not. It is a violation when nearly
    all of many took twice that median, and more than a second longer.
    """
    lasting: list[tuple[int, TraceIndex, Exchange]] = []
    quick: list[int] = []
    for index in indexes:
        for run in index.successes("runWorkflow"):
            last = _lasts(index, run)
            if last:
                lasting.append((run.received - run.sent, index, run))
            elif last is not None:
                quick.append(run.received - run.sent)
    if len(lasting) < _LEAST_LASTING or len(quick) < _LEAST_QUICK:
        return
    usual = int(statistics.median(quick))
    late = [each for each in lasting if each[0] > max(_TIMES * usual, usual + _LONGER)]
    if len(late) < (1 - _EARLY_SHARE) * len(lasting):
        return
    took, index, run = min(late, key=lambda each: each[0])
    observed = (
        f"{len(late)} of {len(lasting)} runs of workflows that wait were answered after {took / SECOND:.1f} s or more; "
        f"of {len(quick)} whose stages end at once, half within {usual / SECOND:.1f} s"
    )
    yield index, violated(run, expected="answers that do not wait for the stages", observed=observed, proof="counted")


def _lasts(index: TraceIndex, run: Exchange) -> bool | None:
    """Whether a run's instance waits for long before it ends; None where that is not known, or the answer may wait."""
    workflow = index.workflows.get(run.params["workflowID"])
    config = workflow.created.request_json if workflow is not None else None
    stages = config.get("stages") if isinstance(config, dict) else None
    if not isinstance(stages, list) or run.query("wait") not in (None, "false"):
        return None
    stage = first_to_last(stages, run)
    if stage is None:
        return False
    return True if lasts(stage) else None
