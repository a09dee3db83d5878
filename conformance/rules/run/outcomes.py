"""What must hold after a run: it is listed, uses its own variables, ends, and is not affected by other runs."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.comparing.equal_meaning import difference
from conformance.rules.evidence.inevitable import cannot_have_failed, started_long_ago
from conformance.rules.evidence.listing import Listing, listings
from conformance.rules.evidence.observation import Observation, Rule, instance_upheld, instance_violated, upheld
from conformance.rules.evidence.plans import RUN_NAMES, StagePlan, has_placeholder
from conformance.rules.evidence.reads import HistoryRead, InstanceRead, StageRead
from conformance.rules.evidence.timeline import InstanceTimeline, StageObservation, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.evidence.wording import quoted
from conformance.rules.run.leaked_variables import leaked_variables
from conformance.rules.run.progress import behind, stalls
from conformance.trace import Exchange


def then_list(index: TraceIndex) -> Iterator[Observation]:
    """`run.then-list`: listInstances by the run's workflow lists the instance exactly once."""
    for timeline in timelines(index):
        for found in listings(index, "listInstances"):
            whole = found.exchange.query("workflowID") == timeline.instance.run.params["workflowID"]
            if whole and found.exchange.query("running") is None and not (found.more and timeline.id not in found.ids):
                yield from _listed_once(timeline, found)


def _listed_once(timeline: InstanceTimeline, found: Listing) -> Iterator[Observation]:
    listing, times = found.exchange, found.ids.count(timeline.id)
    if times == 1:
        yield instance_upheld(timeline, listing)
    elif times > 1 or (timeline.is_due(timeline.shown_from, listing) and not timeline.deleted_before(listing.received)):
        yield instance_violated(
            timeline,
            listing,
            expected=f"instance {timeline.id} listed once among those of its workflow",
            observed=f"listed {times} times",
            pointer=found.pointer,
        )


def variables(index: TraceIndex) -> Iterator[Observation]:
    """`run.variables`: history shows the run's own values where the configuration had placeholders."""
    for timeline in timelines(index):
        for stage in timeline.plans:
            if not has_placeholder(stage.configured):
                continue
            yield from leaked_variables(timeline, stage) if stage.parameters is None else _interpolated(timeline, stage)


def _interpolated(timeline: InstanceTimeline, stage: StagePlan) -> Iterator[Observation]:
    assert stage.parameters is not None
    for shown_stage in timeline.shown_stages(stage.number):
        if shown_stage.view != "history" or shown_stage.stage.body.get("name") != RUN_NAMES.get(stage.kind or ""):
            continue
        problem = difference(stage.parameters, shown_stage.stage.body.get("input"), slack=timeline.clock_slack)
        if problem is None:
            yield instance_upheld(timeline, shown_stage.exchange)
        elif started_long_ago(timeline, stage.number, shown_stage.exchange):
            yield instance_violated(
                timeline,
                shown_stage.exchange,
                expected=f"stage {stage.number} runs with {problem.path} = {problem.expected}",
                observed=f"{problem.path} = {problem.observed}",
                pointer=f"/data/{stage.number}/input{problem.pointer}",
            )


def completes(index: TraceIndex) -> Iterator[Observation]:
    """`run.completes`: an instance whose stages end by themselves terminates, without error.

    Stages that wait, or that may fail, count once they have ended: after that, nothing from outside is needed.
    """
    for timeline in timelines(index):
        if timeline.stages_known:
            yield from stalls(timeline)
            yield from behind(timeline)
            yield from _never_an_error(timeline)
        if timeline.stages_known and all(stage.cannot_fail for stage in timeline.plans):
            yield from _no_error(timeline)


def _no_error(timeline: InstanceTimeline) -> Iterator[Observation]:
    for read in timeline.terminations:
        if not cannot_have_failed(timeline, read.exchange):
            return
        failed = next((stage for stage in read.stages if stage.error), None)
        if read.error is None and failed is None:
            yield instance_upheld(timeline, read.exchange)
        else:
            text = read.error or (failed.error if failed else None)
            moves_money = failed is not None and failed.number in (p.number for p in timeline.plans if p.kind == "send")
            offered = " (the target is taken to offer the feature ledger)" if moves_money else ""
            yield instance_violated(
                timeline,
                read.exchange,
                expected=f"an instance of stages that cannot fail terminates without error{offered}",
                observed=f"it terminated with the error {quoted(text)}",
                pointer="/data/error" if read.error else "/data/status",
            )


def _never_an_error(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violated when a read shows an error of a stage that cannot fail, or of an instance of which no stage failed."""
    reads: list[InstanceRead | HistoryRead] = [*timeline.instance.reads, *timeline.instance.histories]
    for read in reads:
        failed = next((stage for stage in read.stages if stage.error), None)
        at_fault = failed is not None and failed.number < len(timeline.plans)
        wrong = at_fault and failed is not None and timeline.plans[failed.number].cannot_fail
        own = (
            isinstance(read, InstanceRead)
            and read.error
            and failed is None
            and (_none_failed(timeline) or timeline.barrier(read.exchange.received) is not None)
        )
        if (wrong or own) and cannot_have_failed(timeline, read.exchange):
            text = read.error if isinstance(read, InstanceRead) and own else failed and failed.error
            yield instance_violated(
                timeline,
                read.exchange,
                expected="no error where no stage can have failed",
                observed=f"the error {quoted(text)}",
                pointer=_error_pointer(read, failed),
            )


def _error_pointer(read: InstanceRead | HistoryRead, failed: StageRead | None) -> str:
    """Where an answer shows the error of a stage, or of the instance itself."""
    if isinstance(read, HistoryRead):
        return f"/data/{failed.number}/error" if failed else "/data"
    return f"/data/status/{read.stages.index(failed)}/error" if failed else "/data/error"


def _none_failed(timeline: InstanceTimeline) -> bool:
    """Whether every stage cannot fail, or was seen to have ended well."""
    return all(
        stage.cannot_fail
        or timeline.passed(stage.number)
        or any(shown.stage.ended and not shown.stage.error for shown in timeline.shown_stages(stage.number))
        for stage in timeline.plans
    )


def isolated(index: TraceIndex) -> Iterator[Observation]:
    """`run.isolated`: a signal to one instance leaves the others unchanged."""
    everything = timelines(index)
    sent = [
        (timeline.id, signal)
        for timeline in everything
        for signal in (*timeline.instance.sends, *timeline.instance.cancels)
        if signal.ok
    ]
    for timeline in everything:
        signals = [signal for target, signal in sent if target != timeline.id]
        if signals:
            yield from _ended_by_others(timeline, signals)
            for stage in timeline.plans:
                yield from _undisturbed(timeline, stage, signals)


def _ended_by_others(timeline: InstanceTimeline, signals: list[Exchange]) -> Iterator[Observation]:
    """Violated when an instance has terminated though only other instances were sent what could have ended it."""
    first = timeline.first_terminated
    held = timeline.barrier(first.exchange.received) if first is not None else None
    earlier = [s for s in signals if first is not None and s.sent < first.exchange.received]
    if first is None or held is None or not earlier or _touched(timeline, held, first.exchange):
        return
    if first.error or _only_by_others(timeline, held, earlier[-1]):
        yield instance_violated(
            timeline,
            earlier[-1],
            first.exchange,
            expected=f"{timeline.id} runs on: nothing that ends stage {held.number} was sent to this instance",
            observed="it has terminated, after a request to another instance",
            pointer="/data/terminated",
        )


def _touched(timeline: InstanceTimeline, stage: StagePlan, shows: Exchange) -> bool:
    """Whether something sent to the instance itself may have ended a stage by the time that an answer shows its end.

    It is a likelier cause than what was sent to another one, though it should not have ended the stage either. Not
    where the stage was still shown open once the effect of what was sent was due.
    """
    opened = [each.exchange for each in timeline.shown_stages(stage.number) if not each.stage.ended]
    return any(
        signal.sent < shows.received and not any(timeline.is_due(signal.received, read) for read in opened)
        for signal in (*timeline.instance.sends, *timeline.instance.cancels)
    )


def _only_by_others(timeline: InstanceTimeline, stage: StagePlan, signal: Exchange) -> bool:
    """Whether a stage that ended too early can have done so only by a signal.

    A delay may be over at once whoever is sent what: that it is too short is another requirement's matter. Where an
    answer showed it open before the signal, the signal is the likelier cause.
    """
    shown_stages = timeline.shown_stages(stage.number)
    open_before = any(not each.stage.ended and each.exchange.before(signal) for each in shown_stages)
    return open_before or not stage.ends_by_itself


def _over(shown_stages: list[StageObservation], signal: Exchange) -> bool:
    """Whether the stage was seen ended before the signal was sent."""
    return any(shown_stage.stage.ended and shown_stage.exchange.before(signal) for shown_stage in shown_stages)


def _undisturbed(timeline: InstanceTimeline, stage: StagePlan, signals: list[Exchange]) -> Iterator[Observation]:
    shown_stages = timeline.shown_stages(stage.number)
    held = [each for each in shown_stages if timeline.cannot_end(stage, each.exchange.received)]
    last = max((each.exchange.sent for each in held), default=0)
    for signal in signals:
        if not held or signal.sent >= last:
            continue
        after = [each for each in held if each.exchange.sent > signal.sent]
        ended = None if _over(shown_stages, signal) else next((s for s in after if s.stage.ended), None)
        kept = next((s for s in after if not s.stage.ended and timeline.is_due(signal.received, s.exchange)), None)
        if ended is not None and _touched(timeline, stage, ended.exchange):
            return
        if ended is not None and (ended.stage.error or _only_by_others(timeline, stage, signal)):
            yield instance_violated(
                timeline,
                signal,
                ended.exchange,
                expected=f"stage {stage.number} of {timeline.id} waits on: nothing sent to this instance ends it",
                observed="it has ended, after a request to another instance",
                pointer=ended.pointer,
            )
            return
        if kept is not None:
            yield upheld(signal, kept.exchange, proof="settled", subject=timeline.id)


RULES: dict[str, Rule] = {
    "run.then-list": then_list,
    "run.variables": variables,
    "run.completes": completes,
    "run.isolated": isolated,
}
