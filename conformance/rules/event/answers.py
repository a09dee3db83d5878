"""How events and cancellations are answered: by a live instance, and by one that has terminated."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.cancel.cancellation import must_show_the_end
from conformance.rules.evidence.answers import inconclusive
from conformance.rules.evidence.comparing.equal_meaning import same_within
from conformance.rules.evidence.inevitable import must_have_terminated, undisputed
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.reads import HistoryRead, InstanceRead
from conformance.rules.evidence.timeline import InstanceTimeline, StageObservation, timelines
from conformance.rules.evidence.trace_index import TraceIndex, event_name
from conformance.trace import Exchange
from conformance.wire.instant import MICROSECOND


def live_known(index: TraceIndex) -> Iterator[Observation]:
    """`event.live-known`: a running instance is never unknown to reads, events or cancellations."""
    for timeline in timelines(index):
        for read in index.of("getInstance"):
            asked = (
                read.params.get("instanceID") == timeline.id and timeline.instance.run.before(read) and read.answered
            )
            if asked and not timeline.deleted_before(read.received):
                yield _known(timeline, timeline.instance.run, read, "404")
        for signal in (*timeline.instance.sends, *timeline.instance.cancels):
            shown = timeline.open_stage(signal.sent) if signal.answered else None
            if shown is None or timeline.plans[shown.stage.number].event is None:
                continue
            if not _may_have_ended(timeline, shown.stage.number, signal):
                yield _known(timeline, shown.exchange, signal, _unknown_while(timeline, shown, signal))


def _may_have_ended(timeline: InstanceTimeline, number: int, signal: Exchange) -> bool:
    """Whether another signal, sent while this one was under way, could have ended the stage before this one arrived."""
    same = timeline.sends_named(timeline.plans[number].event or "", signal.received)
    rivals = [
        rival for rival in (*same, *timeline.instance.cancels, *timeline.deletions) if rival.index != signal.index
    ]
    return any(signal.sent <= rival.sent < signal.received for rival in rivals)


def _unknown_while(timeline: InstanceTimeline, shown: StageObservation, signal: Exchange) -> str:
    """A server that is a moment late has another defect than one that never finds a stage."""
    stage = "a later stage" if shown.stage.number else "the first stage"
    late = timeline.shown_since(shown.stage.number, signal)
    return f"404 while {stage} waits" + (", for longer than the settle time" if late else "")


def _known(timeline: InstanceTimeline, proof: Exchange, asked: Exchange, observed: str) -> Observation:
    if asked.status != 404:
        return upheld(proof, asked, subject=timeline.id)
    return violated(
        proof,
        asked,
        expected=f"instance {timeline.id}, which exists, is known to {asked.operation}",
        observed=observed,
        subject=timeline.id,
    )


def _late_signals(timeline: InstanceTimeline, signals: list[Exchange]) -> Iterator[tuple[InstanceRead, Exchange]]:
    """Signals sent after every view had to show the termination, each with the read that showed it."""
    first = timeline.first_terminated
    if first is None:
        return
    sure = undisputed(timeline)
    for signal in signals:
        settled = must_show_the_end(timeline, signal) or must_have_terminated(timeline, signal, sure)
        if settled and not inconclusive(signal):
            yield first, signal


def _unchanged(timeline: InstanceTimeline, signal: Exchange, others: list[Exchange]) -> Observation | None:
    """Whether the instance read the same before and after a signal; None when it was not read on both sides.

    None also when it changed and one of the ``others`` came between: either of the two may have caused the change.
    """
    before = [read for read in timeline.instance.reads if read.terminated and read.exchange.before(signal)]
    after = [read for read in timeline.instance.reads if signal.before(read.exchange)]
    if not before or not after:
        return None
    first = timeline.first_terminated
    assert first is not None
    old = before[-1]
    if not timeline.is_due(first.exchange.received, old.exchange):
        return None
    new = next((read for read in after if _changed(old, read)), after[-1])
    changed = _changed(old, new)
    shown = (old.exchange, signal, new.exchange)
    if not changed:
        return upheld(*shown, proof="trace", subject=timeline.id)
    expected = "an instance that has terminated does not change any more"
    observed, pointer = f"changed: {', '.join(changed)}", f"/data/{changed[0]}"
    return _blamed(timeline, others, shown, expected, observed, pointer)


def _same_history(timeline: InstanceTimeline, signal: Exchange, others: list[Exchange]) -> Observation | None:
    """Whether history read the same before and after a signal; None in the same cases as for the instance."""
    first = timeline.first_terminated
    assert first is not None
    histories = [
        read for read in timeline.instance.histories if timeline.is_due(first.exchange.received, read.exchange)
    ]
    before = [read for read in histories if read.exchange.before(signal)]
    after = [read for read in histories if signal.before(read.exchange)]
    if not before or not after:
        return None
    old = before[-1]
    new = next((read for read in after if not _equal(old, read)), after[-1])
    shown = (old.exchange, signal, new.exchange)
    if _equal(old, new):
        return upheld(*shown, proof="trace", subject=timeline.id)
    expected = "the history of an instance that has terminated does not change any more"
    observed = f"it had {len(old.stages)} entries and has {len(new.stages)}, or one of them has changed"
    return _blamed(timeline, others, shown, expected, observed, "/data")


def _blamed(
    timeline: InstanceTimeline,
    others: list[Exchange],
    shown: tuple[Exchange, Exchange, Exchange],
    expected: str,
    observed: str,
    pointer: str,
) -> Observation | None:
    """The violation that a read before a signal and one after it show; None when another signal came between them."""
    old, _, new = shown
    if not all(other.before(old) or new.before(other) for other in others):
        return None
    return violated(*shown, expected=expected, observed=observed, proof="trace", subject=timeline.id, pointer=pointer)


def _equal(old: HistoryRead, new: HistoryRead) -> bool:
    return same_within([stage.body for stage in old.stages], [stage.body for stage in new.stages], MICROSECOND)


def _changed(old: InstanceRead, new: InstanceRead) -> list[str]:
    """The fields that two reads show differently."""
    # The embedded workflow may change by itself: it may have been deleted.
    keys = sorted({*old.body, *new.body} - {"workflow"})
    return [key for key in keys if not same_within(old.body.get(key), new.body.get(key), MICROSECOND, name=key)]


def terminated(index: TraceIndex) -> Iterator[Observation]:
    """`event.terminated`: an event to a terminated instance gets 4xx or 204, and changes nothing."""
    for timeline in timelines(index):
        valid = [send for send in timeline.instance.sends if event_name(send)]
        for first, send in _late_signals(timeline, valid):
            yield from _answered(timeline, first, send, timeline.instance.cancels, allowed_success=(204,))


def _answered(
    timeline: InstanceTimeline,
    first: InstanceRead,
    signal: Exchange,
    others: list[Exchange],
    allowed_success: tuple[int, ...],
) -> Iterator[Observation]:
    status = signal.status or 0
    if status not in allowed_success and not signal.refused:
        yield violated(
            first.exchange,
            signal,
            expected=f"4xx or {allowed_success[0]} for an instance that has terminated",
            observed=str(status),
            proof="trace",
            subject=timeline.id,
        )
        return
    for observation in (_unchanged(timeline, signal, others), _same_history(timeline, signal, others)):
        if observation is not None:
            yield observation


def terminated_refused(index: TraceIndex) -> Iterator[Observation]:
    """`event.terminated-refused`: such an event gets 4xx."""
    for timeline in timelines(index):
        valid = [send for send in timeline.instance.sends if event_name(send)]
        for first, send in _late_signals(timeline, valid):
            if send.ok:
                yield violated(
                    first.exchange,
                    send,
                    expected="4xx for an event to an instance that has terminated",
                    observed=str(send.status),
                    proof="trace",
                    subject=timeline.id,
                )
            elif send.refused:
                yield upheld(first.exchange, send, proof="trace", subject=timeline.id)


def cancel_terminated(index: TraceIndex) -> Iterator[Observation]:
    """`cancel.terminated`: cancelling a terminated instance gets 2xx or 4xx, and changes nothing."""
    for timeline in timelines(index):
        for first, cancel in _late_signals(timeline, timeline.instance.cancels):
            yield from _answered(
                timeline, first, cancel, timeline.instance.sends, allowed_success=tuple(range(200, 300))
            )


RULES: dict[str, Rule] = {
    "event.live-known": live_known,
    "event.terminated": terminated,
    "event.terminated-refused": terminated_refused,
    "cancel.terminated": cancel_terminated,
}
