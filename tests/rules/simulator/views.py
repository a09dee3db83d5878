"""What a simulated server answers: each view shows the part of the log that has reached it."""

from __future__ import annotations

from typing import Any

from tests.rules.bodies import ACTIVITIES, activity
from tests.rules.simulator.log import Fact, Instance
from tests.rules.simulator.server import Server

Body = dict[str, Any]


def instance_body(server: Server, instance: Instance, stages: list[Fact], rest: list[Fact], *, status: bool) -> Body:
    """An instance whose `status` shows some facts, and whose own fields show others."""
    created = server.stamp(instance.created.at)
    body: Body = {"id": instance.id, "workflowID": instance.workflow["id"], "createdAt": created}
    body["updatedAt"] = server.stamp(max((fact.at for fact in rest), default=instance.created.at))
    body["terminated"] = False
    for fact in rest:
        if fact.kind == "terminated":
            body |= {"terminated": True, "terminatedAt": server.stamp(fact.at)} | _error(fact)
    if server.embeds:
        body["workflow"] = instance.workflow
    if status:
        body["status"] = [{"stage": n, "instanceID": instance.id, **span} for n, span in _spans(server, stages).items()]
    return body


def _error(fact: Fact) -> dict[str, str]:
    return {"error": fact.error} if fact.error else {}


def _spans(server: Server, facts: list[Fact]) -> dict[int, Body]:
    spans: dict[int, Body] = {}
    for fact in facts:
        if fact.kind == "started":
            spans[fact.stage] = {"startedAt": server.stamp(fact.at)}
        elif fact.kind == "ended" and fact.stage in spans:
            spans[fact.stage] |= {"terminatedAt": server.stamp(fact.at)} | _error(fact)
    return spans


def single(server: Server, instance: Instance, moment: int) -> Body:
    """What getInstance shows."""
    shown = instance.shown("status", moment), instance.shown("instance", moment)
    return instance_body(server, instance, *shown, status=True)


def history(server: Server, instance: Instance, moment: int) -> list[Body]:
    """What getInstanceHistory shows."""
    entries = []
    for number, span in _spans(server, instance.shown("history", moment)).items():
        kind = instance.kind_of(number)
        entry = {"name": ACTIVITIES[kind], "input": instance.inputs[number], "terminated": "terminatedAt" in span}
        entries.append({**entry, **span})
    return entries


def listed(
    server: Server, instances: list[Instance], moment: int, workflow: str | None, *, running: bool
) -> list[Body]:
    """What listInstances shows; the filter `running` lags on its own."""
    found = []
    for instance in instances:
        facts = instance.shown("list", moment)
        over = any(fact.kind == "terminated" for fact in instance.shown("running", moment))
        if facts and workflow in (None, instance.workflow["id"]) and not (running and over):
            found.append(instance_body(server, instance, facts, facts, status=server.lists_status))
    server.random.shuffle(found)
    return found


def stage_history(server: Server, instance: Instance, number: int, moment: int) -> list[Body] | None:
    """What getInstanceStageHistory shows; None (404) for a stage that has not started in its view."""
    facts = [fact for fact in instance.shown("stages", moment) if fact.stage == number]
    if not facts:
        return None
    kind, given = instance.kind_of(number), instance.inputs[number]
    failed = any(fact.error for fact in facts)
    done = len(facts) > 1 and not failed
    span = _spans(server, facts)[number]
    if kind == "update":
        return [{**activity("AddAccountMetadata", given["account"], span=(0, None)), "terminated": done, **span}]
    return [_transaction(given, span, done=done)] if kind == "send" and not failed else []


def _transaction(given: Body, span: Body, *, done: bool) -> Body:
    accounts = {side: given[side]["account"]["id"] for side in ("source", "destination")}
    data = {"postings": [accounts | given["amount"]], "metadata": {}}
    made = {"data": {"id": 7, "timestamp": "2026-01-01T00:00:00Z", "reverted": False, **data}}
    shown = activity("CreateTransaction", {"ledger": "default", "data": data}, made if done else None, (0, None))
    return {**shown, "terminated": done, **span}
