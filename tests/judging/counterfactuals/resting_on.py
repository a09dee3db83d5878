"""What rests on a cause, of hand-written traces."""

from __future__ import annotations

from dataclasses import replace

from conformance.judging.counterfactuals.put_right import put_right, resting
from conformance.judging.judging import Judge
from conformance.judging.tally import Tally
from conformance.trace import Trace
from tests.rules.build import TraceBuilder

JUDGE = Judge()


def judged(*traces: Trace) -> Tally:
    """The tally of a run with these traces."""
    tally = Tally()
    for trace in traces:
        tally.add(trace, JUDGE.judge(trace))
    return tally


def violated(*traces: Trace) -> set[str]:
    """The requirements that traces violate."""
    return set(judged(*traces).cases)


def rests(cause: str, *given: TraceBuilder | Trace) -> frozenset[str]:
    """The requirements that no trace of a run violates once the cause is put right."""
    traces = [each.trace() if isinstance(each, TraceBuilder) else each for each in given]
    tally = judged(*(replace(trace, id=f"t{number}") for number, trace in enumerate(traces)))
    return resting(cause, tally, {trace.id: JUDGE.judge(trace) for trace in put_right(tally)[cause]})
