"""Lists of instances: what they select, and that their elements equal single reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from conformance.rules.cancel.cancellation import ended_long_ago
from conformance.rules.evidence.answers import answer_text, inconclusive, is_valid
from conformance.rules.evidence.comparing.equal_meaning import same_within
from conformance.rules.evidence.inevitable import must_have_terminated, undisputed
from conformance.rules.evidence.listing import Listing, absences, listings, of_running, shown_terminated
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.reads import InstanceRead
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.evidence.wording import contrast, shown
from conformance.trace import Exchange
from conformance.wire.instant import MICROSECOND, Instant, parse_instant


def by_workflow(index: TraceIndex) -> Iterator[Observation]:
    """`list.by-workflow`: workflowID selects exactly that workflow's instances."""
    yield from _refused(index, running=False)
    for found in listings(index, "listInstances"):
        listing, items = found.exchange, found.bodies
        workflow = listing.query("workflowID")
        if not workflow:
            continue
        foreign = next((n for n, item in enumerate(items) if item.get("workflowID") != workflow), None)
        if foreign is not None:
            yield violated(
                listing,
                expected=f"only instances of workflow {workflow}",
                observed=f"an instance of workflow {items[foreign].get('workflowID')!r}",
                subject=workflow,
                pointer=f"{found.pointer}/{foreign}",
            )
        elif workflow in index.workflows:
            yield from _selects_all(index, found, workflow)


def _refused(index: TraceIndex, *, running: bool) -> Iterator[Observation]:
    """Violations: an error in place of a list of the instances of a workflow that exists, or of all."""
    for exchange in index.of("listInstances"):
        asked, workflow = exchange.query("running"), exchange.query("workflowID")
        if asked not in (None, "true") or (asked == "true") != running or not is_valid(index, exchange):
            continue
        owner = index.workflows.get(workflow or "")
        exists = owner is not None and owner.created.before(exchange) and not owner.maybe_deleted_at(exchange)
        if exchange.refused and not inconclusive(exchange) and (exists or running > bool(workflow)):
            yield violated(exchange, expected="200 and a list", observed=answer_text(exchange), subject=workflow or "")


def _selects_all(index: TraceIndex, found: Listing, workflow: str) -> Iterator[Observation]:
    listing = found.exchange
    if listing.query("running") is not None or found.more:
        return
    listed = set(found.ids)
    own = [timeline for timeline in timelines(index) if timeline.instance.run.params["workflowID"] == workflow]
    kept = [timeline for timeline in own if not timeline.deleted_before(listing.received)]
    due = [timeline for timeline in kept if timeline.is_due(timeline.shown_from, listing)]
    missing = next((timeline for timeline in due if timeline.id not in listed), None)
    if missing is not None:
        yield violated(
            missing.instance.run,
            listing,
            expected=f"all {len(due)} instances of workflow {workflow}",
            observed=f"instance {missing.id} is missing",
            proof="settled",
            # As for `run.then-list`, of which this is mostly the other side.
            subject=missing.id,
            pointer=found.pointer,
        )
    elif due and len(index.workflows) > 1:
        # The filter can select too much only if another workflow exists.
        yield upheld(listing, proof="settled", subject=workflow)


def running(index: TraceIndex) -> Iterator[Observation]:
    """`list.running`: running=true lists exactly the instances that have not terminated."""
    yield from _refused(index, running=True)
    for found in listings(index, "listInstances"):
        listing, items = found.exchange, found.bodies
        if not of_running(listing):
            continue
        listed = {item.get("id") for item in items}
        if len(listed) < len(items):
            yield from _listed_again(listing, items)
        yield from _says_terminated(index, listing)
        for timeline in timelines(index):
            on_this_page = not found.more or timeline.id in listed
            if on_this_page and listing.query("workflowID") in (None, timeline.instance.run.params["workflowID"]):
                yield from _listed_while_running(timeline, listing, timeline.id in listed)
    for timeline in timelines(index):
        for listing in absences(timeline):
            yield from _back_again(timeline, listing)
            yield from _open_later(timeline, listing)


def _back_again(timeline: InstanceTimeline, listing: Exchange) -> Iterator[Observation]:
    """Violated when a later list of running instances holds it: then it ran all the time, and was left out before.

    The same list never goes back; another one may be behind it for a settle time.
    """
    for later in listings(timeline.index, "listInstances"):
        if not of_running(later.exchange) or timeline.id not in later.ids:
            continue
        same = later.exchange.request.query == listing.request.query and listing.before(later.exchange)
        if same or timeline.is_due(listing.received, later.exchange):
            yield _misfiled(timeline, later.exchange, listing, "listed: it ran until later", "it is not listed")
            return


def _open_later(timeline: InstanceTimeline, listing: Exchange) -> Iterator[Observation]:
    """Violated when history shows an open stage a settle time later, and nothing has shown the instance terminated.

    Else history is to blame, and `history.agrees` says so.
    """
    for history in timeline.instance.histories:
        still_open = any(not entry.ended for entry in history.stages)
        excused = timeline.deleted_before(history.exchange.received) or shown_terminated(timeline, history.exchange)
        if still_open and not excused and timeline.is_due(listing.received, history.exchange):
            wanted = "listed: history shows a stage open long after"
            yield _misfiled(timeline, history.exchange, listing, wanted, "it is not listed")
            return


def _says_terminated(index: TraceIndex, listing: Exchange) -> Iterator[Observation]:
    """Violations: an element that shows itself terminated, for an instance that had terminated a settle time before.

    While an instance ends, one answer may mix its old and its new state.
    """
    own = index.instances
    for number, item in enumerate(listing.data):
        if not isinstance(item, dict) or item.get("terminated") is not True or str(item.get("id")) in own:
            continue
        ended = parse_instant(item.get("terminatedAt"))
        proof = _created_after(index, ended, listing) if ended is not None else None
        if proof is not None:
            yield violated(
                proof,
                listing,
                expected="running=true: only instances that have not terminated",
                observed=f"instance {shown(item.get('id'))} says that it has terminated",
                proof="settled",
                subject=str(item.get("id")),
                pointer=f"/data/{number}",
            )


def _created_after(index: TraceIndex, ended: Instant, listing: Exchange) -> Exchange | None:
    """A run answered a settle time before a list, whose instance was created after a time of the target's clock."""
    for run in index.successes("runWorkflow"):
        body = run.data if isinstance(run.data, dict) else {}
        created = parse_instant(body.get("createdAt"))
        if created is None or created.ns <= ended.ns + index.trace.granularity:
            continue
        due = index.trace.settled_at(run.received)
        if due is not None and listing.sent > due:
            return run
    return None


def _listed_again(listing: Exchange, items: list[dict[str, Any]]) -> Iterator[Observation]:
    counts = Counter(item["id"] for item in items if isinstance(item.get("id"), str))
    twice = next((name for name, times in counts.items() if times > 1), None)
    if twice is not None:
        yield violated(
            listing,
            expected=f"running=true: instance {twice} is listed once",
            observed=f"listed {counts[twice]} times",
            subject=twice,
            pointer="/data",
        )


def _listed_while_running(timeline: InstanceTimeline, listing: Exchange, listed: bool) -> Iterator[Observation]:
    terminated = timeline.first_terminated
    due = terminated is not None and (
        timeline.is_due(terminated.exchange.received, listing)
        or (terminated.exchange.before(listing) and ended_long_ago(timeline, listing))
    )
    if terminated is not None and due:
        if listed:
            yield _misfiled(timeline, terminated.exchange, listing, "not listed: it has terminated", "it is listed")
        else:
            yield upheld(terminated.exchange, listing, proof="settled", subject=timeline.id)
        return
    if listed and must_have_terminated(timeline, listing, undisputed(timeline)):
        observed = "it is listed, and must have terminated by itself"
        yield _misfiled(timeline, timeline.instance.run, listing, "not listed", observed)
        return
    running = [r for r in timeline.instance.reads if r.exchange.sent > listing.received and not r.terminated]
    still = running[-1] if running else None
    held = timeline.barrier(listing.received) is not None
    if (still is not None or held) and timeline.is_due(timeline.shown_from, listing):
        proof = still.exchange if still is not None else timeline.instance.run
        if listed:
            yield upheld(proof, listing, proof="settled", subject=timeline.id)
        elif _must_still_run(timeline, listing, still, held=held):
            yield _misfiled(timeline, proof, listing, "listed: it runs", "it is not listed")


def _must_still_run(timeline: InstanceTimeline, listing: Exchange, still: InstanceRead | None, *, held: bool) -> bool:
    # The API leaves open whether the instances of a deleted workflow go on; one that was read running long after does.
    if still is not None and _lags_too_long(timeline, listing, still):
        return True
    return not timeline.deleted_before(listing.received) and (held or still is None)


def _lags_too_long(timeline: InstanceTimeline, listing: Exchange, still: InstanceRead) -> bool:
    """Whether the single read that still shows it running came too late to be merely behind the list."""
    return timeline.is_due(listing.received, still.exchange)


def _misfiled(timeline: InstanceTimeline, proof: Exchange, listing: Exchange, wanted: str, found: str) -> Observation:
    return violated(
        proof,
        listing,
        expected=f"running=true: instance {timeline.id} is {wanted}",
        observed=found,
        proof="settled",
        subject=timeline.id,
        pointer="/data",
    )


def agrees(index: TraceIndex) -> Iterator[Observation]:
    """`list.agrees`: a listed element equals its single read in every field that both have."""
    for found in listings(index, "listInstances"):
        listing = found.exchange
        by_id = {item.get("id"): (number, item) for number, item in enumerate(found.bodies)}
        for timeline in timelines(index):
            if timeline.id in by_id:
                yield from _same_as_single(timeline, listing, *by_id[timeline.id])


def _same_as_single(
    timeline: InstanceTimeline, listing: Exchange, number: int, item: dict[str, Any]
) -> Iterator[Observation]:
    single = _steady(timeline, listing)
    if single is None:
        return
    both = item.keys() & single.body.keys()
    name = next((key for key in sorted(both) if not _agree(item[key], single.body[key], key)), None)
    if name is None:
        yield upheld(single.exchange, listing, proof="settled", subject=timeline.id)
    else:
        expected, observed = contrast(single.body[name], item[name])
        yield violated(
            single.exchange,
            listing,
            expected=f"{name} of instance {timeline.id} as in its single read: {expected}",
            observed=observed,
            proof="settled",
            subject=timeline.id,
            pointer=f"/data/{number}/{name}",
        )


def _agree(listed: Any, single: Any, name: str) -> bool:
    return same_within(listed, single, MICROSECOND, shared=True, name=name)


def _steady(timeline: InstanceTimeline, listing: Exchange) -> InstanceRead | None:
    """A single read with which a list must agree: nothing changed around the list, and nothing was still due."""
    before = [r for r in timeline.instance.reads if r.exchange.before(listing)]
    after = [r for r in timeline.instance.reads if listing.before(r.exchange)]
    if not before or not after or not same_within(before[-1].body, after[0].body, MICROSECOND):
        return None
    first = next(r for r in before if same_within(r.body, after[0].body, MICROSECOND))
    if not timeline.is_due(first.exchange.received, listing):
        return None
    return first if first.terminated or _halted(timeline, first, listing) else None


def _halted(timeline: InstanceTimeline, read: InstanceRead, listing: Exchange) -> bool:
    """Whether the instance is at a stage that cannot have ended; otherwise a list may be ahead of single reads."""
    held = timeline.barrier(listing.received)
    return held is not None and read.stage(held.number) is not None


RULES: dict[str, Rule] = {"list.by-workflow": by_workflow, "list.running": running, "list.agrees": agrees}
