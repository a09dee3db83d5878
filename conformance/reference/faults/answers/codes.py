"""Faults of refusals: the right status with another error code, or a refusal that leaves something behind."""

from __future__ import annotations

import json
import re

from conformance.reference.engine.clock import rfc3339
from conformance.reference.faults.fault import around, edit, fault, on_refusal
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid, NotFound
from conformance.reference.wire.exact_json import write

_BEGINNING = re.compile(rb'\{"name":("(?:[^"\\]|\\.)*")')


def _refusal(status: int, code: str) -> Reply:
    return Reply(status, write({"errorCode": code, "errorMessage": "refused"}))


def _not_found_as(server: Server, operation: str, code: str) -> None:
    on_refusal(server, operation, NotFound, lambda _: _refusal(404, code))


def _invalid_as(server: Server, operation: str, code: str) -> None:
    on_refusal(server, operation, Invalid, lambda _: _refusal(400, code))


def _sent_malformed_events(server: Server) -> set[str]:
    """The ids of the instances to which an event was sent that was refused as malformed; it fills as they come."""
    found: set[str] = set()

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            found.add(call.path["instanceID"])
            raise

    around(server, "sendEvent", handle)
    return found


@fault("stage-history.not-started")
def coming_stages_are_validation(server: Server) -> None:
    """The history of a stage that has not started gets 404 with the error code VALIDATION."""
    _not_found_as(server, "getInstanceStageHistory", "VALIDATION")


@fault("workflow.get-unknown", "workflow.get-deleted")
def unknown_workflows_are_internal(server: Server) -> None:
    """Reading an unknown workflow gets 404 with the error code INTERNAL."""
    _not_found_as(server, "getWorkflow", "INTERNAL")


@fault("run.unknown-workflow", "workflow.run-deleted")
def unknown_workflows_run_are_validation(server: Server) -> None:
    """Running an unknown workflow gets 404 with the error code VALIDATION."""
    _not_found_as(server, "runWorkflow", "VALIDATION")


@fault("event.unknown-instance")
def unknown_receivers_are_validation(server: Server) -> None:
    """An event to an unknown instance gets 404 with the error code VALIDATION."""
    _not_found_as(server, "sendEvent", "VALIDATION")


@fault("cancel.unknown-instance")
def unknown_cancelled_are_validation(server: Server) -> None:
    """Cancelling an unknown instance gets 404 with the error code VALIDATION."""
    _not_found_as(server, "cancelEvent", "VALIDATION")


@fault("history.unknown-instance")
def unknown_histories_are_validation(server: Server) -> None:
    """The history of an unknown instance gets 404 with the error code VALIDATION."""
    _not_found_as(server, "getInstanceHistory", "VALIDATION")


@fault("workflow.create-malformed", "workflow.create-bad-stage")
def malformed_workflows_are_internal(server: Server) -> None:
    """A configuration that is refused gets 400 with the error code INTERNAL."""
    _invalid_as(server, "createWorkflow", "INTERNAL")


@fault("run.bad-variables")
def bad_variables_are_not_found(server: Server) -> None:
    """Variables that are refused get 400 with the error code NOT_FOUND."""
    _invalid_as(server, "runWorkflow", "NOT_FOUND")


@fault("event.malformed")
def malformed_events_are_internal(server: Server) -> None:
    """An event that is refused gets 400 with the error code INTERNAL."""
    _invalid_as(server, "sendEvent", "INTERNAL")


@fault("event.malformed", "stage.monotone")
def malformed_events_leave_an_error(server: Server) -> None:
    """An event that is refused as malformed leaves an error on its instance."""
    marked = _sent_malformed_events(server)
    edit(server, "getInstance", lambda found: found | {"error": "bad event"} if found["id"] in marked else found)


@fault("event.malformed", "history.append-only", "event.other", "history.agrees")
def malformed_events_close_the_entry(server: Server) -> None:
    """An event that is refused as malformed ends the waiting stage in history, and nowhere else."""
    marked = _sent_malformed_events(server)

    async def read_history(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        if call.path["instanceID"] not in marked:
            return reply
        end = {"terminated": True, "terminatedAt": rfc3339(server.clock.now())}
        entries = server.views.history(call.path["instanceID"]) or []
        return Reply(200, write({"data": [entry if entry["terminated"] else entry | end for entry in entries]}))

    around(server, "getInstanceHistory", read_history)


@fault("event.malformed", "stage.waits")
def refused_events_are_heard(server: Server) -> None:
    """An event is heard as soon as its name is read, though what follows is no JSON, for which it is refused."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            name = _BEGINNING.match(call.body)
            if name is not None:
                server.engine.send_event(call.path["instanceID"], json.loads(name[1]))
            raise

    around(server, "sendEvent", handle)


FAULTS = (
    coming_stages_are_validation,
    unknown_workflows_are_internal,
    unknown_workflows_run_are_validation,
    unknown_receivers_are_validation,
    unknown_cancelled_are_validation,
    unknown_histories_are_validation,
    malformed_workflows_are_internal,
    bad_variables_are_not_found,
    malformed_events_are_internal,
    malformed_events_leave_an_error,
    malformed_events_close_the_entry,
    refused_events_are_heard,
)
