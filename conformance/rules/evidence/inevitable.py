"""What must have happened, and must be visible, by when, though nobody saw it: the run itself is its cause.

After a run the first stage starts, a stage that ends by itself ends, and what follows an end follows by itself. Each of
these is due a settle time after the one before it must be visible. So one late read says whether an instance moves,
even if it is the first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.reads import HistoryRead, InstanceRead
from conformance.rules.evidence.timeline import InstanceTimeline
from conformance.trace import Exchange


@dataclass
class Inevitable:
    """By stage the client time from which on every view must show its start, and its end; also that of the instance.

    A stage is missing, and ``terminated`` None, where it takes a signal, where a stage may fail, or where nobody knows.
    ``failed`` is when an instance must show its end that has a stage whose parameters are wrong. What stops an instance
    (a cancellation, a deletion) is not considered.
    """

    started: dict[int, int] = field(default_factory=dict)
    ended: dict[int, int] = field(default_factory=dict)
    terminated: int | None = None
    failed: int | None = None


def inevitable(timeline: InstanceTimeline) -> Inevitable:
    """What must be visible of an instance by when; built once per index."""
    known: dict[str, Inevitable] = timeline.index.memo.setdefault("inevitable", {})
    if timeline.id not in known:
        known[timeline.id] = _chain(timeline)
    return known[timeline.id]


def _chain(timeline: InstanceTimeline) -> Inevitable:
    found = Inevitable()
    run = timeline.instance.run
    if not timeline.stages_known or not run.ok:
        return found
    happened: int | None = run.received
    for stage in timeline.plans:
        due = None if happened is None else timeline.due(happened)
        if due is not None:
            found.started[stage.number] = due
        seen = timeline.first_started(stage.number)
        begun = _earlier(due, seen.exchange.received if seen else None)
        if stage.must_fail:
            ended = None if begun is None else timeline.due(begun)
            found.failed = None if ended is None else timeline.due(ended)
            return found
        sure = stage.ends_by_itself and stage.until is None and begun is not None
        due = _end(timeline, stage, begun) if sure and begun is not None else None
        due = _earlier(due, _due_by_the_next(timeline, stage.number))
        if due is not None:
            found.ended[stage.number] = due
        if not stage.cannot_fail and any(shown.stage.error for shown in timeline.shown_stages(stage.number)):
            # What follows an error is `run.stage-fails`'s business.
            return found
        happened = _earlier(due, _seen_ended_well(timeline, stage.number))
    found.terminated = None if happened is None else timeline.due(happened)
    return found


def _end(timeline: InstanceTimeline, stage: StagePlan, begun: int) -> int | None:
    if stage.duration is None:
        return timeline.due(begun)
    return timeline.due_after_delay(begun + stage.duration)


def started_long_ago(timeline: InstanceTimeline, number: int, exchange: Exchange) -> bool:
    """Whether a stage started so long before a request that its answer must show all of the start in place.

    It was seen started, or must have been visible, a settle time before.
    """
    if timeline.shown_since(number, exchange):
        return True
    due = undisputed(timeline).started.get(number)
    return due is not None and timeline.is_due(due, exchange) and not _prevented(timeline, due, exchange)


def must_show(timeline: InstanceTimeline, due: int | None, exchange: Exchange) -> bool:
    """Whether a request was sent after something inevitable was due that nothing sent before can have prevented."""
    return due is not None and exchange.sent > due and not _prevented(timeline, due, exchange)


def _prevented(timeline: InstanceTimeline, due: int, exchange: Exchange) -> bool:
    """Whether something stopped the instance: what was sent when the effect was due everywhere comes too late for that.

    After a deletion a view may stay as it is, whatever it showed.
    """
    return timeline.deleted_before(exchange.received) or any(c.sent <= due for c in timeline.instance.cancels)


def cannot_have_failed(timeline: InstanceTimeline, exchange: Exchange) -> bool:
    """Whether nothing that was sent before an answer can have given an error to an instance that cannot fail by itself.

    A cancellation that came when the instance had to show its end is too late for that, and so is a deletion that came
    when an answer had shown the end.
    """
    end = undisputed(timeline).terminated
    moment = exchange.received if end is None else min(end, exchange.received)
    cancelled = any(cancel.sent < moment for cancel in timeline.instance.cancels)
    return not cancelled and not timeline.deleted_in_mid_run(moment)


def undisputed(timeline: InstanceTimeline) -> Inevitable:
    """What no single read denies of what must be visible.

    Where one does, the instance hangs: `run.completes` says so, and no other view is to blame.
    """
    sure = inevitable(timeline)
    return Inevitable(
        {n: due for n, due in sure.started.items() if not any(r.stage(n) is None for r in _reads(timeline, due))},
        {n: due for n, due in sure.ended.items() if not any(_still_open(r, n) for r in _reads(timeline, due))},
        None if any(not read.terminated for read in _reads(timeline, sure.terminated)) else sure.terminated,
        sure.failed,
    )


def _reads(timeline: InstanceTimeline, due: int | None) -> list[InstanceRead]:
    """The single reads that were sent after a moment; none where there is no moment."""
    return [] if due is None else [read for read in timeline.instance.reads if read.exchange.sent > due]


def _still_open(read: InstanceRead, number: int) -> bool:
    stage = read.stage(number)
    return stage is None or not stage.ended


def must_have_terminated(timeline: InstanceTimeline, exchange: Exchange, sure: Inevitable) -> bool:
    """Whether a request was sent after the instance had to show its end, which came by itself or by a cancellation."""
    due = sure.terminated
    if due is None or exchange.sent <= due or timeline.deleted_before(exchange.received):
        return False
    cancels = (cancel for cancel in timeline.instance.cancels if cancel.sent < min(exchange.received, due))
    return all(cancel.answered and timeline.is_due(cancel.received, exchange) for cancel in cancels)


@dataclass(frozen=True, slots=True)
class Lacking:
    """What a read does not show though it must: that a stage has started, or has ended."""

    stage: int
    what: Literal["started", "ended"]


def lacking(timeline: InstanceTimeline, read: InstanceRead | HistoryRead, sure: Inevitable) -> Lacking | None:
    """The first thing that must have happened to a stage by itself and that a read does not show; None without one."""
    for stage in timeline.plans:
        shown = read.stage(stage.number)
        if shown is None:
            absent = must_show(timeline, sure.started.get(stage.number), read.exchange)
            return Lacking(stage.number, "started") if absent else None
        if not shown.ended and must_show(timeline, sure.ended.get(stage.number), read.exchange):
            return Lacking(stage.number, "ended")
    return None


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _due_by_the_next(timeline: InstanceTimeline, number: int) -> int | None:
    """When the end of a stage must show because a later one was seen."""
    later = timeline.first_started(number + 1)
    return None if later is None else timeline.due(later.exchange.received)


def _seen_ended_well(timeline: InstanceTimeline, number: int) -> int | None:
    """When a stage was first seen to have ended without error."""
    shown = (each for each in timeline.shown_stages(number) if each.stage.ended and not each.stage.error)
    return next((each.exchange.received for each in shown), None)
