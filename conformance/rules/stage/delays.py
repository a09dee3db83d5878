"""How long delay stages last: by the target's own timestamps, and by the client's proof."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.timeline import TOLERANCE, Life, Sight, lives
from conformance.rules.evidence.trace_index import Story
from conformance.rules.run.progress import remaining


def _ended_well(life: Life, stage: StagePlan) -> list[Sight]:
    """Sights of the stage's own end: not one that a cancellation may have brought about."""
    sights = [sight for sight in life.sights(stage.number) if sight.stage.ended and not sight.stage.error]
    return [sight for sight in sights if not life.stopped_before(sight.exchange.received)]


def duration(story: Story) -> Iterator[Observation]:
    """`run.delay-duration`: a delay of d ends not before d, and does end."""
    for life in lives(story):
        for stage in life.plans:
            if stage.duration is not None:
                yield from _not_early(life, stage, stage.duration)
                yield from _does_end(life, stage)


def _not_early(life: Life, stage: StagePlan, length: int) -> Iterator[Observation]:
    slack = max(TOLERANCE, life.trace.granularity)
    for sight in _ended_well(life, stage):
        started, ended = sight.stage.started, sight.stage.ended_at
        lasted = ended.ns - started.ns if started and ended else None
        at_most = sight.exchange.received - life.earliest_end(stage.number - 1)
        if lasted is not None and lasted < length - slack:
            yield _early(life, stage, sight, length, f"it lasted {lasted / 1e9:.3f} s by its own timestamps")
        # What may end a little early by the target's own timestamps is seen to have done so by clients, too.
        elif 0 <= at_most < length - TOLERANCE:
            yield _early(
                life, stage, sight, length, f"a client saw it ended at most {at_most / 1e9:.3f} s after its start"
            )
        elif lasted is not None:
            yield upheld(life.instance.run, sight.exchange, subject=life.id)


def _early(life: Life, stage: StagePlan, sight: Sight, length: int, observed: str) -> Observation:
    return violated(
        life.instance.run,
        sight.exchange,
        expected=f"stage {stage.number}, a delay of {length / 1e9:g} s, lasts that long",
        observed=observed,
        subject=life.id,
        pointer=_pointer(sight),
    )


def _pointer(sight: Sight) -> str:
    return f"/data/{sight.stage.number}" if sight.view == "history" else f"/data/status/{sight.stage.number}"


def _does_end(life: Life, stage: StagePlan) -> Iterator[Observation]:
    shown = [s for s in life.sights(stage.number) if not s.stage.ended and not life.stopped_before(s.exchange.received)]
    longer = remaining(stage, shown[0].stage, life.trace.granularity) if shown and stage.cannot_fail else None
    if longer is None:
        return
    first = shown[0]
    late = [s for s in shown if life.is_due(first.exchange.received + longer, s.exchange)]
    if late:
        waited = (late[-1].exchange.sent - first.exchange.received) / 1e9
        yield violated(
            life.instance.run,
            first.exchange,
            late[-1].exchange,
            expected=f"stage {stage.number} ends at most {longer / 1e9:g} s after it was first seen",
            observed=f"still open {waited:.2f} s after it was first seen",
            proof="settled",
            subject=life.id,
            pointer=_pointer(late[-1]),
        )


def until(story: Story) -> Iterator[Observation]:
    """`run.delay-until`: a delay until t ends not before t by the target's timestamps; a past t ends at once."""
    for life in lives(story):
        for stage in life.plans:
            if stage.until is not None:
                yield from _not_before(life, stage)
                yield from _does_end(life, stage)


def _not_before(life: Life, stage: StagePlan) -> Iterator[Observation]:
    assert stage.until is not None
    slack = max(TOLERANCE, life.trace.granularity)
    for sight in _ended_well(life, stage):
        ended = sight.stage.ended_at
        if ended is None:
            continue
        if ended.ns >= stage.until.ns - slack:
            yield upheld(life.instance.run, sight.exchange, subject=life.id)
        else:
            yield violated(
                life.instance.run,
                sight.exchange,
                expected=f"stage {stage.number} lasts until {stage.until.isoformat()}",
                observed=f"it ended at {ended.isoformat()}",
                subject=life.id,
                pointer=_pointer(sight),
            )


RULES: dict[str, Rule] = {"run.delay-duration": duration, "run.delay-until": until}
