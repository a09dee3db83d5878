"""Which violations remain when the reads of history are left out of a trace: the others follow from history.

History has no numbers: an entry's stage is its position. Where a server puts entries in another order, every rule that
looks for a stage there sees something else, and none of them names the cause but `history.stages`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from conformance.judging.judging import Judgement
from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.history.stages import out_of_place
from conformance.trace import Trace

HISTORY = "history.stages"


def without_history(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, histories left out, where history shows stages in others' places; else none."""
    if not any(out_of_place(TraceIndex(case.trace)) for case in tally.cases.get(HISTORY, ())):
        return []
    traces = {case.trace.id: case.trace for cases in tally.cases.values() for case in cases}
    return [_without_history(trace) for trace in traces.values()]


def resting_on_history(tally: Tally, judgements: Mapping[str, Judgement]) -> frozenset[str]:
    """The requirements that no kept trace violates without its histories; ``judgements`` by trace id.

    A trace that was kept since these were made may violate what it violates without them, too.
    """
    if not judgements:
        return frozenset()

    def remains(requirement: str, trace: Trace) -> bool:
        return trace.id not in judgements or requirement in judgements[trace.id].violations

    return frozenset(
        requirement
        for requirement, cases in tally.cases.items()
        if not any(remains(requirement, case.trace) for case in cases)
    )


def _without_history(trace: Trace) -> Trace:
    kept = tuple(exchange for exchange in trace.exchanges if exchange.operation != "getInstanceHistory")
    return replace(trace, exchanges=kept)
