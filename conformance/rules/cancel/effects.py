"""Cancelling, judged where nothing but the cancellation can have ended the instance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from conformance.rules.cancel.cancellation import Cancellation, accepted_cancellations, cancellation, still_runs
from conformance.rules.cancel.endings import runs_on
from conformance.rules.evidence.listing import Listing, listings, of_running
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.reads import HistoryRead, InstanceRead
from conformance.rules.evidence.timeline import InstanceTimeline, StageObservation, timelines
from conformance.rules.evidence.trace_index import TraceIndex, event_name
from conformance.rules.evidence.wording import quoted
from conformance.trace import Exchange


def terminates(index: TraceIndex) -> Iterator[Observation]:
    """`cancel.terminates`: it gets 204, and the instance terminates, also when sent right after the run.

    Where a stage may have ended by itself meanwhile, the instance has to end all the same.
    """
    for timeline in timelines(index):
        found = cancellation(timeline)
        if found is None:
            yield from runs_on(timeline)
        elif found.cancel.status == 204:
            yield from _reaches(found, _TERMINATES)
        elif not _rivalled(found):
            yield violated(
                *found.evidence,
                expected="204 for cancelling an instance that runs",
                observed=str(found.cancel.status),
                proof="trace",
                subject=timeline.id,
            )


def _rivalled(found: Cancellation) -> bool:
    """Whether another cancellation may have come first."""
    return any(
        c.index != found.cancel.index and c.sent < found.cancel.received for c in found.timeline.instance.cancels
    )


@dataclass(frozen=True, slots=True)
class _Effect:
    """What a cancellation must bring about, what is said when it did not, and how a read shows either."""

    expected: str
    lacking: str
    pointer: str
    holds: Callable[[InstanceRead], bool]
    lacks: Callable[[InstanceRead], bool]


def _reaches(found: Cancellation, effect: _Effect) -> Iterator[Observation]:
    """One observation: some read shows the effect; or one that was due lacks it, unless a later one shows it anyway."""
    holds, lacks = effect.holds, effect.lacks
    reads = [read for read in found.timeline.instance.reads if read.exchange.sent > found.cancel.sent]
    good = next((read for read in reads if holds(read)), None)
    before = reads if good is None else reads[: reads.index(good)]
    late = next((read for read in reversed(before) if found.late(read.exchange) and lacks(read)), None)
    if late is not None and (good is None or found.timeline.acted_between(late.exchange, good.exchange)):
        waited = (late.exchange.sent - found.cancel.received) / 1e9
        yield violated(
            *found.evidence,
            late.exchange,
            expected=effect.expected,
            observed=f"{effect.lacking} {waited:.2f} s after the cancellation was accepted",
            proof="settled",
            subject=found.timeline.id,
            pointer=effect.pointer,
        )
    elif good is not None:
        yield upheld(*found.evidence, good.exchange, proof="settled", subject=found.timeline.id)


def error(index: TraceIndex) -> Iterator[Observation]:
    """`cancel.error`: the instance and its last stage carry an error."""
    for found in accepted_cancellations(index, shown_open=True):
        yield from _reaches(found, _CARRIES_ERRORS)


def _has_errors(read: InstanceRead) -> bool:
    return read.error is not None and bool(read.stages) and read.stages[-1].error is not None


def closes_stage(index: TraceIndex) -> Iterator[Observation]:
    """`cancel.closes-stage`: the stage that was open is terminated too, also when the cancellation follows at once."""
    for found in accepted_cancellations(index, shown_open=False):
        yield from _reaches(found, _CLOSES_STAGE)


def _all_closed(read: InstanceRead) -> bool:
    return read.terminated and bool(read.stages) and not _some_open(read)


def _some_open(read: InstanceRead) -> bool:
    return any(not stage.ended for stage in read.stages)


_TERMINATES = _Effect(
    "the cancelled instance terminates",
    "it still runs",
    "/data/terminated",
    lambda read: read.terminated,
    lambda read: not read.terminated,
)
_CARRIES_ERRORS = _Effect(
    "the cancelled instance and its last stage carry an error",
    "it has terminated without one",
    "/data/error",
    _has_errors,
    lambda read: read.terminated and not _has_errors(read),
)
_CLOSES_STAGE = _Effect(
    "no stage of the cancelled instance is open", "a stage is open", "/data/status", _all_closed, _some_open
)


def stops_stages(index: TraceIndex) -> Iterator[Observation]:
    """`cancel.stops-stages`: no stage starts after the termination, nor first appears after the effect was due."""
    judged = {found.timeline.id: found for found in accepted_cancellations(index, shown_open=True)}
    for timeline in timelines(index):
        found = judged.get(timeline.id)
        bad = next(_started_late(timeline, found), None)
        if bad is not None:
            yield bad
        elif found is not None:
            last = next((r for r in reversed(timeline.instance.reads) if found.late(r.exchange)), None)
            if last is not None and last.terminated and len(last.stages) < len(timeline.plans):
                yield upheld(*found.evidence, last.exchange, proof="settled", subject=timeline.id)


def _started_late(timeline: InstanceTimeline, found: Cancellation | None) -> Iterator[Observation]:
    """The target's own times tell of any cancelled instance; what is seen late only of one that was surely held."""
    cancel = next((each for each in timeline.instance.cancels if each.ok), None)
    if cancel is None:
        return
    evidence = found.evidence if found else (timeline.instance.run, cancel)
    for read in timeline.instance.reads:
        end = read.terminated_at
        for stage in read.stages:
            if end and stage.started and stage.started.ns > end.ns + timeline.trace.granularity:
                shown = StageObservation(read.exchange, "instance", stage)
                yield _stage_started(timeline, evidence, shown, "started after the instance's terminatedAt")
    # Nothing but the cancellation can have ended the stage that held the instance, and after that no other starts.
    later = timeline.first_started(found.held.number + 1) if found else None
    if later is not None and found is not None and found.due is not None:
        yield _stage_started(timeline, evidence, later, "has started")


def _stage_started(
    timeline: InstanceTimeline, evidence: Sequence[Exchange], shown: StageObservation, how: str
) -> Observation:
    return violated(
        *evidence,
        shown.exchange,
        expected="no stage starts once the instance is cancelled",
        observed=f"stage {shown.stage.number} {how}",
        proof="settled",
        subject=timeline.id,
        pointer=shown.pointer,
    )


def deaf(index: TraceIndex) -> Iterator[Observation]:
    """`cancel.deaf`: no event sent after the cancellation took effect advances the instance."""
    for found in accepted_cancellations(index, shown_open=True):
        if found.shown is not None and found.shown.stage.number == found.held.number:
            yield from _deaf_to_events(found, found.shown.stage.number)


def _deaf_to_events(found: Cancellation, number: int) -> Iterator[Observation]:
    timeline = found.timeline
    waited = timeline.plans[number].event
    for send in timeline.instance.sends:
        if event_name(send) is None or event_name(send) != waited or not found.late(send):
            continue
        before = [read for read in timeline.instance.reads if read.exchange.before(send)]
        if any(_is_past(read, number) for read in before):
            # What an answer showed before the event was sent, the event has not done.
            return
        after = [read for read in timeline.instance.reads if timeline.is_due(send.received, read.exchange)]
        was_open = any(found.late(read.exchange) and _shows_open(read, number) for read in before[-1:])
        moved = next((read for read in after if _advanced(read, number, was_open=was_open)), None)
        if moved is not None:
            yield violated(
                *found.evidence,
                send,
                moved.exchange,
                expected=f"the event {quoted(waited)} does nothing to an instance cancelled before",
                observed=f"stage {number} ended without error, or a later one started",
                proof="settled",
                subject=timeline.id,
                pointer="/data/status",
            )
            return
        if after:
            yield upheld(*found.evidence, send, after[-1].exchange, proof="settled", subject=timeline.id)


def _shows_open(read: InstanceRead, number: int) -> bool:
    stage = read.stage(number)
    return stage is not None and not stage.ended


def _is_past(read: InstanceRead, number: int) -> bool:
    """Whether a read shows a later stage."""
    return any(later.number > number for later in read.stages)


def _advanced(read: InstanceRead, number: int, *, was_open: bool) -> bool:
    stage = read.stage(number)
    clean = stage is not None and stage.ended and not stage.error and not read.error
    return (was_open and clean) or _is_past(read, number)


def not_running(index: TraceIndex) -> Iterator[Observation]:
    """`cancel.not-running`: a cancelled instance is not listed as running."""
    for found in accepted_cancellations(index, shown_open=False):
        if found.shown is None and still_runs(found):
            continue
        for listing in listings(index, "listInstances"):
            workflow, listed = listing.exchange.query("workflowID"), found.timeline.id in listing.ids
            if not of_running(listing.exchange) or not found.late(listing.exchange):
                continue
            if workflow not in (None, found.timeline.instance.run.params["workflowID"]):
                continue
            if listed or not listing.more:
                yield _not_listed(found, listing)


def _not_listed(found: Cancellation, listing: Listing) -> Observation:
    if found.timeline.id not in listing.ids:
        return upheld(*found.evidence, listing.exchange, proof="settled", subject=found.timeline.id)
    return violated(
        *found.evidence,
        listing.exchange,
        expected="a cancelled instance is not among the running ones",
        observed="running=true lists it",
        proof="settled",
        subject=found.timeline.id,
        pointer=listing.pointer,
    )


def history_cancelled(index: TraceIndex) -> Iterator[Observation]:
    """`history.cancelled`: the last entry is terminated, with an error."""
    for found in accepted_cancellations(index, shown_open=True):
        # A stage that ended with an error may be absent from history: then there is nothing to judge.
        number = found.shown.stage.number if found.shown else 0
        histories = [
            h for h in found.timeline.instance.histories if h.exchange.sent > found.cancel.sent and h.stage(number)
        ]
        good = next((h for h in histories if _closed_with_error(h)), None)
        late = next((h for h in reversed(histories) if found.late(h.exchange)), None)
        if good is not None:
            yield upheld(*found.evidence, good.exchange, proof="settled", subject=found.timeline.id)
        elif late is not None:
            yield violated(
                *found.evidence,
                late.exchange,
                expected="the last entry of a cancelled instance's history is terminated, with an error",
                observed="terminated without error" if late.stages[-1].ended else "it is open",
                proof="settled",
                subject=found.timeline.id,
                pointer=f"/data/{len(late.stages) - 1}",
            )


def _closed_with_error(history: HistoryRead) -> bool:
    return history.stages[-1].ended and history.stages[-1].error is not None


RULES: dict[str, Rule] = {
    "cancel.terminates": terminates,
    "cancel.error": error,
    "cancel.closes-stage": closes_stage,
    "cancel.stops-stages": stops_stages,
    "cancel.deaf": deaf,
    "cancel.not-running": not_running,
    "history.cancelled": history_cancelled,
}
