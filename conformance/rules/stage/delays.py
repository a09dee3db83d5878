"""How long delay stages last: by the target's own timestamps, and by the client's clock."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.observation import Observation, Rule, instance_violated, upheld, violated
from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.reads import StageRead
from conformance.rules.evidence.timeline import TOLERANCE, InstanceTimeline, StageObservation, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.run.progress import remaining
from conformance.wire.instant import Instant

DURATION, UNTIL = "run.delay-duration", "run.delay-until"


def _ended_well(timeline: InstanceTimeline, stage: StagePlan) -> list[StageObservation]:
    """Observations of the stage's own end, without those that a cancellation may have caused."""
    shown_stages = [
        shown_stage
        for shown_stage in timeline.shown_stages(stage.number)
        if shown_stage.stage.ended and not shown_stage.stage.error
    ]
    return [shown_stage for shown_stage in shown_stages if not timeline.stopped_before(shown_stage.exchange.received)]


def ended_early(index: TraceIndex, requirement: str, share: float = 1.0) -> dict[str, set[int]]:
    """By workflow the stages that some instance shows ended too early, without error, by the target's own timestamps.

    ``requirement`` tells which delays: `run.delay-duration` those with a duration, `run.delay-until` the others.
    ``share``: only those that lasted for less than this share of their time.
    """
    found: dict[str, set[int]] = {}
    for timeline in timelines(index):
        slack = max(TOLERANCE, timeline.trace.granularity)
        for stage in timeline.plans:
            length, until = (stage.duration, None) if requirement == DURATION else (None, stage.until)
            ended = [each.stage for each in timeline.shown_stages(stage.number) if not each.stage.error]
            early = any(_is_early(each, length, until, slack, share) for each in ended)
            if timeline.instance.workflow and early:
                found.setdefault(timeline.instance.workflow.id, set()).add(stage.number)
    return found


def _is_early(shown: StageRead, length: int | None, until: Instant | None, slack: int, share: float = 1.0) -> bool:
    started, ended = shown.started, shown.ended_at
    if ended is None:
        return False
    if until is not None:
        due = until.ns
    elif length is not None and started is not None:
        due = started.ns + length
    else:
        return False
    # A moment is known also where it is not told when the stage began.
    whole = due - started.ns if started is not None else 0
    return ended.ns < due - slack and (share == 1.0 or due - ended.ns > (1 - share) * whole > 0)


def duration(index: TraceIndex) -> Iterator[Observation]:
    """`run.delay-duration`: a delay of d does not end before d has passed, and it does end."""
    for timeline in timelines(index):
        for stage in timeline.plans:
            if stage.duration is not None:
                yield from _not_early(timeline, stage, stage.duration)
                yield from _cut_short(timeline, stage)
                yield from _does_end(timeline, stage)


def _not_early(timeline: InstanceTimeline, stage: StagePlan, length: int) -> Iterator[Observation]:
    slack = max(TOLERANCE, timeline.trace.granularity)
    for shown_stage in _ended_well(timeline, stage):
        started, ended = shown_stage.stage.started, shown_stage.stage.ended_at
        lasted = ended.ns - started.ns if started and ended else None
        at_most = shown_stage.exchange.received - timeline.earliest_end(stage.number - 1)
        if lasted is not None and _is_early(shown_stage.stage, length, None, slack):
            yield _early(timeline, stage, shown_stage, length, f"it lasted {lasted / 1e9:.3f} s by its own timestamps")
        # A delay that may end a little early by the target's timestamps may end a little early for clients, too.
        elif 0 <= at_most < length - TOLERANCE:
            yield _early(
                timeline,
                stage,
                shown_stage,
                length,
                f"a client saw it ended at most {at_most / 1e9:.3f} s after its start",
            )
        elif lasted is not None:
            yield upheld(timeline.instance.run, shown_stage.exchange, subject=timeline.id)


def _cut_short(timeline: InstanceTimeline, stage: StagePlan) -> Iterator[Observation]:
    """Violated when the instance has terminated while the delay cannot be over, whatever was shown of the stage."""
    end = timeline.terminated_at(stage)
    if end is not None:
        yield instance_violated(
            timeline,
            end.exchange,
            expected=f"stage {stage.number}, a delay of {(stage.duration or 0) / 1e9:g} s, lasts that long",
            observed="the instance has terminated before it can be over",
            pointer="/data/terminated",
        )


def _early(
    timeline: InstanceTimeline, stage: StagePlan, shown_stage: StageObservation, length: int, observed: str
) -> Observation:
    return violated(
        timeline.instance.run,
        shown_stage.exchange,
        expected=f"stage {stage.number}, a delay of {length / 1e9:g} s, lasts that long",
        observed=observed,
        subject=timeline.id,
        pointer=f"{shown_stage.pointer}/terminatedAt",
    )


def _does_end(timeline: InstanceTimeline, stage: StagePlan) -> Iterator[Observation]:
    shown = [
        s
        for s in timeline.shown_stages(stage.number)
        if not s.stage.ended and not timeline.stopped_before(s.exchange.received)
    ]
    longer = remaining(timeline, stage, shown[0].stage, shown[0].exchange) if shown and stage.cannot_fail else None
    if longer is None:
        return
    first = shown[0]
    late = [s for s in shown if timeline.is_due(first.exchange.received + longer, s.exchange, by_timer=True)]
    if late:
        waited = (late[-1].exchange.sent - first.exchange.received) / 1e9
        yield instance_violated(
            timeline,
            first.exchange,
            late[-1].exchange,
            expected=f"stage {stage.number} ends at most {longer / 1e9:g} s after it was first seen",
            observed=f"still open {waited:.2f} s after it was first seen",
            pointer=late[-1].pointer,
        )


def until(index: TraceIndex) -> Iterator[Observation]:
    """`run.delay-until`: by the target's timestamps it does not end before its instant t; a past t ends it at once."""
    for timeline in timelines(index):
        for stage in timeline.plans:
            if stage.until is not None:
                yield from _not_before(timeline, stage)
                yield from _does_end(timeline, stage)


def _not_before(timeline: InstanceTimeline, stage: StagePlan) -> Iterator[Observation]:
    assert stage.until is not None
    slack = max(TOLERANCE, timeline.trace.granularity)
    for shown_stage in _ended_well(timeline, stage):
        ended = shown_stage.stage.ended_at
        if ended is None:
            continue
        if not _is_early(shown_stage.stage, None, stage.until, slack):
            yield upheld(timeline.instance.run, shown_stage.exchange, subject=timeline.id)
        else:
            yield violated(
                timeline.instance.run,
                shown_stage.exchange,
                expected=f"stage {stage.number} lasts until {stage.until.isoformat()}",
                observed=f"it ended at {ended.isoformat()}",
                subject=timeline.id,
                pointer=f"{shown_stage.pointer}/terminatedAt",
            )


RULES: dict[str, Rule] = {DURATION: duration, UNTIL: until}
