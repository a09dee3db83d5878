"""Requests that must be refused: unknown ids, and bodies that the API forbids."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.answers import (
    answer_text,
    classification,
    inconclusive,
    invalid_by,
    is_json,
    is_valid,
    refusal,
)
from conformance.rules.evidence.listing import listing_of
from conformance.rules.evidence.observation import Observation, Rule, instance_violated, upheld, violated
from conformance.rules.evidence.server_ids import Kind, all_ids_seen, is_unknown, surely_formed
from conformance.rules.evidence.side_effects import nothing_created, nothing_started
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.evidence.validation import error_problems
from conformance.trace import Exchange


def _unknown(parameter: str, *operations: str) -> Rule:
    """An id in the target's own format that it never gave gets 404 NOT_FOUND."""
    kind: Kind = "instance" if parameter == "instanceID" else "workflow"

    def rule(index: TraceIndex) -> Iterator[Observation]:
        for exchange in index.of(*operations):
            key = exchange.params[parameter]
            if _doubtful(exchange, key):
                continue
            named_unknown = is_valid(index, exchange) and is_unknown(index, key, kind)
            if named_unknown and (exchange.status == 404 or all_ids_seen(index)):
                yield from refusal(exchange, 404, "NOT_FOUND", why="nobody has this id")

    return rule


def _doubtful(exchange: Exchange, key: str) -> bool:
    """Whether an id may have been refused for its format: ids in another format than the target's may be."""
    return exchange.status == 400 and not surely_formed(key)


def list_unknown_workflow(index: TraceIndex) -> Iterator[Observation]:
    """A list of instances by a workflow that does not exist is empty."""
    for exchange in index.of("listInstances"):
        key = exchange.query("workflowID")
        if key is None or inconclusive(exchange) or _doubtful(exchange, key):
            continue
        if not is_valid(index, exchange) or not is_unknown(index, key, "workflow"):
            continue
        found = listing_of(index.trace.api, exchange)
        if found is not None and not found.elements:
            yield upheld(exchange, subject=key)
        elif all_ids_seen(index) or not exchange.ok:
            observed = answer_text(exchange)
            yield violated(exchange, expected="200 with an empty list", observed=observed, subject=key)


def create_malformed(index: TraceIndex) -> Iterator[Observation]:
    """A body that is no WorkflowConfig gets 400 VALIDATION and creates nothing."""
    yield from _no_creation(index, "workflow.create-malformed")


def create_bad_stage(index: TraceIndex) -> Iterator[Observation]:
    """A stage of an unknown kind, or with parameters of a wrong type, gets 400 VALIDATION and creates nothing."""
    yield from _no_creation(index, "workflow.create-bad-stage")


def _no_creation(index: TraceIndex, requirement: str) -> Iterator[Observation]:
    for exchange in invalid_by(index, requirement, "createWorkflow"):
        yield from refusal(exchange, 400, "VALIDATION", why=_reason(index, exchange))
        body = exchange.json if not exchange.ok and isinstance(exchange.json, dict) else {}
        data = body.get("data")
        if isinstance(data, dict) and "id" in data:
            yield violated(
                exchange, expected="no workflow under an unknown id", observed=answer_text(exchange), pointer="/data/id"
            )
        yield from nothing_created(index, exchange)


def _reason(index: TraceIndex, exchange: Exchange) -> str:
    return classification(index, exchange).reason


def bad_variables(index: TraceIndex) -> Iterator[Observation]:
    """Variables that are no map of strings get 400 VALIDATION and start nothing."""
    for run in invalid_by(index, "run.bad-variables", "runWorkflow"):
        workflow = index.workflows.get(run.params["workflowID"])
        alive = workflow is not None and workflow.created.before(run) and not workflow.maybe_deleted_at(run)
        if alive or run.ok or run.status == 400:
            yield from refusal(run, 400, "VALIDATION", why=_reason(index, run))
        if alive and workflow is not None:
            yield from nothing_started(index, workflow, run)


def event_malformed(index: TraceIndex) -> Iterator[Observation]:
    """An event without a name gets 400 VALIDATION. An instance that may have ended may answer differently."""
    known = {timeline.id: timeline for timeline in timelines(index)}
    for send in invalid_by(index, "event.malformed", "sendEvent"):
        timeline = known.get(send.params["instanceID"])
        runs = (
            timeline is not None and timeline.instance.run.before(send) and timeline.barrier(send.received) is not None
        )
        # An instance that has ended need not validate what it is sent.
        over = timeline is None or timeline.instance.cancels or timeline.first_terminated is not None
        if runs or send.status == 400 or (send.ok and not over):
            yield from refusal(send, 400, "VALIDATION", why=_reason(index, send))
        if timeline is not None:
            yield from _changes_nothing(timeline, send)


def _changes_nothing(timeline: InstanceTimeline, send: Exchange) -> Iterator[Observation]:
    """Whether the stage that was open goes on waiting, though an event without a name was sent."""
    open_stage = timeline.open_stage(send.sent)
    if open_stage is None:
        return
    number = open_stage.stage.number
    stage = timeline.plans[number]
    after = [
        shown
        for shown in timeline.shown_stages(number)
        if shown.exchange.sent > send.sent and timeline.cannot_end(stage, shown.exchange.received)
    ]
    ended = next((shown for shown in after if shown.stage.ended), None)
    kept = next((shown for shown in after if timeline.is_due(send.received, shown.exchange)), None)
    if ended is not None:
        yield instance_violated(
            timeline,
            open_stage.exchange,
            send,
            ended.exchange,
            expected=f"an event without a name changes nothing: stage {number} waits on",
            observed="it has ended",
            pointer=ended.pointer,
        )
    elif kept is not None:
        yield upheld(send, kept.exchange, proof="settled", subject=timeline.id)


def bad_number(index: TraceIndex) -> Iterator[Observation]:
    """A stage number that is no integer gets 4xx with an Error."""
    for exchange in invalid_by(index, "stage-history.bad-number", "getInstanceStageHistory"):
        if inconclusive(exchange):
            continue
        if exchange.refused and is_json(exchange) and not error_problems(index, exchange):
            yield upheld(exchange)
        else:
            yield violated(exchange, expected="4xx with an Error", observed=answer_text(exchange))


RULES: dict[str, Rule] = {
    "workflow.create-malformed": create_malformed,
    "workflow.create-bad-stage": create_bad_stage,
    "workflow.get-unknown": _unknown("flowId", "getWorkflow"),
    "workflow.delete-unknown": _unknown("flowId", "deleteWorkflow"),
    "run.unknown-workflow": _unknown("workflowID", "runWorkflow"),
    "run.bad-variables": bad_variables,
    "event.unknown-instance": _unknown("instanceID", "sendEvent"),
    "event.malformed": event_malformed,
    "cancel.unknown-instance": _unknown("instanceID", "cancelEvent"),
    "history.unknown-instance": _unknown("instanceID", "getInstanceHistory", "getInstanceStageHistory"),
    "stage-history.bad-number": bad_number,
    "list.unknown-workflow": list_unknown_workflow,
}
