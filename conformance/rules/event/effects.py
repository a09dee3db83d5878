"""Events: what they end, what they leave alone, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.rules.evidence.answers import withheld
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.timeline import Life, Sight, lives
from conformance.rules.evidence.trace_index import Story, event_name
from conformance.rules.evidence.wording import quoted
from conformance.trace import Exchange


@dataclass(frozen=True, slots=True)
class _Match:
    """A successful send of the name that a stage was provably waiting for, and the sight that proves it."""

    life: Life
    send: Exchange
    stage: StagePlan
    shown: Sight
    early: bool


def _matches(life: Life) -> Iterator[_Match]:
    for send in life.instance.sends:
        found = _match(life, send) if send.ok else None
        if found is not None:
            yield found


def _match(life: Life, send: Exchange) -> _Match | None:
    shown = life.open_stage(send.sent)
    stage = life.plans[shown.stage.number] if shown else None
    if shown is None or stage is None or stage.event is None or stage.event != event_name(send):
        return None
    return _Match(life, send, stage, shown, not _surely_waiting(life, stage, send))


def _surely_waiting(life: Life, stage: StagePlan, send: Exchange) -> bool:
    """Whether history, or a status shown a settle time ago, proves that the stage waits and not only has begun."""
    for sight in life.sights(stage.number):
        if sight.stage.ended or sight.exchange.received >= send.sent:
            continue
        if sight.view == "history" or life.is_due(sight.exchange.received, send):
            return True
    return False


def _crowded(match: _Match) -> bool:
    """Whether other events were sent to the instance at about the same time."""
    others = [send for send in match.life.instance.sends if send.index != match.send.index]
    due = match.life.due(match.send.received)
    reach = (due - match.send.received) if due is not None else 0
    return any(o.sent <= match.send.received + reach and o.received >= match.send.sent - reach for o in others)


def _ends_stage(match: _Match) -> Iterator[Observation]:
    life, stage, send = match.life, match.stage, match.send
    ended = life.first_ended(stage.number)
    last = life.last_shown_open(stage.number, send.received)
    late = last if last is not None and _due_unhindered(life, send.received, last.exchange) else None
    if late is not None and (ended is None or _ended_otherwise(match, late, ended)):
        yield violated(
            life.instance.run,
            match.shown.exchange,
            send,
            late.exchange,
            expected=f"the event {quoted(stage.event)} ends stage {stage.number}, which was waiting for it",
            observed=f"the stage still waits {(late.exchange.sent - send.received) / 1e9:.2f} s later",
            proof="settled",
            subject=life.id,
        )
    elif ended is not None and not life.stopped_before(ended.exchange.received):
        yield from _next_starts(match, ended)


def _ended_otherwise(match: _Match, last: Sight, ended: Sight) -> bool:
    """Whether something was sent after the stage was seen open for the last time that may have ended it."""
    life, name = match.life, match.stage.event
    others = [send for send in life.instance.sends if send.index != match.send.index and event_name(send) == name]
    signals = (*others, *life.instance.cancels, *life.deletions)
    return any(last.exchange.sent < signal.sent < ended.exchange.received for signal in signals)


def _due_unhindered(life: Life, cause: int, read: Exchange) -> bool:
    """Whether a read must show the effect, and nothing that could have come in its way was sent before it was due."""
    due = life.due(cause)
    return due is not None and life.is_due(cause, read) and not life.stopped_before(due)


def _next_starts(match: _Match, ended: Sight) -> Iterator[Observation]:
    life, following = match.life, match.stage.number + 1
    if following >= len(life.plans) or life.first_started(following) is not None:
        yield upheld(match.shown.exchange, match.send, ended.exchange, proof="settled", subject=life.id)
        return
    cause = max(match.send.received, ended.exchange.received)
    late = [r for r in life.instance.reads if _due_unhindered(life, cause, r.exchange) and r.stage(following) is None]
    if late:
        yield violated(
            life.instance.run,
            match.send,
            late[-1].exchange,
            expected=f"stage {following} starts once {quoted(match.stage.event)} has ended stage {match.stage.number}",
            observed=f"stage {following} has not started",
            proof="settled",
            subject=life.id,
            pointer="/data/status",
        )


def matching(story: Story) -> Iterator[Observation]:
    """`event.matching`: an event whose name a stage is seen to wait for ends the stage, and the next one starts."""
    for life in lives(story):
        for match in _matches(life):
            if not match.early and not _crowded(match):
                yield from _ends_stage(match)


def burst(story: Story) -> Iterator[Observation]:
    """`event.burst`: the same when the event is sent among others."""
    for life in lives(story):
        for match in _matches(life):
            if not match.early and _crowded(match):
                yield from _ends_stage(match)


def early(story: Story) -> Iterator[Observation]:
    """`event.early`: an event accepted when only getInstance showed the stage open is not lost."""
    for life in lives(story):
        for match in _matches(life):
            if match.early:
                yield from _ends_stage(match)


def other(story: Story) -> Iterator[Observation]:
    """`event.other`: events with other names leave a stage waiting."""
    for life in lives(story):
        for stage in life.plans:
            if stage.event is not None:
                yield from _left_alone(life, stage)


def _left_alone(life: Life, stage: StagePlan) -> Iterator[Observation]:
    strangers = [s for s in life.instance.sends if not withheld(s) and event_name(s) not in (None, stage.event)]
    ended = life.first_ended(stage.number)
    if ended is not None and life.cannot_end(stage, ended.exchange.received):
        # Of several the latest is the likeliest to have done it.
        for send in [s for s in strangers if s.sent <= ended.exchange.received][-1:]:
            awaited, sent = quoted(stage.event), quoted(event_name(send))
            yield violated(
                life.instance.run,
                send,
                ended.exchange,
                expected=f"stage {stage.number} waits on for {awaited} after another event, {sent}",
                observed="it has ended",
                proof="settled",
                subject=life.id,
            )
        return
    opened = life.first_started(stage.number)
    for send in strangers:
        kept = next((s for s in life.sights(stage.number) if _still_open(life, send, s)), None)
        if kept is not None and opened is not None and opened.exchange.received < send.sent:
            yield upheld(send, kept.exchange, proof="settled", subject=life.id)


def _still_open(life: Life, send: Exchange, sight: Sight) -> bool:
    """Whether a stage is shown open when an event that had ended it would have to show."""
    return not sight.stage.ended and life.is_due(send.received, sight.exchange)


def once(story: Story) -> Iterator[Observation]:
    """`event.once`: no more stages waiting for a name end than events of that name were sent."""
    for life in lives(story):
        names = [stage.event for stage in life.plans if stage.event is not None]
        for name in {name for name in names if names.count(name) > 1}:
            yield from _counted(life, name)


def _counted(life: Life, name: str) -> Iterator[Observation]:
    waiting = [stage for stage in life.plans if stage.event == name]
    for position, stage in enumerate(waiting):
        yield from _not_twice(life, stage, name, position)
        ended = life.first_ended(stage.number)
        if ended is None:
            return
        moment = ended.exchange.received
        sent = life.sends_named(name, moment)
        if len(sent) <= position and not life.stopped_before(moment) and sent:
            yield violated(
                life.instance.run,
                *sent,
                ended.exchange,
                expected=f"{len(sent)} events {quoted(name)} end at most as many stages",
                observed=f"{position + 1} stages waiting for it have ended",
                proof="settled",
                subject=life.id,
            )
            return


def _not_twice(life: Life, stage: StagePlan, name: str, position: int) -> Iterator[Observation]:
    """Upheld: as many ended as were sent, and the next one was seen to wait on after the last event was due."""
    opened = life.first_started(stage.number)
    sent = life.instance.sends and life.sends_named(name, opened.exchange.received if opened else 0)
    if not opened or not sent or len(sent) != position:
        return
    last = life.last_shown_open(stage.number, sent[-1].received)
    if last is not None and life.is_due(max(sent[-1].received, opened.exchange.received), last.exchange):
        yield upheld(*sent, last.exchange, proof="settled", subject=life.id)


RULES: dict[str, Rule] = {
    "event.matching": matching,
    "event.burst": burst,
    "event.early": early,
    "event.other": other,
    "event.once": once,
}
