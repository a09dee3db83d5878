"""Faults of the form of answers, whatever they are about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance.reference.engine.clock import SECOND, rfc3339
from conformance.reference.engine.durations import date_time
from conformance.reference.faults.fault import alter, around, edit, edit_many, every, fault, on_refusal
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid, MethodNotAllowed, NotFound
from conformance.reference.wire.exact_json import Json, MalformedJson, read, write

INSTANCE_READS = ("getInstance", "listInstances")
# No HTTP server writes a header of this name: it closes the connection instead, with nothing said.
_NO_ANSWER = Reply(500, headers={"no answer": ""})
_CRASH = Reply(500, write({"errorCode": "INTERNAL", "errorMessage": "unexpected condition"}))


def shifted(timestamp: str, seconds: float) -> str:
    """A timestamp moved by some seconds."""
    return rfc3339((date_time(timestamp) or 0) + round(seconds * SECOND))


def on_each(change: Callable[[Json], Json]) -> Callable[[Json], Json]:
    """A change of one instance that also takes a list of them."""
    return lambda found: [change(item) for item in found] if isinstance(found, list) else change(found)


async def _never(original: Handler, call: Call) -> Reply:
    await asyncio.Event().wait()
    return await original(call)


@fault("envelope.answers", rare=1 / 8)
def hang_on_history(server: Server) -> None:
    """Every eighth read of a history is never answered."""
    strikes = every(8)

    async def handle(original: Handler, call: Call) -> Reply:
        return await (_never(original, call) if strikes() else original(call))

    around(server, "getInstanceHistory", handle)


@fault("envelope.answers")
def hang_on_empty_event(server: Server) -> None:
    """An event without a body is never answered: the server goes on waiting for one."""

    async def handle(original: Handler, call: Call) -> Reply:
        return await (original(call) if call.body else _never(original, call))

    around(server, "sendEvent", handle)


@fault("envelope.answers", profile="smoke")
def cancel_drops_connection(server: Server) -> None:
    """A cancellation is carried out, but the connection is closed instead of an answer."""

    async def handle(original: Handler, call: Call) -> Reply:
        await original(call)
        return _NO_ANSWER

    around(server, "cancelEvent", handle)


@fault("envelope.answers", profile="smoke")
def late_event_drops_connection(server: Server) -> None:
    """An event to an instance that has ended has the connection closed instead of an answer."""

    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.executions.get(call.path["instanceID"])
        return _NO_ANSWER if execution is not None and execution.ended.is_set() else await original(call)

    around(server, "sendEvent", handle)


@fault("envelope.schema", profile="smoke")
def empty_list_is_null(server: Server) -> None:
    """An empty list of instances is answered as null."""
    edit(server, "listInstances", lambda found: found or None)


@fault("envelope.schema", "run.terminated-at", profile="smoke")
def terminated_as_text(server: Server) -> None:
    """Whether an instance has terminated is a text instead of a boolean."""
    edit(server, "getInstance", lambda found: found | {"terminated": str(found["terminated"]).lower()})


@fault("envelope.schema", "info.version", profile="smoke")
def info_as_text(server: Server) -> None:
    """The server's information is sent as plain text."""

    async def handle(original: Handler, call: Call) -> Reply:
        return replace(await original(call), media_type="text/plain")

    around(server, "getServerInfo", handle)


@fault("envelope.error-shape", profile="smoke")
def errors_as_text(server: Server) -> None:
    """An unknown instance is reported in plain text."""
    answer = Reply(404, b"instance not found", media_type="text/plain")
    on_refusal(server, "getInstance", NotFound, lambda _: answer)


@fault("envelope.error-shape", "workflow.delete-unknown")
def error_code_of_its_own(server: Server) -> None:
    """Deleting an unknown workflow is refused with an error code that the API does not have."""
    answer = Reply(404, write({"errorCode": "WORKFLOW_NOT_FOUND", "errorMessage": "workflow not found"}))
    on_refusal(server, "deleteWorkflow", NotFound, lambda _: answer)


@fault("envelope.error-shape")
def error_without_message(server: Server) -> None:
    """A refused workflow configuration is refused without saying why."""
    on_refusal(server, "createWorkflow", Invalid, lambda _: Reply(400, write({"errorCode": "VALIDATION"})))


@fault("envelope.no-5xx", "workflow.create-malformed", profile="smoke")
def crash_on_malformed_workflow(server: Server) -> None:
    """A workflow configuration that is not JSON makes the server fail."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            read(call.body)
        except MalformedJson:
            return _CRASH
        return await original(call)

    around(server, "createWorkflow", handle)


@fault("envelope.no-5xx")
def crash_on_large_stage_number(server: Server) -> None:
    """A stage number beyond 32 bits makes the server fail."""

    async def handle(original: Handler, call: Call) -> Reply:
        digits = call.path["number"].lstrip("-")
        large = digits.isascii() and digits.isdigit() and (len(digits) > 10 or int(digits) >= 2**31)
        return _CRASH if large else await original(call)

    around(server, "getInstanceStageHistory", handle)


@fault("envelope.no-5xx", "event.malformed")
def crash_on_odd_event(server: Server) -> None:
    """An event that is JSON, but no object, makes the server fail."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            odd = not isinstance(read(call.body), dict)
        except MalformedJson:
            odd = False
        return _CRASH if odd else await original(call)

    around(server, "sendEvent", handle)


@fault("envelope.no-content", profile="smoke")
def no_content_announces_body(server: Server) -> None:
    """The 204 of a cancellation announces a body."""

    async def handle(original: Handler, call: Call) -> Reply:
        return replace(await original(call), headers={"Content-Length": "15"})

    around(server, "cancelEvent", handle)


@fault("envelope.documented-fields", profile="smoke")
def internal_field_leaks(server: Server) -> None:
    """Stages in a status carry an internal id."""

    def leak(instance: Json) -> Json:
        return instance | {"status": [{**entry, "runtimeID": entry["instanceID"]} for entry in instance["status"]]}

    edit(server, "getInstance", leak)


@fault("envelope.method-not-allowed", profile="smoke")
def wrong_method_not_found(server: Server) -> None:
    """Another method on a known path gets 404 instead of 405."""

    def make(find: Callable[[str, Mapping[str, str]], str]) -> Callable[[str, Mapping[str, str]], str]:
        def found(method: str, operations: Mapping[str, str]) -> str:
            try:
                return find(method, operations)
            except MethodNotAllowed as error:
                raise NotFound("nothing is served here") from error

        return found

    alter(server.methods, "find", make)


@fault("envelope.method-not-allowed")
def put_reads_a_workflow(server: Server) -> None:
    """PUT on a workflow is answered as GET."""

    def make(find: Callable[[str, Mapping[str, str]], str]) -> Callable[[str, Mapping[str, str]], str]:
        def found(method: str, operations: Mapping[str, str]) -> str:
            read = method == "PUT" and "getWorkflow" in operations.values()
            return find("GET" if read else method, operations)

        return found

    alter(server.methods, "find", make)


@fault("envelope.time-order", profile="smoke")
def updated_before_created(server: Server) -> None:
    """Instances were updated a second before they were created."""
    edit_many(server, INSTANCE_READS, on_each(lambda one: one | {"updatedAt": shifted(one["createdAt"], -1)}))


@fault("envelope.time-order", "history.agrees")
def history_in_another_zone(server: Server) -> None:
    """History tells the end of each stage an hour early, as if in another time zone."""

    def shift(entry: Json) -> Json:
        return entry | {key: shifted(entry[key], -3600) for key in entry.keys() & {"terminatedAt"}}

    edit(server, "getInstanceHistory", on_each(shift))


@fault("envelope.time-order")
def stages_before_instance(server: Server) -> None:
    """The first stage of an instance starts some seconds before the instance was created."""

    def shift(instance: Json) -> Json:
        first = [{**entry, "startedAt": shifted(entry["startedAt"], -5)} for entry in instance["status"][:1]]
        return instance | {"status": first + instance["status"][1:]}

    edit(server, "getInstance", shift)


@fault("info.version", profile="smoke")
def version_flaps(server: Server) -> None:
    """Every second call tells another version, as behind a load balancer in the middle of a rollout."""
    strikes = every(2)

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        return replace(reply, body=write({"version": "0.9.0"})) if strikes() else reply

    around(server, "getServerInfo", handle)


FAULTS = (
    hang_on_history,
    hang_on_empty_event,
    cancel_drops_connection,
    late_event_drops_connection,
    empty_list_is_null,
    terminated_as_text,
    info_as_text,
    errors_as_text,
    error_code_of_its_own,
    error_without_message,
    crash_on_malformed_workflow,
    crash_on_large_stage_number,
    crash_on_odd_event,
    no_content_announces_body,
    internal_field_leaks,
    wrong_method_not_found,
    put_reads_a_workflow,
    updated_before_created,
    history_in_another_zone,
    stages_before_instance,
    version_flaps,
)
