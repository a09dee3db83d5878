"""Faults that depend on the state an instance is in: what it has done so far decides whether it is heard or stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable

from conformance.reference.engine.clock import SECOND
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.answers.limits import hears
from conformance.reference.faults.fault import alter, around, fault
from conformance.reference.faults.lifecycle.cancelling import unless
from conformance.reference.faults.lifecycle.variables import siblings
from conformance.reference.faults.resources.leftovers import workflow_of
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid


def _kinds_so_far(execution: Execution) -> list[str]:
    return [next(iter(stage)) for stage in execution.stages[: execution.stage]]


@fault("cancel.terminates")
def updates_shield_from_cancellation(server: Server) -> None:
    """An instance that has updated an account ignores cancellations."""
    alter(server.engine, "cancel", unless(lambda execution: "update" in _kinds_so_far(execution), server))


@fault("cancel.terminates")
def variables_shield_from_cancellation(server: Server) -> None:
    """An instance that was run with variables ignores cancellations."""
    alter(server.engine, "cancel", unless(lambda execution: bool(execution.variables), server))


@fault("cancel.terminates")
def dates_shield_from_cancellation(server: Server) -> None:
    """An instance that has come past a delay with a date ignores cancellations."""

    def dated(execution: Execution) -> bool:
        return any("until" in stage.get("delay", {}) for stage in execution.stages[: execution.stage])

    alter(server.engine, "cancel", unless(dated, server))


@fault("cancel.terminates")
def reads_shield_from_cancellation(server: Server) -> None:
    """Once the history of a later stage was read, an instance ignores cancellations."""
    read: set[str] = set()

    async def handle(original: Handler, call: Call) -> Reply:
        if call.path["number"] != "0":
            read.add(call.path["instanceID"])
        return await original(call)

    around(server, "getInstanceStageHistory", handle)
    alter(server.engine, "cancel", unless(lambda execution: execution.instance_id in read, server))


@fault("event.matching")
def reads_deafen(server: Server) -> None:
    """Once its history was read five times, an instance hears no event."""
    read: Counter[str] = Counter()

    async def handle(original: Handler, call: Call) -> Reply:
        read[call.path["instanceID"]] += 1
        return await original(call)

    around(server, "getInstanceHistory", handle)
    hears(server, lambda execution, _: read[execution.instance_id] < 5)


@fault("event.other", "stage.waits")
def first_name_ends_later_waits(server: Server) -> None:
    """A later wait of an instance is ended by the name of its first one, too."""
    first: dict[str, str] = {}

    def make(deliver: Callable[[Execution, str], None]) -> Callable[[Execution, str], None]:
        def delivered(execution: Execution, name: str) -> None:
            awaited = execution.waiting_for
            if awaited is not None and name == first.setdefault(execution.instance_id, awaited):
                name = awaited
            deliver(execution, name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.matching")
def cold_instances_lose_an_event(server: Server) -> None:
    """An instance that no request was about for five seconds loses the event that comes first then."""
    touched: dict[str, int] = {}

    async def touch(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        touched[call.path["instanceID"]] = server.clock.now()
        return reply

    for operation in ("getInstance", "getInstanceHistory", "getInstanceStageHistory", "sendEvent"):
        around(server, operation, touch)

    def warm(execution: Execution, name: str) -> bool:
        del name
        now = server.clock.now()
        return now - touched.get(execution.instance_id, now) < 5 * SECOND

    hears(server, warm)


@fault("event.matching")
def refused_events_swallow_the_next(server: Server) -> None:
    """After a malformed event the next one to that instance is lost behind its 204."""
    broken: set[str] = set()

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            broken.add(call.path["instanceID"])
            raise

    def whole(execution: Execution, name: str) -> bool:
        del name
        lost = execution.instance_id in broken
        broken.discard(execution.instance_id)
        return not lost

    around(server, "sendEvent", handle)
    hears(server, whole)


@fault("run.completes", "run.isolated")
def failures_take_siblings(server: Server) -> None:
    """When an instance fails, the others of its workflow that run are cancelled as well."""

    def make(end: Callable[..., None]) -> Callable[..., None]:
        def ended(execution: Execution, how: str, error: str | None) -> None:
            end(execution, how, error)
            if how == "instance-ended" and error is not None:
                for other in siblings(server, execution.instance_id):
                    server.engine.cancel(other.instance_id)

        return ended

    alter(server.engine, "end", make)


@fault("run.completes")
def breaker_after_two_failures(server: Server) -> None:
    """Once two instances of a workflow have failed, its next ones end at once with an error."""
    failures: Counter[str] = Counter()

    def ending(end: Callable[..., None]) -> Callable[..., None]:
        def ended(execution: Execution, how: str, error: str | None) -> None:
            failures[workflow_of(server, execution.instance_id) or ""] += how == "instance-ended" and error is not None
            end(execution, how, error)

        return ended

    def running(run: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def ran(execution: Execution) -> None:
            if failures[workflow_of(server, execution.instance_id) or ""] < 2:
                await run(execution)
            else:
                server.engine.end(execution, "instance-ended", "circuit open")

        return ran

    alter(server.engine, "end", ending)
    alter(server.engine, "run", running)


FAULTS = (
    breaker_after_two_failures,
    cold_instances_lose_an_event,
    first_name_ends_later_waits,
    refused_events_swallow_the_next,
    failures_take_siblings,
    updates_shield_from_cancellation,
    variables_shield_from_cancellation,
    dates_shield_from_cancellation,
    reads_shield_from_cancellation,
    reads_deafen,
)
