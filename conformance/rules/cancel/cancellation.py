"""Cancellations whose effect can be judged, because nothing else can have ended the instance in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.rules.evidence.answers import speaks
from conformance.rules.evidence.inevitable import must_have_terminated, undisputed
from conformance.rules.evidence.listing import absences, shown_terminated
from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.timeline import InstanceTimeline, StageObservation, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The first answered cancellation of an instance that is held by a stage nothing else could have ended in time.

    ``held`` is that stage. ``shown`` is the stage observation that proves it open when the cancellation was sent. It is
    None when the cancellation followed the run at once, or when the stage may have ended since it was shown. ``due`` is
    when the effect must be visible, None while that is unknown.
    """

    timeline: InstanceTimeline
    cancel: Exchange
    held: StagePlan
    shown: StageObservation | None
    due: int | None

    def late(self, exchange: Exchange) -> bool:
        """Whether a read was sent late enough to show the effect."""
        return self.due is not None and exchange.sent > self.due

    @property
    def evidence(self) -> tuple[Exchange, ...]:
        """The exchanges that lead up to the effect."""
        shown = (self.shown.exchange,) if self.shown else ()
        return (self.timeline.instance.run, *shown, self.cancel)


def cancellation(timeline: InstanceTimeline) -> Cancellation | None:
    """The cancellation of an instance that can be judged; None when there is none."""
    first = next((cancel for cancel in timeline.instance.cancels if speaks(timeline.index, cancel)), None)
    if first is None:
        return None
    shown = timeline.open_stage(first.sent)
    if shown is None and first.sent < timeline.instance.run.received:
        # Only who saw it run elsewhere, as that of a run which is waited for, knows that there was something to cancel.
        return None
    due = timeline.due(first.received)
    horizon = due if due is not None else max(first.received, *(e.received for e in timeline.trace.exchanges))
    held = timeline.barrier(horizon, ignoring_cancels=True)
    if held is None:
        return None
    # A stage that could end before the effect is due may rightly have ended well, and the next one been cancelled.
    return Cancellation(timeline, first, held, shown if shown and shown.stage.number == held.number else None, due)


def accepted_cancellations(index: TraceIndex, *, shown_open: bool) -> Iterator[Cancellation]:
    """Cancellations that were accepted; with ``shown_open`` only those of a stage that was seen open before."""
    for timeline in timelines(index):
        found = cancellation(timeline)
        if found is not None and found.cancel.ok and (found.shown is not None or not shown_open):
            yield found


def ended_long_ago(timeline: InstanceTimeline, exchange: Exchange) -> bool:
    """Whether the instance had to show its end before a request, which came by itself or by a cancellation."""
    found = cancellation(timeline)
    cancelled = found is not None and found.cancel.ok and found.late(exchange)
    return cancelled or must_have_terminated(timeline, exchange, undisputed(timeline))


def still_runs(found: Cancellation) -> bool:
    """Whether a single read denies that a cancellation had its effect, which is `cancel.terminates`'s business."""
    return any(found.late(read.exchange) and not read.terminated for read in found.timeline.instance.reads)


def must_show_the_end(timeline: InstanceTimeline, exchange: Exchange) -> bool:
    """Whether something told a settle time before a request that the instance had terminated, and no read denies it.

    A single read showed it so; a list of running instances lacked it, and another answer has shown it so since; or a
    cancellation was accepted. A list alone is no proof: it may be what is wrong.
    """
    first = timeline.first_terminated
    if first is not None and timeline.is_due(first.exchange.received, exchange):
        return True
    left_out = any(timeline.is_due(listing.received, exchange) for listing in absences(timeline))
    if left_out and shown_terminated(timeline, exchange):
        return True
    found = cancellation(timeline)
    due = found is not None and found.cancel.ok and found.late(exchange) and not still_runs(found)
    return due and not _ran_on(timeline, exchange)


def _ran_on(timeline: InstanceTimeline, exchange: Exchange) -> bool:
    """Whether a cancelled instance may have run until a request, though its cancellation was accepted.

    The last read before showed it running, so shortly before that it may have run on. Or the first one that shows its
    end comes after the request and shows no error, which is what an event brings about, and no cancellation.
    """
    before = [read for read in timeline.instance.reads if read.exchange.before(exchange)]
    if before and not before[-1].terminated and not timeline.is_due(before[-1].exchange.received, exchange):
        return True
    first = timeline.first_terminated
    return first is not None and exchange.before(first.exchange) and not first.error
