"""Stages whose parameters turn out wrong at run time end the instance, and nothing follows an error."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.inevitable import inevitable, must_show
from conformance.rules.evidence.observation import Observation, Rule, instance_upheld, instance_violated, violated
from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.reads import HistoryRead, InstanceRead
from conformance.rules.evidence.timeline import InstanceTimeline, StageObservation, timelines
from conformance.rules.evidence.trace_index import TraceIndex


def stage_fails(index: TraceIndex) -> Iterator[Observation]:
    """`run.stage-fails`: a stage whose parameters turn out wrong ends the instance, and nothing follows."""
    for timeline in timelines(index):
        failing = next((stage for stage in timeline.plans if stage.must_fail), None)
        if failing is not None and all(stage.ends_by_itself for stage in timeline.plans[: failing.number]):
            yield from _fails_at(timeline, failing)
            yield from _has_failed(timeline, failing)
        yield from _nothing_after_error(timeline)
        yield from _nothing_after_error_in_history(timeline)


def _fails_at(timeline: InstanceTimeline, failing: StagePlan) -> Iterator[Observation]:
    started = timeline.first_started(failing.number)
    ended = timeline.first_terminated
    if ended is not None and not timeline.stopped_before(ended.exchange.received):
        last = timeline.terminations[-1]
        if last.error:
            yield instance_upheld(timeline, last.exchange)
        elif timeline.is_due(ended.exchange.received, last.exchange):
            yield instance_violated(
                timeline,
                last.exchange,
                expected=f"an error, since stage {failing.number} cannot run with {failing.parameters}",
                observed="terminated without error",
                pointer="/data",
            )
    elif started is not None:
        yield from _never_ended(timeline, failing, started)


def _has_failed(timeline: InstanceTimeline, failing: StagePlan) -> Iterator[Observation]:
    """Violated when the instance does not show its failure when that is due after the run."""
    due = inevitable(timeline).failed
    for read in timeline.conclusive(timeline.instance.reads):
        if must_show(timeline, due, read.exchange) and not (read.terminated and read.error):
            yield instance_violated(
                timeline,
                read.exchange,
                expected=f"the instance has ended with an error, since stage {failing.number} cannot run",
                observed="terminated without error" if read.terminated else "not terminated",
                pointer="/data",
            )


def _never_ended(timeline: InstanceTimeline, failing: StagePlan, started: StageObservation) -> Iterator[Observation]:
    late = [read for read in timeline.instance.reads if timeline.is_due(started.exchange.received, read.exchange)]
    late = [read for read in late if not (read.terminated or timeline.stopped_before(read.exchange.received))]
    if late:
        yield instance_violated(
            timeline,
            started.exchange,
            late[-1].exchange,
            expected=f"the instance ends with an error, since stage {failing.number} cannot run",
            observed="not terminated",
            pointer="/data/terminated",
        )


def _nothing_after_error(timeline: InstanceTimeline) -> Iterator[Observation]:
    first: InstanceRead | None = None
    for read in timeline.instance.reads:
        if timeline.stopped_before(read.exchange.received):
            # A cancellation may have written its error to stages that had ended before.
            return
        failed = next((stage for stage in read.stages if stage.ended and stage.error), None)
        later = failed and next((stage for stage in read.stages if stage.number > failed.number), None)
        if failed and later:
            yield _ran_on(timeline, read, failed.number, later.number)
        elif failed and not read.terminated and first and timeline.is_due(first.exchange.received, read.exchange):
            yield _stays(timeline, first, read, failed.number)
        first = first or (read if failed else None)


def _nothing_after_error_in_history(timeline: InstanceTimeline) -> Iterator[Observation]:
    for history in timeline.instance.histories:
        failed = next((stage for stage in history.stages[:-1] if stage.ended and stage.error), None)
        if failed is not None and not timeline.stopped_before(history.exchange.received):
            yield _ran_on(timeline, history, failed.number, failed.number + 1)


def _stays(timeline: InstanceTimeline, first: InstanceRead, read: InstanceRead, failed: int) -> Observation:
    return instance_violated(
        timeline,
        first.exchange,
        read.exchange,
        expected=f"the instance ends, since stage {failed} ended with an error",
        observed=f"not terminated {(read.exchange.sent - first.exchange.received) / 1e9:.2f} s later",
        pointer="/data/terminated",
    )


def _ran_on(timeline: InstanceTimeline, read: InstanceRead | HistoryRead, failed: int, later: int) -> Observation:
    return violated(
        timeline.instance.run,
        read.exchange,
        expected=f"no stage after stage {failed}, which ended with an error",
        observed=f"stage {later} has started",
        subject=timeline.id,
        pointer="/data/status" if isinstance(read, InstanceRead) else f"/data/{later}",
    )


RULES: dict[str, Rule] = {"run.stage-fails": stage_fails}
