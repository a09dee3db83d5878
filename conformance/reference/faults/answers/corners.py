"""Faults that show where two things meet: a deletion and a list, a stray event and a cancellation, null and a name."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from conformance.reference.engine.durations import duration
from conformance.reference.engine.stages import Execution, StageFailed
from conformance.reference.faults.answers.envelope import on_each
from conformance.reference.faults.answers.limits import hears
from conformance.reference.faults.fault import alter, around, edit, fault, race
from conformance.reference.faults.lifecycle.runs import without
from conformance.reference.faults.lifecycle.variables import siblings
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import ApiError, Invalid, NotFound
from conformance.reference.wire.exact_json import Json, MalformedJson, read

_UNIT = re.compile(r"[\d.]+[a-zµμ]+")
_BASIC = 0xFFFF

Deliver = Callable[[Execution, str], None]


def _json(body: bytes) -> Any:
    try:
        return read(body)
    except MalformedJson:
        return ""


@fault("event.malformed")
def null_event_name_accepted(server: Server) -> None:
    """An event that is null, or whose name is, is accepted."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            body = _json(call.body)
            if body is None or (isinstance(body, dict) and "name" in body and body["name"] is None):
                return Reply(204)
            raise

    around(server, "sendEvent", handle)


@fault("envelope.no-5xx")
def null_parameters_crash(server: Server) -> None:
    """A configuration in which a stage's parameters are null makes the server fail."""

    async def handle(original: Handler, call: Call) -> Reply:
        body = _json(call.body)
        stages = body.get("stages") if isinstance(body, dict) else None
        known = [stage for stage in stages if isinstance(stage, dict)] if isinstance(stages, list) else []
        if any(parameters is None for stage in known for parameters in stage.values()):
            raise ApiError("null pointer")
        return await original(call)

    around(server, "createWorkflow", handle)


@fault("run.delay-duration")
def first_unit_counts(server: Server) -> None:
    """Of a duration such as 1s200ms only the first number counts."""
    plain = server.stage_kinds.delay

    async def delay(execution: Execution, parameters: Json) -> None:
        found = _UNIT.match(parameters.get("duration", ""))
        await plain(execution, parameters | {"duration": found[0]} if found else parameters)

    server.stage_kinds.kinds["delay"] = delay


@fault("run.completes")
def zero_delays_fail(server: Server) -> None:
    """A delay of 0s fails, as if no duration were given."""
    plain = server.stage_kinds.delay

    async def delay(execution: Execution, parameters: Json) -> None:
        if duration(parameters.get("duration", "1s")) == 0:
            raise StageFailed("a delay needs a duration or an until")
        await plain(execution, parameters)

    server.stage_kinds.kinds["delay"] = delay


@fault("run.delay-duration")
def variable_delays_are_none(server: Server) -> None:
    """A delay whose duration is a variable lasts no time: it is read before variables are replaced."""
    plain = server.stage_kinds.delay

    async def delay(execution: Execution, parameters: Json) -> None:
        written = execution.stages[execution.stage]["delay"].get("duration", "")
        if "${" not in written or duration(parameters.get("duration", "")) is None:
            await plain(execution, parameters)

    server.stage_kinds.kinds["delay"] = delay


@fault("list.running")
def deleted_workflows_do_not_run(server: Server) -> None:
    """running=true leaves out the instances of workflows that have been deleted, though they run."""
    _of_running(server, lambda found: [each for each in found if server.views.workflow(each["workflowID"]) is not None])


@fault("list.running")
def listed_once_for_each_stage(server: Server) -> None:
    """running=true lists an instance once for each stage that has started."""

    def joined(found: Json) -> Json:
        return [each for each in found for _ in range(max(1, server.engine.executions[each["id"]].stage + 1))]

    _of_running(server, joined)


def _of_running(server: Server, change: Callable[[Json], Json]) -> None:
    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        return data(200, change(read(reply.body)["data"])) if call.query.get("running") == "true" else reply

    around(server, "listInstances", handle)


@fault("stage-history.not-started")
def ended_instances_have_all_histories(server: Server) -> None:
    """Once an instance has ended, stages that never started have an empty history."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except NotFound:
            execution = server.engine.executions.get(call.path["instanceID"])
            number = call.path["number"]
            if execution and execution.ended.is_set() and number.isdecimal() and int(number) < len(execution.stages):
                return data(200, [])
            raise

    around(server, "getInstanceStageHistory", handle)


@fault("stage-history.activities")
def activities_never_done(server: Server) -> None:
    """Activities are shown as open for ever."""
    open_ = on_each(lambda entry: without(entry, "terminatedAt", "output") | {"terminated": False})
    edit(server, "getInstanceStageHistory", open_)


@fault("event.matching")
def waited_runs_are_deaf(server: Server) -> None:
    """An instance whose run is waited for hears no event."""
    waited: set[str] = set()
    finished = server.engine.finished

    def watch(instance_id: str) -> Awaitable[None]:
        waited.add(instance_id)
        return finished(instance_id)

    alter(server.engine, "finished", lambda _: watch)
    hears(server, lambda execution, _: execution.instance_id not in waited)


@fault("cancel.terminates")
def strays_shield_from_cancellation(server: Server) -> None:
    """While a stage waits that an event has not matched, cancellations have no effect."""
    strayed: set[tuple[str, int]] = set()

    def stray(execution: Execution, name: str) -> bool:
        if execution.waiting_for not in (None, name):
            strayed.add((execution.instance_id, execution.stage))
        return True

    hears(server, stray)

    def make(cancel: Callable[[str], None]) -> Callable[[str], None]:
        def cancelled(instance_id: str) -> None:
            if (instance_id, server.engine.execution(instance_id).stage) not in strayed:
                cancel(instance_id)

        return cancelled

    alter(server.engine, "cancel", make)


@fault("event.matching", "run.isolated")
def cancellations_deafen_siblings(server: Server) -> None:
    """For a moment after a cancellation the workflow's other instances hear nothing."""
    deaf: dict[str, int] = {}

    def make(cancel: Callable[[str], None]) -> Callable[[str], None]:
        def cancelled(instance_id: str) -> None:
            until = server.clock.now() + race(server, 25)
            deaf.update({other.instance_id: until for other in siblings(server, instance_id)})
            cancel(instance_id)

        return cancelled

    alter(server.engine, "cancel", make)
    hears(server, lambda execution, _: server.clock.now() >= deaf.get(execution.instance_id, 0))


@fault("event.other")
def astral_letters_equal(server: Server) -> None:
    """In names of events all characters beyond U+FFFF are equal."""

    def stored(text: str) -> str:
        return "".join("?" if ord(character) > _BASIC else character for character in text)

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            awaited = execution.waiting_for
            deliver(execution, awaited if awaited is not None and stored(awaited) == stored(name) else name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.matching")
def updates_deafen_the_next_wait(server: Server) -> None:
    """A stage that waits right after an update hears no event."""
    hears(server, lambda execution, _: execution.stage < 1 or "update" not in execution.stages[execution.stage - 1])


FAULTS = (
    null_event_name_accepted,
    null_parameters_crash,
    first_unit_counts,
    zero_delays_fail,
    variable_delays_are_none,
    deleted_workflows_do_not_run,
    listed_once_for_each_stage,
    ended_instances_have_all_histories,
    activities_never_done,
    waited_runs_are_deaf,
    strays_shield_from_cancellation,
    cancellations_deafen_siblings,
    astral_letters_equal,
    updates_deafen_the_next_wait,
)
