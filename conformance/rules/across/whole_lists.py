"""Lists of everything, held against what all scenarios have made: in one trace the first and the last are others'."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from conformance.rules.evidence.listing import Listing, listings, of_everything
from conformance.rules.evidence.observation import Observation, violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange
from conformance.wire.instant import SECOND

# Each list is held against so much that one may well be late by chance, and then for whoever asks at that time.
_LEAST_TRACES = 3
# Traces whose origins are nearer to each other than this were recorded on one machine, so that their times compare.
_SAME_CLOCK = SECOND


@dataclass(frozen=True, slots=True)
class _Made:
    """A workflow, or an instance, by client ns: ``made`` is when its creation was answered, ``shown`` when the last
    request was sent whose answer shows that it exists, or runs, and ``deleted`` when its workflow's deletion was sent.
    """

    id: str
    index: TraceIndex
    made: int
    shown: int
    deleted: float


def unlisted(indexes: Sequence[TraceIndex]) -> Iterator[tuple[str, TraceIndex, Observation]]:
    """Violations of `workflow.create-then-list` and `list.running`: lists without what other traces have made.

    Each with the requirement and the index of the trace that holds the list. A list of workflows is complete at once,
    one of running instances a settle time after a run; a read long after it shows that the instance still ran.
    """
    workflows = [made for index in indexes for made in _workflows(index)]
    running = [made for index in indexes for made in _running(index)]
    missing = _missing(indexes, "listWorkflows", workflows)
    yield from _told("workflow.create-then-list", missing)
    late = (each for each in _missing(indexes, "listInstances", running) if _due(*each))
    yield from _told("list.running", late)


def _told(
    requirement: str, missing: Iterable[tuple[TraceIndex, Listing, _Made]]
) -> Iterator[tuple[str, TraceIndex, Observation]]:
    found = {index.trace.id: (index, listing, made) for index, listing, made in missing}
    for index, listing, made in found.values() if len(found) >= _LEAST_TRACES else ():
        listed = listing.exchange
        before, after = (listed.sent - made.made) / SECOND, (made.shown - listed.received) / SECOND
        workflows = listed.operation == "listWorkflows"
        thing, shown = ("workflow", "it is there") if workflows else ("instance", "it still runs")
        seen = violated(
            listed,
            expected=f"{thing} {made.id} of trace {made.index.trace.id} is listed: made {before:.2f} s before, and a "
            f"request {after:.2f} s later shows that {shown}",
            observed=f"not among the {len(listing.elements)} listed",
            proof="settled",
            subject=made.id,
            pointer=listing.pointer,
        )
        yield requirement, index, seen


def _missing(
    indexes: Sequence[TraceIndex], operation: str, things: Sequence[_Made]
) -> Iterator[tuple[TraceIndex, Listing, _Made]]:
    for index in indexes:
        for found in listings(index, operation):
            listing, listed = found.exchange, set(found.ids)
            if found.more or not of_everything(listing):
                continue
            for made in things:
                there = made.made < listing.sent and listing.received < min(made.shown, made.deleted)
                if there and made.id not in listed and _comparable(index, made.index):
                    yield index, found, made


def _comparable(one: TraceIndex, other: TraceIndex) -> bool:
    """Whether two traces are not the same, which other rules judge, and were recorded by one clock."""
    return one.trace.id != other.trace.id and abs(one.trace.origin - other.trace.origin) < _SAME_CLOCK


def _due(index: TraceIndex, found: Listing, made: _Made) -> bool:
    """Whether a list has had its time, and a read that is not merely late shows that the instance ran on."""
    listing = found.exchange
    due = index.trace.settled_at(made.made)
    shown = index.trace.settled_at(listing.received)
    return due is not None and listing.sent > due and shown is not None and made.shown > shown


def _workflows(index: TraceIndex) -> Iterator[_Made]:
    answers = index.successes("getWorkflow", "deleteWorkflow")
    telling = (each for each in answers if each.operation == "deleteWorkflow" or isinstance(each.data, dict))
    shown, deleted = _latest(telling, "flowId"), _deletions(index)
    for created in index.successes("createWorkflow"):
        if (key := created.data_id) is not None:
            yield _Made(key, index, created.received, shown[key], deleted[key])


def _running(index: TraceIndex) -> Iterator[_Made]:
    reads = (each for each in index.successes("getInstance") if isinstance(each.data, dict))
    running = (each for each in reads if each.data.get("terminated") is False)
    shown, deleted = _latest(running, "instanceID"), _deletions(index)
    for run in index.successes("runWorkflow"):
        if (key := run.data_id) is not None:
            yield _Made(key, index, run.received, shown[key], deleted[run.params["workflowID"]])


def _latest(telling: Iterable[Exchange], name: str) -> defaultdict[str, int]:
    """When the last of some requests about each id was sent; ``name`` is the parameter that holds it."""
    found: defaultdict[str, int] = defaultdict(int)
    for each in telling:
        found[each.params[name]] = max(found[each.params[name]], each.sent)
    return found


def _deletions(index: TraceIndex) -> defaultdict[str, float]:
    """When the first deletion of each workflow was sent, whatever became of it; never for all others."""
    found: defaultdict[str, float] = defaultdict(lambda: math.inf)
    for each in index.of("deleteWorkflow"):
        key = each.params["flowId"]
        found[key] = min(found[key], each.sent)
    return found
