"""Faults of sending events."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from conformance.reference.engine.clock import SECOND
from conformance.reference.engine.log import Change
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import alter, around, edit, every, fault, on_refusal, race
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid, NotFound
from conformance.reference.wire.exact_json import Json, MalformedJson, read

Deliver = Callable[[Execution, str], None]


def _when(holds: Callable[[Execution], bool]) -> Callable[[Deliver], Deliver]:
    """Deliver only when ``holds``."""

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            if holds(execution):
                deliver(execution, name)

        return delivered

    return make


@fault("event.matching", profile="smoke")
def events_swallowed(server: Server) -> None:
    """Events get 204, and do nothing."""
    alter(server.engine, "deliver", _when(lambda _: False))


@fault("event.matching")
def events_reach_first_stage_only(server: Server) -> None:
    """Events get 204, but only the first stage of a workflow hears them."""
    alter(server.engine, "deliver", _when(lambda execution: execution.stage == 0))


@fault("event.matching", profile="thorough", rare=1 / 6)
def sixth_match_swallowed(server: Server) -> None:
    """Every sixth event that a stage waits for is lost behind its 204."""
    strikes = every(6)

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            if not (execution.waiting_for == name and strikes()):
                deliver(execution, name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.matching", "run.completes")
def stuck_after_event(server: Server) -> None:
    """After an event ended a stage, the next one never starts."""
    original = server.stage_kinds.wait_event

    async def wait(execution: Execution, parameters: Json) -> None:
        await original(execution, parameters)
        server.engine.close_stage(execution, "stage-ended", None)
        await asyncio.Event().wait()

    server.stage_kinds.kinds["wait_event"] = wait


@fault("event.burst")
def burst_loses_events(server: Server) -> None:
    """An event within 25 ms of another to the same instance is lost."""
    last: dict[str, int] = {}

    def calm(execution: Execution) -> bool:
        now, before = server.clock.now(), last.get(execution.instance_id, 0)
        last[execution.instance_id] = now
        return now - before >= race(server, 25)

    alter(server.engine, "deliver", _when(calm))


@fault("event.burst", profile="thorough")
def fourth_of_a_burst_lost(server: Server) -> None:
    """Of the events within a tenth of a second to one instance, those from the fourth on are lost."""
    recent: dict[str, list[int]] = {}

    def room(execution: Execution) -> bool:
        now = server.clock.now()
        kept = [at for at in recent.get(execution.instance_id, []) if now - at < race(server, 100)]
        recent[execution.instance_id] = [*kept, now]
        return len(kept) < 3

    alter(server.engine, "deliver", _when(room))


@fault("event.once", "stage.waits")
def event_ends_two_stages(server: Server) -> None:
    """An event also ends the next stage if that one waits for the same name."""
    original = server.stage_kinds.wait_event
    heard: dict[str, tuple[int, str]] = {}

    async def wait(execution: Execution, parameters: Json) -> None:
        previous = heard.pop(execution.instance_id, None)
        if previous == (execution.stage - 1, parameters["event"]):
            return
        await original(execution, parameters)
        heard[execution.instance_id] = (execution.stage, parameters["event"])

    server.stage_kinds.kinds["wait_event"] = wait


@fault("event.once", profile="thorough")
def events_redelivered(server: Server) -> None:
    """An event is delivered once more after 60 ms, as by a queue that saw no receipt."""

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            deliver(execution, name)
            asyncio.get_running_loop().call_later(race(server, 60) / SECOND, deliver, execution, name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.early", profile="thorough")
def early_events_lost(server: Server) -> None:
    """For 150 ms a waiting stage is shown by getInstance, but not by history, and deaf."""
    window = race(server, 150)

    def make(append: Callable[..., Change]) -> Callable[..., Change]:
        def late_in_history(*what: object, **data: Json) -> Change:
            change = append(*what, **data)
            if change.kind == "stage-started" and change.data["kind"] == "wait_event":
                visible = dict(change.visible)
                visible["history"] += window
                change = Change(change.at, change.kind, change.subject, change.stage, change.data, visible)
                server.log.of(change.subject)[-1] = change
            return change

        return late_in_history

    def awake(execution: Execution) -> bool:
        return server.clock.now() - execution.stage_started_at >= window

    alter(server.log, "append", make)
    alter(server.engine, "deliver", _when(awake))


@fault("event.live-known", "event.matching")
def waiting_instance_unknown(server: Server) -> None:
    """An event to an instance that waits in a later stage than its first gets 404."""

    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.executions.get(call.path["instanceID"])
        if execution is not None and execution.stage > 0 and execution.waiting_for is not None:
            raise NotFound("there is no such instance")
        return await original(call)

    around(server, "sendEvent", handle)


@fault("event.unknown-instance", profile="smoke")
def event_to_nobody_accepted(server: Server) -> None:
    """An event to an unknown instance gets 204."""
    on_refusal(server, "sendEvent", NotFound, lambda _: Reply(204))


@fault("event.terminated")
def event_marks_terminated(server: Server) -> None:
    """An event to an instance that has ended is refused, but puts an error on the instance."""
    marked: set[str] = set()

    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.executions.get(call.path["instanceID"])
        if execution is not None and execution.ended.is_set():
            marked.add(execution.instance_id)
        return await original(call)

    around(server, "sendEvent", handle)
    edit(server, "getInstance", lambda found: found | {"error": "late event"} if found["id"] in marked else found)


@fault("event.terminated-refused", profile="smoke")
def event_to_terminated_accepted(server: Server) -> None:
    """An event to an instance that has ended gets 204."""

    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.executions.get(call.path["instanceID"])
        return Reply(204) if execution is not None and execution.ended.is_set() else await original(call)

    around(server, "sendEvent", handle)


@fault("event.malformed", profile="smoke")
def event_without_name_accepted(server: Server) -> None:
    """An event without a name gets 204."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            nameless = "name" not in read(call.body)
        except (MalformedJson, TypeError):
            nameless = False
        return Reply(204) if nameless else await original(call)

    around(server, "sendEvent", handle)


@fault("event.malformed", "stage.waits")
def refused_event_ends_stage(server: Server) -> None:
    """An event that is refused as malformed ends the waiting stage nevertheless."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            execution = server.engine.executions.get(call.path["instanceID"])
            if execution is not None and execution.waiting_for is not None:
                server.engine.deliver(execution, execution.waiting_for)
            raise

    around(server, "sendEvent", handle)


FAULTS = (
    events_swallowed,
    events_reach_first_stage_only,
    sixth_match_swallowed,
    stuck_after_event,
    burst_loses_events,
    fourth_of_a_burst_lost,
    event_ends_two_stages,
    events_redelivered,
    early_events_lost,
    waiting_instance_unknown,
    event_to_nobody_accepted,
    event_marks_terminated,
    event_to_terminated_accepted,
    event_without_name_accepted,
    refused_event_ends_stage,
)
