"""Stages as getInstance and wait=true answers show them."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.cancel.cancellation import ended_long_ago, must_show_the_end
from conformance.rules.evidence.answers import cut
from conformance.rules.evidence.observation import (
    Observation,
    Rule,
    instance_upheld,
    instance_violated,
    upheld,
    violated,
)
from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.reads import InstanceRead
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.evidence.wording import quoted, shown
from conformance.wire.instant import SECOND


def _problem(timeline: InstanceTimeline, read: InstanceRead) -> str | None:
    numbers = [stage.number for stage in read.stages]
    if numbers != list(range(len(numbers))):
        return f"the entries are {cut(', '.join(shown(stage.body.get('stage')) for stage in read.stages))}"
    if timeline.stages_known and len(numbers) > len(timeline.plans):
        return f"{len(numbers)} entries for {len(timeline.plans)} stages"
    foreign = [s.body.get("instanceID") for s in read.stages if s.body.get("instanceID") != timeline.id]
    if foreign:
        return f"an entry has the instanceID {shown(foreign[0])}"
    for earlier, later in zip(read.stages, read.stages[1:], strict=False):
        if not earlier.ended:
            return f"stage {later.number} has started while stage {earlier.number} is open"
        if earlier.ended_at and later.started and later.started.ns < earlier.ended_at.ns - timeline.trace.granularity:
            return f"stage {later.number} started before stage {earlier.number} ended"
    return None


def sequence(index: TraceIndex) -> Iterator[Observation]:
    """`stage.sequence`: entries 0, 1, 2, … of this instance; none starts before the previous one has ended."""
    for timeline in timelines(index):
        for read in timeline.instance.all_reads:
            problem = _problem(timeline, read)
            if problem is not None:
                yield violated(
                    timeline.instance.run,
                    read.exchange,
                    expected="entries 0, 1, 2, … of this instance in order, one stage at a time",
                    observed=problem,
                    subject=timeline.id,
                    pointer="/data/status",
                )
            elif read.stages:
                yield upheld(read.exchange, subject=timeline.id)


def waits(index: TraceIndex) -> Iterator[Observation]:
    """`stage.waits`: only an event of its name or a cancellation ends a wait_event stage."""
    for timeline in timelines(index):
        for stage in timeline.plans:
            if stage.event is not None:
                yield from _waited(timeline, stage, stage.event)


def _waited(timeline: InstanceTimeline, stage: StagePlan, name: str) -> Iterator[Observation]:
    ended = timeline.first_ended(stage.number)
    if ended is None:
        yield from _given_up(timeline, stage, name)
        first = timeline.first_started(stage.number)
        kept = first and timeline.last_shown_open(stage.number, first.exchange.received)
        if first and kept and timeline.is_due(first.exchange.received, kept.exchange):
            yield instance_upheld(timeline, kept.exchange)
        return
    moment = ended.exchange.received
    causes = [*timeline.sends_named(name, moment), *timeline.instance.cancels, *timeline.deletions]
    causes = [cause for cause in causes if cause.sent < moment]
    if causes:
        yield instance_upheld(timeline, causes[0], ended.exchange)
    else:
        yield instance_violated(
            timeline,
            ended.exchange,
            expected=f"stage {stage.number} waits for the event {quoted(name)}",
            observed="it ended though neither this event nor a cancellation had been sent to the instance",
            pointer=ended.pointer,
        )


def _given_up(timeline: InstanceTimeline, stage: StagePlan, name: str) -> Iterator[Observation]:
    """Violated when the instance has terminated at a stage that no signal can have ended, even if it never showed."""
    end = timeline.terminated_at(stage)
    if end is not None:
        yield instance_violated(
            timeline,
            end.exchange,
            expected=f"stage {stage.number} waits for the event {quoted(name)}",
            observed="the instance has terminated though neither this event nor a cancellation had been sent to it",
            pointer="/data/terminated",
        )


def all_done(index: TraceIndex) -> Iterator[Observation]:
    """`stage.all-done`: an instance that terminated without error has an entry for every stage."""
    for timeline in timelines(index):
        yield from _lacking_at_the_end(timeline)
        first = timeline.first_terminated
        if first is None or not timeline.plans or timeline.deleted_before(first.exchange.received):
            continue
        for read in timeline.instance.reads:
            if read.terminated and read.error is None:
                yield from _complete(timeline, first, read)


def _lacking_at_the_end(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violated when a wait=true answer lacks a stage that had begun long before the end, which the answer tells.

    It is no read that was sent late enough, but what it says is at least as old as that end: between two of the
    target's own times lies half as much again as the settle time.
    """
    answer = timeline.instance.answer
    end, moment = answer.terminated_at, answer.exchange.received
    if not timeline.instance.wait or end is None or answer.error is not None or timeline.deleted_before(moment):
        return
    for stage in timeline.plans:
        begun = timeline.first_started(stage.number)
        if begun is None or begun.stage.started is None or answer.stage(stage.number) is not None:
            continue
        before = end.ns - begun.stage.started.ns - 2 * timeline.trace.granularity
        latest = moment - before
        due = timeline.due(latest)
        if due is not None and 2 * before >= 3 * (due - latest):
            yield instance_violated(
                timeline,
                answer.exchange,
                begun.exchange,
                expected=f"entries for all {len(timeline.plans)} stages of an instance that terminated without error",
                observed=f"none for stage {stage.number}, which began {before / SECOND:.1f} s before the end",
                pointer="/data/status",
            )
            return


def _complete(timeline: InstanceTimeline, first: InstanceRead, read: InstanceRead) -> Iterator[Observation]:
    missing = [stage.number for stage in timeline.plans if read.stage(stage.number) is None]
    if not missing:
        yield upheld(read.exchange, proof="settled", subject=timeline.id)
    elif timeline.is_due(first.exchange.received, read.exchange):
        yield instance_violated(
            timeline,
            first.exchange,
            read.exchange,
            expected=f"entries for all {len(timeline.plans)} stages of an instance that terminated without error",
            observed=f"none for stage {missing[0]}",
            pointer="/data/status",
        )


def none_open(index: TraceIndex) -> Iterator[Observation]:
    """`stage.none-open`: a terminated instance has no open stage, and no stage that ended later than the instance."""
    for timeline in timelines(index):
        first = timeline.first_terminated
        for read in timeline.instance.reads:
            if first is not None and read.terminated and read.stages:
                yield from _closed(timeline, first, read)


def _closed(timeline: InstanceTimeline, first: InstanceRead, read: InstanceRead) -> Iterator[Observation]:
    end = read.terminated_at
    open_stages = [stage.number for stage in read.stages if not stage.ended]
    slack = timeline.trace.granularity
    late = [s.number for s in read.stages if end and s.ended_at and s.ended_at.ns > end.ns + slack]
    if not open_stages and not late:
        yield upheld(read.exchange, proof="settled", subject=timeline.id)
    elif must_show_the_end(timeline, read.exchange) or ended_long_ago(timeline, read.exchange):
        observed = (
            f"stage {open_stages[0]} is open" if open_stages else f"stage {late[0]} ended later than the instance"
        )
        yield instance_violated(
            timeline,
            first.exchange,
            read.exchange,
            expected="no open stage in a terminated instance, and none that ended after it",
            observed=observed,
            pointer="/data/status",
        )


RULES: dict[str, Rule] = {
    "stage.sequence": sequence,
    "stage.waits": waits,
    "stage.all-done": all_done,
    "stage.none-open": none_open,
}
