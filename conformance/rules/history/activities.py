"""Stage histories: which exist, which activities they show, and whether the activities do what the stage says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.schema.responses import ResponseSchemas
from conformance.rules.evidence.answers import answer_text, error_code, speaks
from conformance.rules.evidence.inevitable import must_show, undisputed
from conformance.rules.evidence.observation import Observation, Rule, instance_violated, upheld, violated
from conformance.rules.evidence.plans import StagePlan, simple_send
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.evidence.validation import schemas_of
from conformance.rules.history.orders import ACTIVITIES, of_other_stages
from conformance.trace import Exchange

_PLAIN = ("noop", "delay", "wait_event")


def requests(timeline: InstanceTimeline) -> Iterator[tuple[int, Exchange]]:
    """The answered requests for histories of stages of an instance, each with the number that it asked for."""
    index = timeline.index
    for exchange in timeline.instance.stage_histories:
        number = exchange.params.get("number", "")
        if re.fullmatch(r"\d{1,9}", number, re.ASCII) and str(int(number)) == number and speaks(index, exchange):
            yield int(number), exchange


def started(index: TraceIndex) -> Iterator[Observation]:
    """`stage-history.started`: a stage that history shows gets 200 and a list."""
    for timeline in timelines(index):
        for number, exchange in requests(timeline):
            shown = next((s for s in timeline.shown_stages(number) if s.view == "history"), None)
            if shown is None or not shown.exchange.before(exchange):
                yield from _must_have_begun(timeline, number, exchange)
                continue
            if exchange.status == 200 and isinstance(exchange.data, list):
                yield upheld(shown.exchange, exchange, proof="settled", subject=timeline.id)
            elif not timeline.deleted_in_mid_run(exchange.received) and (
                timeline.is_due(shown.exchange.received, exchange)
                or must_show(timeline, undisputed(timeline).started.get(number), exchange)
            ):
                yield violated(
                    shown.exchange,
                    exchange,
                    expected=f"200 and a list for stage {number}, which history shows",
                    observed=f"{exchange.status}" if exchange.status != 200 else "200 without a list",
                    proof="settled",
                    subject=timeline.id,
                )


def _must_have_begun(timeline: InstanceTimeline, number: int, exchange: Exchange) -> Iterator[Observation]:
    """Violated when a stage is unknown that every history must show by then, though none was asked for."""
    sure = undisputed(timeline)
    stays = number < len(timeline.plans) and timeline.plans[number].cannot_fail
    if stays and exchange.status == 404 and must_show(timeline, sure.started.get(number), exchange):
        yield instance_violated(
            timeline,
            exchange,
            expected=f"200 and a list for stage {number}, which has started by then",
            observed="404",
        )


def not_started(index: TraceIndex) -> Iterator[Observation]:
    """`stage-history.not-started`: a stage beyond the last, or one that has not started, gets 404."""
    for timeline in timelines(index):
        for number, exchange in requests(timeline):
            reason = _reason_not_started(timeline, number, exchange)
            if reason is None:
                continue
            if exchange.status == 404 and error_code(exchange) == "NOT_FOUND":
                yield upheld(timeline.instance.run, exchange, subject=timeline.id)
            else:
                yield violated(
                    timeline.instance.run,
                    exchange,
                    expected=f"404 NOT_FOUND: {reason}",
                    observed=answer_text(exchange),
                    proof="response" if number >= len(timeline.plans) else "settled",
                    subject=timeline.id,
                )


def _reason_not_started(timeline: InstanceTimeline, number: int, exchange: Exchange) -> str | None:
    if timeline.stages_known and number >= len(timeline.plans):
        return f"the workflow has {len(timeline.plans)} stages, so there is no stage {number}"
    held = timeline.barrier(exchange.received)
    if held is not None and held.number < number and timeline.is_due(timeline.instance.run.received, exchange):
        return f"stage {number} cannot have started while stage {held.number} waits"
    ended = timeline.first_terminated
    if ended is not None and timeline.is_due(ended.exchange.received, exchange) and _never_started(timeline, number):
        return f"stage {number} had not started when the instance terminated"
    return None


def _never_started(timeline: InstanceTimeline, number: int) -> bool:
    """Whether every answer about the ended instance shows the stages before this one, and no view shows this one.

    A stage that failed before it could start may be shown in one view and missing in another.
    """
    first = timeline.terminations[0].exchange.received
    # An answer that shows the end may show the stages as they were before.
    shown = [
        read
        for read in timeline.terminations
        if read.exchange.operation == "getInstance" and timeline.is_due(first, read.exchange)
    ]
    may_be_failed = 1 if shown and shown[0].error and not timeline.instance.cancels else 0
    least = max((len(read.stages) for read in shown), default=number + 1) + may_be_failed
    return number >= least and not timeline.shown_stages(number)


def activities(index: TraceIndex) -> Iterator[Observation]:
    """`stage-history.activities`: the activities of a stage are those of its kind, with valid input and output."""
    for timeline in timelines(index):
        for number, exchange in requests(timeline):
            if number < len(timeline.plans) and isinstance(exchange.data, list):
                yield from _kinds(timeline, timeline.plans[number], exchange)


def _kinds(timeline: InstanceTimeline, stage: StagePlan, exchange: Exchange) -> Iterator[Observation]:
    wanted = ACTIVITIES.get(stage.kind or "")
    if stage.kind in _PLAIN:
        problem = f"{len(exchange.data)} activities" if exchange.data else None
        expected = f"no activity of a {stage.kind} stage"
    elif foreign := of_other_stages(timeline.plans, stage, exchange.data):
        problem = f"that of stage {next(iter(foreign.values()))} as well"
        expected = "no activity of another stage"
    elif wanted is not None and (exchange.data or _succeeded(timeline, stage, exchange)):
        done = _succeeded(timeline, stage, exchange)
        problem = _activity_problem(schemas_of(timeline.index), wanted, exchange.data, demanded=done)
        expected = f"{wanted} with attempt ≥ 1 and valid input and output"
    else:
        return
    if problem is None:
        yield upheld(exchange, proof="settled", subject=timeline.id)
    else:
        yield instance_violated(
            timeline,
            exchange,
            expected=f"stage {stage.number}: {expected}",
            observed=problem,
            pointer="/data",
        )


def _succeeded(timeline: InstanceTimeline, stage: StagePlan, exchange: Exchange) -> bool:
    """Whether the stage was seen done so long ago that its activity must show; sends from wallets have others first."""
    plain = stage.kind != "send" or (stage.parameters is not None and simple_send(stage.parameters) is not None)
    if not plain or not stage.ledger:
        return False
    if must_show(timeline, undisputed(timeline).ended.get(stage.number), exchange):
        return True
    ended = timeline.first_ended(stage.number)
    if ended is None or ended.stage.error or timeline.deleted_in_mid_run(exchange.received):
        return False
    return timeline.is_due(ended.exchange.received, exchange)


def _activity_problem(schemas: ResponseSchemas, wanted: str, entries: list[Any], *, demanded: bool) -> str | None:
    named = [entry for entry in entries if isinstance(entry, dict) and entry.get("name") == wanted]
    if not named:
        return f"no {wanted}" if demanded else None
    for entry in named:
        attempt = entry.get("attempt")
        if isinstance(attempt, bool) or not isinstance(attempt, int) or attempt < 1:
            return f"{wanted} has the attempt {attempt!r}"
        problem = _invalid_part(schemas, wanted, entry)
        if problem is not None:
            return problem
    if demanded and not any(entry.get("terminated") is True for entry in named):
        return f"{wanted} is not done, though its stage is"
    return None


def _invalid_part(schemas: ResponseSchemas, name: str, entry: Mapping[str, Any]) -> str | None:
    parts = ["input"]
    if "output" in entry:
        parts.append("output")
    elif name == "CreateTransaction" and entry.get("terminated") is True and not failed(entry):
        return f"{name} is done and has no output"
    for part in parts:
        problems = schemas.activity_problems(name, "input" if part == "input" else "output", entry.get(part))
        if problems:
            return f"{name}: {part}{problems[0].pointer}: {problems[0].message}"
    return None


def failed(entry: Mapping[str, Any]) -> bool:
    """Whether an attempt ended without success; another one may follow."""
    return bool(entry.get("error") or entry.get("lastFailure"))


RULES: dict[str, Rule] = {
    "stage-history.started": started,
    "stage-history.not-started": not_started,
    "stage-history.activities": activities,
}
