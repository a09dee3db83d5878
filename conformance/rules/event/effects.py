"""Effects of events: which stages they end, which they leave waiting, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.rules.evidence.answers import answer_text, inconclusive, is_valid
from conformance.rules.evidence.observation import Observation, Rule, instance_violated, upheld, violated
from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.timeline import InstanceTimeline, StageObservation, timelines
from conformance.rules.evidence.trace_index import TraceIndex, event_name
from conformance.rules.evidence.wording import quoted
from conformance.trace import Exchange


@dataclass(frozen=True, slots=True)
class _Match:
    """A successful event with the name for which a stage was provably waiting, and the shown stage that proves it."""

    timeline: InstanceTimeline
    send: Exchange
    stage: StagePlan
    shown: StageObservation
    early: bool


def _matches(timeline: InstanceTimeline) -> Iterator[_Match]:
    for send in timeline.instance.sends:
        found = _match(timeline, send) if send.ok else None
        if found is not None:
            yield found


def _match(timeline: InstanceTimeline, send: Exchange) -> _Match | None:
    shown = timeline.open_stage(send.sent) or _open_before_and_after(timeline, send)
    stage = timeline.plans[shown.stage.number] if shown else None
    if shown is None or stage is None or stage.event is None or stage.event != event_name(send):
        return None
    return _Match(timeline, send, stage, shown, not _surely_waiting(timeline, stage, send))


def _open_before_and_after(timeline: InstanceTimeline, send: Exchange) -> StageObservation | None:
    """A stage that waits for a send's name, shown open before it and still once it is due: nothing had ended it."""
    name = event_name(send)
    for stage in timeline.plans if name is not None else ():
        if stage.event != name:
            continue
        shown = [each for each in timeline.shown_stages(stage.number) if not each.stage.ended]
        before = [each for each in shown if each.exchange.received < send.sent]
        after = timeline.last_shown_open(stage.number, send.received)
        if before and after is not None and timeline.is_due(send.received, after.exchange):
            return before[-1]
    return None


def _surely_waiting(timeline: InstanceTimeline, stage: StagePlan, send: Exchange) -> bool:
    """Whether history, or a status shown a settle time ago, proves that the stage waits and has not merely begun."""
    for shown_stage in timeline.shown_stages(stage.number):
        if shown_stage.stage.ended or shown_stage.exchange.received >= send.sent:
            continue
        if shown_stage.view == "history" or timeline.is_due(shown_stage.exchange.received, send):
            return True
    return False


def _crowded(match: _Match) -> bool:
    """Whether other events were sent to the instance at about the same time."""
    others = [send for send in match.timeline.instance.sends if send.index != match.send.index]
    due = match.timeline.due(match.send.received)
    reach = (due - match.send.received) if due is not None else 0
    return any(o.sent <= match.send.received + reach and o.received >= match.send.sent - reach for o in others)


def _ends_stage(match: _Match) -> Iterator[Observation]:
    timeline, stage, send = match.timeline, match.stage, match.send
    ended = timeline.first_ended(stage.number)
    last = timeline.last_shown_open(stage.number, send.received)
    late = last if last is not None and _due_unhindered(timeline, send.received, last.exchange) else None
    if late is not None and (ended is None or _ended_otherwise(match, late, ended)):
        yield instance_violated(
            timeline,
            match.shown.exchange,
            send,
            late.exchange,
            expected=f"the event {quoted(stage.event)} ends stage {stage.number}, which was waiting for it",
            observed=f"the stage still waits {(late.exchange.sent - send.received) / 1e9:.2f} s later",
            pointer=late.pointer,
        )
    elif ended is not None and not timeline.stopped_before(ended.exchange.received):
        yield from _next_starts(match, ended)


def _ended_otherwise(match: _Match, last: StageObservation, ended: StageObservation) -> bool:
    """Whether something that may have ended the stage was sent after it was last seen open."""
    timeline, name = match.timeline, match.stage.event
    others = [send for send in timeline.instance.sends if send.index != match.send.index and event_name(send) == name]
    signals = (*others, *timeline.instance.cancels, *timeline.deletions)
    return any(last.exchange.sent < signal.sent < ended.exchange.received for signal in signals)


def _due_unhindered(timeline: InstanceTimeline, cause: int, read: Exchange) -> bool:
    """Whether a read must show the effect, and nothing that could have prevented it was sent before it was due."""
    due = timeline.due(cause)
    return due is not None and timeline.is_due(cause, read) and not timeline.stopped_before(due)


def _next_starts(match: _Match, ended: StageObservation) -> Iterator[Observation]:
    timeline, following = match.timeline, match.stage.number + 1
    if following >= len(timeline.plans) or timeline.first_started(following) is not None:
        yield upheld(match.shown.exchange, match.send, ended.exchange, proof="settled", subject=timeline.id)
        return
    cause = max(match.send.received, ended.exchange.received)
    late = [
        r
        for r in timeline.instance.reads
        if _due_unhindered(timeline, cause, r.exchange) and r.stage(following) is None
    ]
    if late:
        yield instance_violated(
            timeline,
            match.send,
            late[-1].exchange,
            expected=f"stage {following} starts once {quoted(match.stage.event)} has ended stage {match.stage.number}",
            observed=f"stage {following} has not started",
            pointer="/data/status",
        )


def matching(index: TraceIndex) -> Iterator[Observation]:
    """`event.matching`: an event whose name a stage is seen to wait for ends the stage, and the next one starts."""
    for timeline in timelines(index):
        for match in _matches(timeline):
            if not match.early and not _crowded(match):
                yield from _ends_stage(match)
        yield from _refused(timeline)


def _refused(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violated when an event is refused for which a stage surely waits that nothing else can have ended."""
    for send in timeline.instance.sends:
        if send.ok or inconclusive(send) or send.status == 404 or (send.status or 0) >= 500:
            # `event.live-known` judges 404.
            continue
        if not is_valid(timeline.index, send):
            # Not every server takes NUL in a name, say, even if a stage waits for it.
            continue
        match = _match(timeline, send)
        if match is not None and not match.early and not _rivalled(match) and not _over(match):
            yield violated(
                match.shown.exchange,
                send,
                expected=f"204 for the event {quoted(match.stage.event)}, for which stage {match.stage.number} waits",
                observed=answer_text(send),
                proof="trace",
                subject=timeline.id,
            )


def _over(match: _Match) -> bool:
    """Whether the stage was seen ended before the event was sent: other rules say that it should not have."""
    ended = match.timeline.first_ended(match.stage.number)
    return ended is not None and ended.exchange.before(match.send)


def _rivalled(match: _Match) -> bool:
    """Whether another signal may have ended the stage before this one arrived."""
    timeline, send = match.timeline, match.send
    same = timeline.sends_named(match.stage.event or "", send.received)
    others = (*same, *timeline.instance.cancels, *timeline.deletions)
    return any(other.index != send.index and other.sent < send.received for other in others)


def burst(index: TraceIndex) -> Iterator[Observation]:
    """`event.burst`: the same as `event.matching`, when the event is sent among others."""
    for timeline in timelines(index):
        for match in _matches(timeline):
            if not match.early and _crowded(match):
                yield from _ends_stage(match)


def early(index: TraceIndex) -> Iterator[Observation]:
    """`event.early`: an event accepted when only getInstance showed the stage open is not lost."""
    for timeline in timelines(index):
        for match in _matches(timeline):
            if match.early:
                yield from _ends_stage(match)


def other(index: TraceIndex) -> Iterator[Observation]:
    """`event.other`: events with other names leave a stage waiting."""
    for timeline in timelines(index):
        for stage in timeline.plans:
            if stage.event is not None:
                yield from _left_alone(timeline, stage)


def _left_alone(timeline: InstanceTimeline, stage: StagePlan) -> Iterator[Observation]:
    strangers = [s for s in timeline.instance.sends if not inconclusive(s) and event_name(s) not in (None, stage.event)]
    ended = timeline.first_ended(stage.number)
    if ended is not None and timeline.cannot_end(stage, ended.exchange.received):
        # Among several, the latest most probably ended the stage.
        for send in [s for s in strangers if s.sent <= ended.exchange.received][-1:]:
            awaited, sent = quoted(stage.event), quoted(event_name(send))
            yield instance_violated(
                timeline,
                send,
                ended.exchange,
                expected=f"stage {stage.number} waits on for {awaited} after another event, {sent}",
                observed="it has ended",
                pointer=ended.pointer,
            )
        return
    opened = timeline.first_started(stage.number)
    for send in strangers:
        kept = next((s for s in timeline.shown_stages(stage.number) if _still_open(timeline, send, s)), None)
        if kept is not None and opened is not None and opened.exchange.received < send.sent:
            yield upheld(send, kept.exchange, proof="settled", subject=timeline.id)


def _still_open(timeline: InstanceTimeline, send: Exchange, shown_stage: StageObservation) -> bool:
    """Whether a stage is shown open at a time at which the effect of an event would have to show."""
    return not shown_stage.stage.ended and timeline.is_due(send.received, shown_stage.exchange)


def once(index: TraceIndex) -> Iterator[Observation]:
    """`event.once`: no more stages waiting for a name end than events of that name were sent."""
    for timeline in timelines(index):
        names = [stage.event for stage in timeline.plans if stage.event is not None]
        for name in {name for name in names if names.count(name) > 1}:
            yield from _counted(timeline, name)


def _counted(timeline: InstanceTimeline, name: str) -> Iterator[Observation]:
    waiting = [stage for stage in timeline.plans if stage.event == name]
    for position, stage in enumerate(waiting):
        yield from _not_twice(timeline, stage, name, position)
        ended = timeline.first_ended(stage.number)
        if ended is None:
            return
        moment = ended.exchange.received
        sent = timeline.sends_named(name, moment)
        if len(sent) <= position and not timeline.stopped_before(moment) and sent:
            yield instance_violated(
                timeline,
                *sent,
                ended.exchange,
                expected=f"{len(sent)} events {quoted(name)} end at most as many stages",
                observed=f"{position + 1} stages waiting for it have ended",
                pointer=ended.pointer,
            )
            return


def _not_twice(timeline: InstanceTimeline, stage: StagePlan, name: str, position: int) -> Iterator[Observation]:
    """Upheld: as many stages ended as events were sent, and the next stage still waited once the last event was due."""
    opened = timeline.first_started(stage.number)
    sent = timeline.instance.sends and timeline.sends_named(name, opened.exchange.received if opened else 0)
    if not opened or not sent or len(sent) != position:
        return
    last = timeline.last_shown_open(stage.number, sent[-1].received)
    if last is not None and timeline.is_due(max(sent[-1].received, opened.exchange.received), last.exchange):
        yield upheld(*sent, last.exchange, proof="settled", subject=timeline.id)


RULES: dict[str, Rule] = {
    "event.matching": matching,
    "event.burst": burst,
    "event.early": early,
    "event.other": other,
    "event.once": once,
}
