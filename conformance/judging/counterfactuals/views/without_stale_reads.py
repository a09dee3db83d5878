"""Which violations remain without the reads that show an instance as it was before: the others follow from these.

Where a read shows less of an instance than an earlier one, a cache or a replica has answered. What such a read lacks
may have come about all the same, whatever was due by then, and only `stage.monotone` names the cause. A last read that
shows the instance running may be such a one as well: no later one tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.tally import Tally
from conformance.rules.evidence.reads import InstanceRead
from conformance.rules.evidence.trace_index import InstanceRecord, TraceIndex
from conformance.trace import Exchange, Trace

MONOTONE = "stage.monotone"


def without_stale_reads(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without such reads; none where no read shows less than an earlier one."""
    cases = tally.cases.get(MONOTONE, [])
    stale = any(_stale(instance) for case in cases for instance in TraceIndex(case.trace).instances.values())
    return edited(tally.kept_traces.values(), _without) if stale else []


def _without(trace: Trace) -> Iterator[Exchange]:
    left_out = {
        number
        for instance in TraceIndex(trace).instances.values()
        for number in _stale(instance) | {read.exchange.index for read in instance.reads[-1:] if not read.terminated}
    }
    return (each for each in trace.exchanges if each.index not in left_out)


def _stale(instance: InstanceRecord) -> set[int]:
    """The exchanges that show less of an instance than one that had ended before they began."""
    reads = instance.all_reads
    return {
        later.exchange.index
        for later in reads
        if any(earlier.exchange.before(later.exchange) and _less(later, earlier) for earlier in reads)
    }


def _less(later: InstanceRead, earlier: InstanceRead) -> bool:
    pairs = zip(_shown(later), _shown(earlier), strict=True)
    return any(one < other for one, other in pairs)


def _shown(read: InstanceRead) -> tuple[int, int, int]:
    """Whether it has terminated, how many stages have begun, and how many have ended."""
    return int(read.terminated), len(read.stages), sum(stage.ended for stage in read.stages)
