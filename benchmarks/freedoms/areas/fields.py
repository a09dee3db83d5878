"""Fields that may be absent, or be there in some answers only."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.freedom import Freedom, of_answer, of_server
from conformance.reference.engine.clock import rfc3339
from conformance.reference.faults.fault import alter
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json

_INSTANCES = ("runWorkflow", "listInstances", "getInstance")
_STATUS = "status is optional; an absent status is an empty one"
_WORKFLOW = "workflow is optional in an instance"


def _instances(answer: Answer, asked: Asked) -> list[Json]:
    return answer.records if asked.operation in _INSTANCES else []


@of_answer(_STATUS, "status")
def no_empty_status(answer: Answer, asked: Asked) -> None:
    """An instance of which no stage has started has no status."""
    for record in _instances(answer, asked):
        if not record.get("status", True):
            del record["status"]


@of_answer(_STATUS, "status")
def no_status_when_run(answer: Answer, asked: Asked) -> None:
    """The answer to a run that is not waited for has no status."""
    for record in _instances(answer, asked):
        if asked.operation == "runWorkflow" and not record["terminated"]:
            record.pop("status", None)


@of_server("a listed instance is a WorkflowInstance, which may have a status", "status")
def listed_with_status(server: Server, chance: Random) -> None:
    """Listed instances have their status, too."""
    del chance

    def with_status(original: Any) -> Any:
        def instances(workflow_id: str | None, running: bool) -> list[Json]:
            found = original(workflow_id, running)
            singles = ((each, server.views.instance(each["id"]) or {}) for each in found)
            return [each | {"status": single.get("status", [])} for each, single in singles]

        return instances

    alter(server.views, "instances", with_status)


def _embedded(*operations: str) -> Any:
    def change(answer: Answer, asked: Asked) -> None:
        for record in _instances(answer, asked):
            if asked.operation not in operations:
                record.pop("workflow", None)

    return change


never_embedded = Freedom(
    "never-embedded", "No instance holds its workflow.", _WORKFLOW, "embedded", on_answer=_embedded()
)
embedded_in_single_reads = Freedom(
    "embedded-in-single-reads",
    "Only an instance that is read alone holds its workflow.",
    _WORKFLOW,
    "embedded",
    on_answer=_embedded("getInstance"),
)
embedded_in_lists = Freedom(
    "embedded-in-lists",
    "Only a listed instance holds its workflow.",
    _WORKFLOW,
    "embedded",
    on_answer=_embedded("listInstances"),
)


@of_server("workflow is optional, and what was deleted need not be told", "embedded")
def deleted_not_embedded(server: Server, chance: Random) -> None:
    """An instance does not hold its workflow any more once that was deleted."""
    del chance

    def known(original: Any) -> Any:
        def instance(view: str, instance_id: str) -> Json | None:
            shown = original(view, instance_id)
            gone = shown and server.views.workflow(shown["workflowID"]) is None
            return {key: item for key, item in shown.items() if key != "workflow"} if gone else shown

        return instance

    alter(server.views, "_instance", known)


@of_answer("updatedAt may stay at createdAt: it only grows", "updatedAt")
def never_updated(answer: Answer, asked: Asked) -> None:
    """The updatedAt of an instance is its createdAt for ever."""
    for record in _instances(answer, asked):
        record["updatedAt"] = record["createdAt"]


@of_server("updatedAt only grows; what changes it is left open", "updatedAt")
def updated_by_every_change(server: Server, chance: Random) -> None:
    """The updatedAt of an instance is when anything of it changed last, a stage or an activity as well."""
    del chance

    def updated(original: Any) -> Any:
        def instance(view: str, instance_id: str) -> Json | None:
            shown = original(view, instance_id)
            changes = server.log.shown(view, instance_id)
            return shown and shown | {"updatedAt": rfc3339(changes[-1].at)}

        return instance

    alter(server.views, "_instance", updated)


@of_answer("stage is a number in the schema, and 0.0 is the number 0")
def stage_with_a_fraction(answer: Answer, asked: Asked) -> None:
    """The number of a stage is written as 0.0 and 1e0."""
    for record in _instances(answer, asked):
        for entry in record.get("status", []):
            entry["stage"] = Decimal("1E+0") if entry["stage"] == 1 else Decimal(f"{entry['stage']}.0")


@of_answer("error is an optional string; an empty text tells of none")
def empty_errors(answer: Answer, asked: Asked) -> None:
    """What has no error has an empty one."""
    told = _instances(answer, asked)
    if asked.operation in ("getInstanceHistory", "getInstanceStageHistory"):
        told = answer.records
    for record in [*told, *(entry for each in told for entry in each.get("status", []))]:
        record.setdefault("error", "")


@of_answer("each text of an error is the server's own; one that was seen stays")
def error_texts_differ(answer: Answer, asked: Asked) -> None:
    """Instance, status and history tell of one failure in three ways."""
    for record in _instances(answer, asked):
        for entry in record.get("status", []):
            if entry.get("error"):
                entry["error"] = "stage failed"
        if record.get("error"):
            record["error"] = f"workflow execution error: {record['error']} (ünexpected)\n\tat stage"
    if asked.operation == "getInstanceHistory":
        for entry in answer.records:
            if entry.get("error"):
                entry["error"] = "canceled"


@of_answer("the version is any non-empty text")
def version_of_a_build(answer: Answer, asked: Asked) -> None:
    """The version is that of a build, with spaces and letters beyond ASCII."""
    if asked.operation == "getServerInfo" and answer.ok:
        answer.value = {"version": "v2.0.0-rc.1+7f3c (déploiement du 3 mars)"}


FREEDOMS: tuple[Freedom, ...] = (
    no_empty_status,
    no_status_when_run,
    listed_with_status,
    never_embedded,
    embedded_in_single_reads,
    embedded_in_lists,
    deleted_not_embedded,
    never_updated,
    updated_by_every_change,
    stage_with_a_fraction,
    empty_errors,
    error_texts_differ,
    version_of_a_build,
)
