"""History: the same stages as the status shows, named after their kinds, with the configured parameters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from conformance.rules.cancel.cancellation import must_show_the_end
from conformance.rules.evidence.answers import answer_text
from conformance.rules.evidence.comparing.equal_meaning import difference
from conformance.rules.evidence.inevitable import (
    Lacking,
    lacking,
    must_have_terminated,
    must_show,
    started_long_ago,
    undisputed,
)
from conformance.rules.evidence.observation import Observation, Rule, instance_upheld, instance_violated, upheld
from conformance.rules.evidence.plans import RUN_NAMES, StagePlan
from conformance.rules.evidence.reads import HistoryRead, InstanceRead, StageRead
from conformance.rules.evidence.timeline import TOLERANCE, InstanceTimeline, StageObservation, View, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange


def stages(index: TraceIndex) -> Iterator[Observation]:
    """`history.stages`: entries in the order of the stages, named after their kinds, with all configured parameters."""
    for timeline in timelines(index):
        for history in timeline.instance.histories:
            for entry in history.stages:
                yield from _entry(timeline, history, entry)
            yield from _one_after_the_other(timeline, history)


def _entry(timeline: InstanceTimeline, history: HistoryRead, entry: StageRead) -> Iterator[Observation]:
    if entry.number >= len(timeline.plans):
        if timeline.stages_known:
            yield _wrong(
                timeline, history, entry, f"{len(timeline.plans)} stages", f"an entry number {entry.number}", ""
            )
        return
    stage = timeline.plans[entry.number]
    wanted = RUN_NAMES.get(stage.kind or "")
    if wanted is None or not started_long_ago(timeline, entry.number, history.exchange):
        return
    if entry.body.get("name") != wanted:
        observed = f"{entry.body.get('name')!r}{_displaced(timeline, entry)}"
        yield _wrong(timeline, history, entry, f"the name {wanted}", observed, "/name")
    elif stage.parameters is not None:
        yield from _input(timeline, history, entry, stage)


def _one_after_the_other(timeline: InstanceTimeline, history: HistoryRead) -> Iterator[Observation]:
    """Violated when an entry started before the one ahead of it ended, by the target's own times."""
    slack = max(TOLERANCE, timeline.trace.granularity)
    for ahead, entry in pairwise(history.stages):
        if ahead.ended_at and entry.started and entry.started.ns < ahead.ended_at.ns - slack:
            expected = f"it starts not before entry {ahead.number} ended, at {ahead.ended_at.isoformat()}"
            yield _wrong(timeline, history, entry, expected, f"startedAt {entry.started.isoformat()}", "/startedAt")


def _input(
    timeline: InstanceTimeline, history: HistoryRead, entry: StageRead, stage: StagePlan
) -> Iterator[Observation]:
    problem = difference(stage.parameters, entry.body.get("input"), slack=timeline.clock_slack)
    if problem is None:
        yield instance_upheld(timeline, history.exchange)
    else:
        where = f"/input{problem.pointer}"
        expected, observed = f"{problem.path} = {problem.expected}", f"{problem.path} = {problem.observed}"
        yield _wrong(timeline, history, entry, expected, f"{observed}{_displaced(timeline, entry)}", where)


def _wrong(
    timeline: InstanceTimeline, history: HistoryRead, entry: StageRead, expected: str, observed: str, pointer: str
) -> Observation:
    return instance_violated(
        timeline,
        history.exchange,
        expected=f"history entry {entry.number}: {expected}",
        observed=observed,
        pointer=f"/data/{entry.number}{pointer}",
    )


def _displaced(timeline: InstanceTimeline, entry: StageRead) -> str:
    places = places_of(timeline, entry)
    return f": it shows stage {places[0]}" if places else ""


def places_of(timeline: InstanceTimeline, entry: StageRead) -> list[int]:
    """The stages that a history entry may show in place of its own; none when it shows its own, or no other."""
    if entry.number >= len(timeline.plans) or timeline.plans[entry.number].parameters is None:
        return []
    slack = timeline.clock_slack
    if _is_of(entry, timeline.plans[entry.number], slack):
        return []
    return [stage.number for stage in timeline.plans if _is_of(entry, stage, slack)]


def _is_of(entry: StageRead, stage: StagePlan, slack: int) -> bool:
    shown = entry.body.get("input")
    if stage.parameters is None or entry.body.get("name") != RUN_NAMES.get(stage.kind or ""):
        return False
    # A stage without parameters would match every input.
    return difference(stage.parameters, shown, slack=slack) is None and bool(stage.parameters) == bool(shown)


def out_of_place(index: TraceIndex) -> dict[str, bool]:
    """The instances of which some history shows one stage in place of another, so that its positions mean nothing.

    Of each, whether only later stages are shown in the place of earlier ones.
    """
    found: dict[str, bool] = {}
    for timeline in timelines(index):
        for entry in (entry for history in timeline.instance.histories for entry in history.stages):
            places = places_of(timeline, entry)
            if places:
                found[timeline.id] = found.get(timeline.id, True) and places[-1] > entry.number
    return found


def agrees(index: TraceIndex) -> Iterator[Observation]:
    """`history.agrees`: what the status or the history has shown, the other one shows once it is due.

    Started, ended, and ended with or without error are facts that stay true, so each is compared separately.
    """
    for timeline in timelines(index):
        yield from _has_history(timeline)
        for number in timeline.stage_numbers:
            yield from _agree_on_start(timeline, number)
            yield from _agree_on_end(timeline, number)
        yield from _lags_behind(timeline)
        yield from _contradicts(timeline)


def _has_history(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violated when a history read gets 404 for an instance whose first stage started long ago."""
    for read in timeline.index.of("getInstanceHistory"):
        unknown = (
            read.params["instanceID"] == timeline.id
            and read.status == 404
            and not timeline.deleted_before(read.received)
        )
        if not unknown or not timeline.plans:
            continue
        due = started_long_ago(timeline, 0, read) or must_show(timeline, undisputed(timeline).started.get(0), read)
        if due and not _absent_for_good(timeline, 0, read):
            yield instance_violated(
                timeline,
                read,
                expected=f"a history of instance {timeline.id}, whose stage 0 has started",
                observed=answer_text(read),
            )


_OTHER: dict[View, View] = {"instance": "history", "answer": "history", "history": "instance"}


def _first(timeline: InstanceTimeline, number: int, view: View, *, ended: bool) -> StageObservation | None:
    return next((s for s in timeline.shown_stages(number) if s.view == view and (s.stage.ended or not ended)), None)


def _reads(timeline: InstanceTimeline, view: View, after: int) -> list[InstanceRead | HistoryRead]:
    reads: list[InstanceRead | HistoryRead] = list(
        timeline.instance.histories if view == "history" else timeline.instance.reads
    )
    due = [read for read in reads if timeline.is_due(after, read.exchange)]
    return timeline.conclusive([read for read in due if not timeline.deleted_in_mid_run(read.exchange.received)])


def _may_be_absent(timeline: InstanceTimeline, number: int, history: Exchange) -> bool:
    """Whether history may lack a last stage: one that ended with an error, or that may have done so unseen."""
    shown_stages = timeline.shown_stages(number)
    failed = any(s.stage.ended and s.stage.error for s in shown_stages)
    planned = number < len(timeline.plans)
    may_fail = timeline.stopped_before(history.received) or (planned and not timeline.plans[number].cannot_fail)
    return failed or (may_fail and not any(s.stage.ended and not s.stage.error for s in shown_stages))


def _absent_for_good(timeline: InstanceTimeline, number: int, history: Exchange) -> bool:
    """The same of a stage that nobody saw: one that must have ended well by itself is not absent."""
    failed = any(shown.stage.error for shown in timeline.shown_stages(number))
    ended_well = not failed and must_show(timeline, undisputed(timeline).ended.get(number), history)
    return not ended_well and _may_be_absent(timeline, number, history)


def _agree_on_start(timeline: InstanceTimeline, number: int) -> Iterator[Observation]:
    for view, other in _OTHER.items():
        shown = _first(timeline, number, view, ended=False)
        if shown is None:
            continue
        for read in _reads(timeline, other, shown.exchange.received):
            if read.stage(number) is not None:
                yield upheld(shown.exchange, read.exchange, proof="settled", subject=timeline.id)
            elif other == "instance" or not _may_be_absent(timeline, number, read.exchange):
                yield _disagree(timeline, shown, read, f"{_WHERE[view]} shows stage {number}", "is absent")


def _agree_on_end(timeline: InstanceTimeline, number: int) -> Iterator[Observation]:
    for view, other in _OTHER.items():
        shown = _first(timeline, number, view, ended=True)
        if shown is None:
            continue
        for read in _reads(timeline, other, shown.exchange.received):
            entry = read.stage(number)
            if entry is not None:
                yield _compare_ends(timeline, shown, read, entry)


_WHERE: dict[View, str] = {"instance": "status", "answer": "status", "history": "history"}


def _contradicts(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violated when history shows a stage ended without error that the status shows with one: no time mends that.

    An entry of history never changes once it has ended, and an error stays. A cancellation may have marked the status.
    """
    for number in timeline.stage_numbers:
        well = [s for s in timeline.shown_stages(number) if s.view == "history" and s.stage.ended and not s.stage.error]
        badly = [s for s in timeline.shown_stages(number) if s.view == "instance" and s.stage.error]
        if well and badly and not timeline.stopped_before(badly[0].exchange.received):
            read = next(read for read in timeline.instance.histories if read.exchange is well[0].exchange)
            yield _compare_ends(timeline, badly[0], read, well[0].stage)


def _lags_behind(timeline: InstanceTimeline) -> Iterator[Observation]:
    """Violated when history lacks what every view must show by then, the status as well."""
    sure = undisputed(timeline)
    for history in timeline.conclusive(timeline.instance.histories):
        found = lacking(timeline, history, sure)
        still_open = next((entry.number for entry in history.stages if not entry.ended), None)
        deleted = timeline.deleted_in_mid_run(history.exchange.received)
        over = not deleted and must_show_the_end(timeline, history.exchange)
        if (
            found is None
            and still_open is not None
            and (over or must_have_terminated(timeline, history.exchange, sure))
        ):
            found = Lacking(still_open, "ended")
        if found is None or (found.what == "started" and _absent_for_good(timeline, found.stage, history.exchange)):
            continue
        yield instance_violated(
            timeline,
            history.exchange,
            expected=f"history shows, as the status must, that stage {found.stage} has {found.what}",
            observed="it is absent" if found.what == "started" else "it is open",
            pointer=f"/data/{found.stage}",
        )


def _compare_ends(
    timeline: InstanceTimeline, shown: StageObservation, read: InstanceRead | HistoryRead, entry: StageRead
) -> Observation:
    said = (
        f"{_WHERE[shown.view]} shows stage {entry.number} ended {'with an' if shown.stage.error else 'without'} error"
    )
    if not entry.ended:
        return _disagree(timeline, shown, read, said, "is open")
    if bool(entry.error) != bool(shown.stage.error):
        return _disagree(timeline, shown, read, said, f"has ended {'with' if entry.error else 'without'} an error")
    return upheld(shown.exchange, read.exchange, proof="settled", subject=timeline.id)


def _disagree(
    timeline: InstanceTimeline, shown: StageObservation, read: InstanceRead | HistoryRead, said: str, found: str
) -> Observation:
    other = _WHERE[_OTHER[shown.view]]
    return instance_violated(
        timeline,
        shown.exchange,
        read.exchange,
        expected=f"{other} agrees: {said}",
        observed=f"in {other} it {found}",
        pointer=f"/data/{'' if other == 'history' else 'status/'}{shown.stage.number}",
    )


RULES: dict[str, Rule] = {"history.stages": stages, "history.agrees": agrees}
