"""Runs: the answer to a run, and the first reads of its instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.requests import classify
from conformance.rules.evidence.answers import answer_text, inconclusive, is_valid, speaks
from conformance.rules.evidence.bodies import WorkflowView, exact_difference, instances, same_time
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.plans import has_placeholder, resolvable
from conformance.rules.evidence.server_ids import given_earlier
from conformance.rules.evidence.timeline import timelines
from conformance.rules.evidence.trace_index import InstanceRecord, TraceIndex
from conformance.rules.evidence.wording import shown
from conformance.trace import Exchange
from conformance.wire import exact_json

_SETTLED: Mapping[str, Mapping[str, str]] = {
    "duration": {"duration": "1s"},
    "until": {"until": "2020-01-01T00:00:00Z"},
}
"""By how a delay is given one that no variable gives."""


def created(index: TraceIndex) -> Iterator[Observation]:
    """A run gets 201 with a new id, the workflow's id, and is not terminated unless it can have ended."""
    held = {
        timeline.id for timeline in timelines(index) if timeline.barrier(timeline.instance.run.received) is not None
    }
    for run in index.of("runWorkflow"):
        if inconclusive(run) or not is_valid(index, run):
            continue
        if run.status == 201:
            yield _instance(index, run, held)
        elif _must_run(index, run):
            subject = run.params["workflowID"]
            yield violated(run, expected="201 for a valid run", observed=answer_text(run), subject=subject)


def _must_run(index: TraceIndex, run: Exchange) -> bool:
    """Whether the workflow surely exists, and the API leaves nothing about it open."""
    workflow = index.workflows.get(run.params["workflowID"])
    if workflow is None or workflow.maybe_deleted_at(run):
        return False
    if not (workflow.created.before(run) and _valid_but_for_references(index, workflow.created)):
        return False
    variables = run.request_json if isinstance(run.request_json, dict) else {}
    return resolvable(workflow.created.request_json["stages"], variables)


def _valid_but_for_references(index: TraceIndex, created: Exchange) -> bool:
    """Whether a configuration is valid, or would be if no variable gave the length or the end of a delay.

    Whether a server takes such a one is open. One that took it learns what the variables make of it only when it runs.
    """
    if is_valid(index, created):
        return True
    body = created.request_json
    stages = body.get("stages") if isinstance(body, dict) else None
    if not isinstance(stages, list):
        return False
    settled = exact_json.encode({**body, "stages": [_without_references(stage) for stage in stages]})
    return classify("createWorkflow", {}, (), settled).kind == "valid"


def _without_references(stage: Any) -> Any:
    given = stage.get("delay") if isinstance(stage, dict) and len(stage) == 1 else None
    return {"delay": _SETTLED[next(iter(given))]} if isinstance(given, dict) and _refers(given) else stage


def _refers(delay: Mapping[str, Any]) -> bool:
    return len(delay) == 1 and delay.keys() <= _SETTLED.keys() and has_placeholder(delay)


def _instance(index: TraceIndex, run: Exchange, held: set[str]) -> Observation:
    body = run.data if isinstance(run.data, dict) else {}
    key, new = body.get("id"), "an id never seen before"
    if not isinstance(key, str):
        return violated(run, expected=new, observed=f"id {shown(key)}" if "id" in body else "none", pointer="/data/id")
    if earlier := given_earlier(index, run, key):
        return violated(earlier, run, expected=new, observed=f"id {key} again", subject=key, pointer="/data/id")
    wanted = run.params["workflowID"]
    if body.get("workflowID") != wanted:
        found = shown(body.get("workflowID"))
        return violated(run, expected=f"workflowID {wanted}", observed=found, subject=key, pointer="/data/workflowID")
    # That an instance has failed which cannot is not a matter of the answer: `run.completes` tells it.
    if body.get("terminated") is not False and not body.get("error") and key in held:
        observed = f"terminated: {shown(body.get('terminated'))}"
        expected = "terminated: false, for a stage cannot have ended yet"
        return violated(run, expected=expected, observed=observed, subject=key, pointer="/data/terminated")
    return upheld(run, subject=key)


def then_get(index: TraceIndex) -> Iterator[Observation]:
    """getInstance finds a run's instance, with the same id, workflowID and createdAt."""
    for read in index.of("getInstance"):
        instance = index.instances.get(read.params["instanceID"])
        if instance is None or not instance.run.before(read) or not speaks(index, read):
            continue
        if read.ok:
            yield _same_instance(instance, read)
        elif instance.workflow is None or not instance.workflow.maybe_deleted_at(read):
            expected, observed = f"200: instance {instance.id} exists", answer_text(read)
            yield violated(instance.run, read, expected=expected, observed=observed, proof="trace", subject=instance.id)


def _same_instance(instance: InstanceRecord, read: Exchange) -> Observation:
    given, body = instance.answer.body, read.data if isinstance(read.data, dict) else {}
    differing = [key for key in ("id", "workflowID") if given.get(key) != body.get(key)]
    if not same_time(given.get("createdAt"), body.get("createdAt")):
        differing.append("createdAt")
    if not differing:
        return upheld(instance.run, read, proof="trace", subject=instance.id)
    key = differing[0]
    return violated(
        instance.run,
        read,
        expected=f"{key} {shown(given.get(key))}",
        observed=f"{key} {shown(body.get(key))}",
        proof="trace",
        subject=instance.id,
        pointer=f"/data/{key}",
    )


def embeds(index: TraceIndex) -> Iterator[Observation]:
    """The workflow inside an instance is the one that was run."""
    for seen in instances(index):
        embedded = seen.body.get("workflow")
        if isinstance(embedded, dict):
            yield _embedded(index, seen, embedded)


def _embedded(index: TraceIndex, seen: WorkflowView, embedded: dict[str, object]) -> Observation:
    key = str(seen.body.get("id"))
    pointer = f"{seen.pointer}/workflow"
    instance = index.instances.get(key)
    ran = instance.run.params["workflowID"] if instance else seen.body.get("workflowID")
    if embedded.get("id") != ran:
        expected, observed = f"workflow {ran} inside", f"workflow {shown(embedded.get('id'))}"
        return violated(seen.exchange, expected=expected, observed=observed, subject=key, pointer=f"{pointer}/id")
    own = index.workflows.get(str(ran))
    found = exact_difference(own.workflow.get("config"), embedded.get("config"), f"{pointer}/config") if own else None
    if own is None or found is None:
        return upheld(seen.exchange, subject=key)
    return violated(
        own.created,
        seen.exchange,
        expected=found.expected,
        observed=found.observed,
        subject=key,
        pointer=found.pointer,
    )


def terminated_at(index: TraceIndex) -> Iterator[Observation]:
    """terminatedAt is there exactly when terminated is true, on single instances and history entries."""
    singles = [seen for seen in instances(index) if seen.single]
    for exchange in index.successes("getInstanceHistory"):
        entries = exchange.data if isinstance(exchange.data, list) else []
        singles += [
            WorkflowView(exchange, entry, f"/data/{number}")
            for number, entry in enumerate(entries)
            if isinstance(entry, dict)
        ]
    for seen in singles:
        ended, at = seen.body.get("terminated"), seen.body.get("terminatedAt")
        if not isinstance(ended, bool):
            continue
        if ended == (at is not None):
            yield upheld(seen.exchange)
        else:
            expected = "terminatedAt exactly when terminated"
            observed = f"terminated: {shown(ended)}, terminatedAt: {shown(at)}"
            yield violated(seen.exchange, expected=expected, observed=observed, pointer=seen.pointer)


RULES: dict[str, Rule] = {
    "run.created": created,
    "run.then-get": then_get,
    "run.embeds": embeds,
    "run.terminated-at": terminated_at,
}
