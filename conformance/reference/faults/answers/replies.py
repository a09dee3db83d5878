"""Faults of the form of answers: methods, codes, statuses, nulls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance.reference.faults.answers.envelope import shifted
from conformance.reference.faults.fault import alter, around, edit, fault, race
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import ApiError, Invalid
from conformance.reference.wire.exact_json import Json, write

_LATER_S = 0.03

Find = Callable[[str, Mapping[str, str]], str]


@fault("envelope.method-not-allowed")
def post_cancels(server: Server) -> None:
    """POST cancels an instance as PUT does."""

    def make(find: Find) -> Find:
        def found(method: str, operations: Mapping[str, str]) -> str:
            cancels = method == "POST" and "cancelEvent" in operations.values()
            return find("PUT" if cancels else method, operations)

        return found

    alter(server.methods, "find", make)


@fault("envelope.error-shape", "run.bad-variables", "event.malformed", "workflow.create-malformed")
def error_code_in_lower_case(server: Server) -> None:
    """A request that is refused with 400 gets an error code in lower case."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid as error:
            return Reply(400, write(error.body | {"errorCode": error.code.lower()}))

    for operation in server.handlers:
        around(server, operation, handle)


@fault("envelope.schema", "run.wait", "run.created")
def waited_runs_get_200(server: Server) -> None:
    """A run with wait=true is answered with 200 in place of 201."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        return replace(reply, status=200) if call.query.get("wait") == "true" else reply

    around(server, "runWorkflow", handle)


@fault("envelope.schema", "run.terminated-at")
def null_until_terminated(server: Server) -> None:
    """An instance that has not terminated tells null as the time of its end."""

    def told(found: Json) -> Json:
        return found if found["terminated"] else found | {"terminatedAt": None}

    edit(server, "getInstance", told)


@fault("envelope.no-5xx")
def unknown_parameters_crash(server: Server) -> None:
    """A query parameter that the API does not have makes the server fail."""

    async def handle(original: Handler, call: Call) -> Reply:
        if call.query.keys() - {"workflowID", "running", "wait"}:
            raise ApiError("unexpected parameter")
        return await original(call)

    for operation in server.handlers:
        around(server, operation, handle)


@fault("envelope.no-5xx", "event.terminated")
def late_events_crash(server: Server) -> None:
    """An event to an instance that has ended gets 500."""

    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.executions.get(call.path["instanceID"])
        if execution is not None and execution.ended.is_set():
            raise ApiError("workflow execution already completed")
        return await original(call)

    around(server, "sendEvent", handle)


@fault("run.created", "run.isolated")
def equal_runs_at_once_are_one(server: Server) -> None:
    """A run of a workflow with the same body as one less than 20 ms before is answered with that one's instance."""
    made: dict[tuple[str, bytes], tuple[int, asyncio.Future[Reply]]] = {}

    async def handle(original: Handler, call: Call) -> Reply:
        now, key = server.clock.now(), (call.path["workflowID"], call.body)
        if key not in made or now - made[key][0] >= race(server, 20):
            made[key] = now, asyncio.ensure_future(original(call))
        return await asyncio.shield(made[key][1])

    around(server, "runWorkflow", handle)


@fault("envelope.documented-fields")
def refusals_tell_more(server: Server) -> None:
    """The refusal of a stage's history has details beside code and message."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except ApiError as error:
            return Reply(error.status, write(error.body | {"details": "none"}), error.headers)

    around(server, "getInstanceStageHistory", handle)


@fault("info.version")
def version_told_late(server: Server) -> None:
    """The version is told as unknown until a workflow has been created."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        return reply if server.log.born("workflow-created") else replace(reply, body=write({"version": "unknown"}))

    around(server, "getServerInfo", handle)


@fault("stage.monotone")
def waited_answers_tell_another_end(server: Server) -> None:
    """The answer of a run with wait=true tells an end 30 ms later than reads do: it is the gateway's time."""

    def told(found: Json) -> Json:
        return found | {"terminatedAt": shifted(found["terminatedAt"], _LATER_S)} if found["terminated"] else found

    edit(server, "runWorkflow", told)


@fault("stage.all-done")
def waited_answers_lack_stages(server: Server) -> None:
    """The answer of a run with wait=true shows none of the stages."""
    edit(server, "runWorkflow", lambda found: found | {"status": []} if found["terminated"] else found)


def _crash_at_malformed_events(server: Server, where: Callable[[Call], bool]) -> None:
    """Fail at events that are refused, ``where`` it holds."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            if where(call):
                raise ApiError("no rows in result set") from None
            raise

    around(server, "sendEvent", handle)


@fault("envelope.no-5xx")
def two_mistakes_crash(server: Server) -> None:
    """A malformed event to an unknown instance gets 500."""
    _crash_at_malformed_events(server, lambda call: call.path["instanceID"] not in server.engine.executions)


@fault("envelope.no-5xx")
def malformed_late_events_crash(server: Server) -> None:
    """A malformed event to an instance that has ended gets 500."""

    def over(call: Call) -> bool:
        execution = server.engine.executions.get(call.path["instanceID"])
        return execution is not None and execution.ended.is_set() and b'"name"' not in call.body

    _crash_at_malformed_events(server, over)


FAULTS = (
    post_cancels,
    error_code_in_lower_case,
    waited_runs_get_200,
    null_until_terminated,
    unknown_parameters_crash,
    late_events_crash,
    equal_runs_at_once_are_one,
    refusals_tell_more,
    version_told_late,
    waited_answers_tell_another_end,
    waited_answers_lack_stages,
    two_mistakes_crash,
    malformed_late_events_crash,
)
