"""What clients read: instance, status, history and lists, each folded from what its view of the log shows by now."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.reference.engine.clock import rfc3339
from conformance.reference.engine.log import Change, ChangeLog
from conformance.reference.wire.exact_json import Json

ACTIVITIES = {
    "noop": "RunNoop",
    "delay": "RunDelay",
    "wait_event": "RunWaitEvent",
    "send": "RunSend",
    "update": "RunUpdate",
}
"""By stage kind: the name of its entry in history."""


def _end(entry: Json, change: Change) -> None:
    entry["terminatedAt"] = rfc3339(change.at)
    if change.data.get("error") is not None:
        entry["error"] = change.data["error"]


def _fold_status(changes: Iterable[Change]) -> list[Json]:
    entries: list[Json] = []
    for change in changes:
        if change.kind == "stage-started":
            entry = {"stage": change.stage, "instanceID": change.subject, "startedAt": rfc3339(change.at)}
            entries.append(entry)
        elif change.kind in {"stage-ended", "stage-cancelled"}:
            _end(entries[-1], change)
    return entries


def _open_entry(name: str, change: Change) -> Json:
    return {"name": name, "input": change.data["input"], "terminated": False, "startedAt": rfc3339(change.at)}


def _close(entry: Json, change: Change) -> None:
    entry["terminated"] = True
    _end(entry, change)
    if "output" in change.data:
        entry["output"] = change.data["output"]


def _fold_history(changes: Iterable[Change]) -> list[Json]:
    entries: dict[int, Json] = {}
    for change in changes:
        if change.kind == "stage-started" and change.data["recorded"]:
            entries[change.stage] = _open_entry(ACTIVITIES[change.data["kind"]], change)
        elif change.kind in {"stage-ended", "stage-cancelled"} and change.stage in entries:
            _close(entries[change.stage], change)
    return list(entries.values())


def _fold_activities(changes: Iterable[Change], number: int) -> list[Json]:
    entries: list[Json] = []
    for change in changes:
        if change.stage != number:
            continue
        if change.kind == "activity-started":
            entries.append(_open_entry(change.data["name"], change) | {"attempt": 1})
        elif entries and not entries[-1]["terminated"] and change.kind in {"activity-ended", "stage-cancelled"}:
            _close(entries[-1], change)
    return entries


def workflow_as_created(created: Change) -> Json:
    """The Workflow of a workflow-created change: it never changes afterwards."""
    at = rfc3339(created.at)
    return {"id": created.subject, "config": created.data["config"], "createdAt": at, "updatedAt": at}


class Views:
    """Reads of the change log; None stands for what does not exist."""

    def __init__(self, log: ChangeLog) -> None:
        self._log = log

    def workflow(self, workflow_id: str) -> Json | None:
        """A Workflow that has not been deleted."""
        changes = self._log.of(workflow_id)
        live = changes and changes[0].kind == "workflow-created" and changes[-1].kind != "workflow-deleted"
        return workflow_as_created(changes[0]) if live else None

    def workflows(self) -> list[Json]:
        """Every Workflow that has not been deleted, oldest first."""
        found = (self.workflow(change.subject) for change in self._log.born("workflow-created"))
        return [workflow for workflow in found if workflow is not None]

    def instance(self, instance_id: str) -> Json | None:
        """A WorkflowInstance with its status."""
        shown = self._instance("instance", instance_id)
        if shown is None:
            return None
        return shown | {"status": _fold_status(self._log.shown("status", instance_id))}

    def _instance(self, view: str, instance_id: str) -> Json | None:
        changes = [change for change in self._log.shown(view, instance_id) if change.kind.startswith("instance-")]
        if not changes:
            return None
        created, last = changes[0], changes[-1]
        workflow_id = created.data["workflow"]
        shown = {
            "id": instance_id,
            "workflowID": workflow_id,
            "createdAt": rfc3339(created.at),
            "updatedAt": rfc3339(last.at),
            "terminated": last is not created,
            "workflow": workflow_as_created(self._log.of(workflow_id)[0]),
        }
        if last is not created:
            _end(shown, last)
        return shown

    def instances(self, workflow_id: str | None, running: bool) -> list[Json]:
        """WorkflowInstances without status, oldest first: of one workflow if asked, only the running ones if asked."""
        born = self._log.born("instance-created")
        wanted = [change.subject for change in born if workflow_id in {None, change.data["workflow"]}]
        found = (self._instance("lists", instance_id) for instance_id in wanted)
        return [shown for shown in found if shown is not None and not (running and shown["terminated"])]

    def history(self, instance_id: str) -> list[Json] | None:
        """WorkflowInstanceHistory entries, in the order of the stages."""
        return _fold_history(self._log.shown("history", instance_id)) if self._is_instance(instance_id) else None

    def stage_history(self, instance_id: str, number: int) -> list[Json] | None:
        """WorkflowInstanceHistoryStage entries; None also when the stage has not started."""
        changes = self._log.shown("history", instance_id) if self._is_instance(instance_id) else []
        started = any(change.kind == "stage-started" and change.stage == number for change in changes)
        return _fold_activities(changes, number) if started else None

    def _is_instance(self, subject: str) -> bool:
        changes = self._log.of(subject)
        return bool(changes) and changes[0].kind == "instance-created"
