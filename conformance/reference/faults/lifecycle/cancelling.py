"""Faults of cancelling instances."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from conformance.reference.engine.clock import MILLISECOND
from conformance.reference.engine.instances import CANCELLED
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.answers.envelope import on_each
from conformance.reference.faults.fault import alter, around, edit, edit_many, fault, held, on_refusal, race
from conformance.reference.faults.lifecycle.runs import without
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import ApiError, NotFound
from conformance.reference.wire.exact_json import Json

Cancel = Callable[[str], None]

_TRANSACTION_S = 0.004


def unless(holds: Callable[[Execution], bool], server: Server) -> Callable[[Cancel], Cancel]:
    """Cancel, unless ``holds``."""

    def make(cancel: Cancel) -> Cancel:
        def cancelled(instance_id: str) -> None:
            if not holds(server.engine.execution(instance_id)):
                cancel(instance_id)

        return cancelled

    return make


def _kind(execution: Execution) -> str:
    return next(iter(execution.stages[execution.stage])) if execution.stage_open else ""


@fault("cancel.terminates", profile="smoke")
def cancel_ignored(server: Server) -> None:
    """A cancellation gets 204, and does nothing."""
    alter(server.engine, "cancel", unless(lambda _: True, server))


@fault("cancel.terminates")
def cancel_after_run_lost(server: Server) -> None:
    """A cancellation within 60 ms of the run is lost behind its 204."""

    def young(execution: Execution) -> bool:
        return server.clock.now() - server.log.of(execution.instance_id)[0].at < race(server, 60)

    alter(server.engine, "cancel", unless(young, server))


@fault("cancel.terminates")
def cancel_during_delay_lost(server: Server) -> None:
    """A cancellation during a delay is lost behind its 204."""
    alter(server.engine, "cancel", unless(lambda execution: _kind(execution) == "delay", server))


@fault("cancel.terminates")
def cancel_in_later_stage_lost(server: Server) -> None:
    """A cancellation after the first stage is lost behind its 204."""
    alter(server.engine, "cancel", unless(lambda execution: execution.stage > 0, server))


@fault("cancel.terminates", profile="smoke")
def cancel_answers_with_body(server: Server) -> None:
    """Cancelling is done, but answered with 200 and a body in place of 204."""

    async def handle(original: Handler, call: Call) -> Reply:
        await original(call)
        return data(200, server.views.instance(call.path["instanceID"]))

    around(server, "cancelEvent", handle)


@fault("cancel.error", profile="smoke")
def cancelled_without_error(server: Server) -> None:
    """A cancelled instance tells no error."""
    edit(server, "getInstance", lambda one: without(one, "error") if one.get("error") == CANCELLED else one)


@fault("cancel.error")
def cancelled_stage_without_error(server: Server) -> None:
    """The stage that a cancellation ended tells no error in the status."""
    strip = on_each(lambda entry: without(entry, "error") if entry.get("error") == CANCELLED else entry)
    edit(server, "getInstance", lambda found: found | {"status": strip(found["status"])})


def _reopen(entry: Json) -> Json:
    return without(entry, "terminatedAt", "error") if entry.get("error") == CANCELLED else entry


@fault("cancel.closes-stage", "stage.none-open", profile="smoke")
def cancel_leaves_stage_open(server: Server) -> None:
    """The status of a cancelled instance shows its last stage open."""
    edit(server, "getInstance", lambda found: found | {"status": on_each(_reopen)(found["status"])})


@fault("cancel.closes-stage", "stage.none-open", profile="thorough")
def early_cancel_leaves_stage_open(server: Server) -> None:
    """An instance cancelled within 60 ms of its run shows its last stage open."""

    def change(found: Json) -> Json:
        changes = server.log.of(found["id"])
        young = changes[-1].at - changes[0].at < race(server, 60)
        return found | {"status": on_each(_reopen)(found["status"])} if young else found

    edit(server, "getInstance", change)


def _go_on(server: Server, execution: Execution, after: Callable[[], Awaitable[object]]) -> None:
    """Start the next stage of a cancelled execution once ``after`` has come."""

    async def go_on() -> None:
        await after()
        number = execution.stage + 1
        if number < len(execution.stages):
            await server.engine.run_stage(execution, number, execution.stages[number])

    execution.task = asyncio.create_task(go_on())


def _after_cancelling(server: Server, then: Callable[[Execution], None]) -> Callable[[Cancel], Cancel]:
    def make(cancel: Cancel) -> Cancel:
        def cancelled(instance_id: str) -> None:
            execution = server.engine.execution(instance_id)
            waited = execution.stage_open
            cancel(instance_id)
            if waited:
                then(execution)

        return cancelled

    return make


@fault("cancel.stops-stages", profile="smoke")
def cancel_ends_only_its_stage(server: Server) -> None:
    """Cancelling ends the instance and its stage, but the next stage starts a little later."""

    def then(execution: Execution) -> None:
        _go_on(server, execution, lambda: asyncio.sleep(0.05))

    alter(server.engine, "cancel", _after_cancelling(server, then))


@fault("cancel.deaf", "cancel.stops-stages")
def cancelled_still_hears(server: Server) -> None:
    """An event that a cancelled instance waited for, and no other, starts its next stage."""
    ears: dict[str, tuple[str, asyncio.Event]] = {}

    def then(execution: Execution) -> None:
        ((kind, _),) = execution.stages[execution.stage].items()
        started = [change for change in server.log.of(execution.instance_id) if change.kind == "stage-started"]
        if kind == "wait_event":
            heard = asyncio.Event()
            ears[execution.instance_id] = started[-1].data["input"]["event"], heard
            _go_on(server, execution, heard.wait)

    def make(send: Callable[[str, str], None]) -> Callable[[str, str], None]:
        def sent(instance_id: str, name: str) -> None:
            awaited, heard = ears.get(instance_id, (None, None))
            if heard is not None and awaited == name:
                heard.set()
            else:
                send(instance_id, name)

        return sent

    alter(server.engine, "cancel", _after_cancelling(server, then))
    alter(server.engine, "send_event", make)


@fault("cancel.not-running", "list.running", profile="smoke")
def cancelled_listed_as_running(server: Server) -> None:
    """Cancelled instances are among those listed as running."""

    async def handle(original: Handler, call: Call) -> Reply:
        if call.query.get("running") != "true":
            return await original(call)
        found = server.views.instances(call.query.get("workflowID"), False)
        return data(200, [one for one in found if not one["terminated"] or one.get("error") == CANCELLED])

    around(server, "listInstances", handle)


@fault("cancel.unknown-instance", profile="smoke")
def nobody_cancelled(server: Server) -> None:
    """Cancelling an unknown instance gets 204."""
    on_refusal(server, "cancelEvent", NotFound, lambda _: Reply(204))


@fault("cancel.terminated")
def terminated_cancelled_again(server: Server) -> None:
    """Cancelling an instance that has ended puts an error on it."""
    marked: set[str] = set()

    def make(cancel: Cancel) -> Cancel:
        def cancelled(instance_id: str) -> None:
            if server.engine.execution(instance_id).ended.is_set():
                marked.add(instance_id)
            cancel(instance_id)

        return cancelled

    def mark(found: Json) -> Json:
        return found | {"error": CANCELLED} if found["id"] in marked and found["terminated"] else found

    alter(server.engine, "cancel", make)
    edit_many(server, ("getInstance", "listInstances"), on_each(mark))


@fault("cancel.terminates")
def cancel_after_event_lost(server: Server) -> None:
    """A cancellation within 400 ms of an event that ended a stage of the instance gets 204, and does nothing."""
    moved: dict[str, int] = {}

    def hear(deliver: Callable[[Execution, str], None]) -> Callable[[Execution, str], None]:
        def delivered(execution: Execution, name: str) -> None:
            if execution.waiting_for == name:
                moved[execution.instance_id] = server.clock.now()
            deliver(execution, name)

        return delivered

    def just_moved(execution: Execution) -> bool:
        return server.clock.now() - moved.get(execution.instance_id, 0) < 400 * MILLISECOND

    alter(server.engine, "deliver", hear)
    alter(server.engine, "cancel", unless(just_moved, server))


@fault("envelope.no-5xx", "cancel.terminates")
def cancellations_at_once_crash(server: Server) -> None:
    """Of two cancellations of one instance at the same time, the second gets 500."""
    under_way: list[str] = []

    async def handle(original: Handler, call: Call) -> Reply:
        instance = call.path["instanceID"]
        if instance in under_way:
            raise ApiError("deadlock detected")
        async with held(under_way, instance, _TRANSACTION_S):
            return await original(call)

    around(server, "cancelEvent", handle)


FAULTS = (
    cancellations_at_once_crash,
    cancel_after_event_lost,
    cancel_ignored,
    cancel_after_run_lost,
    cancel_during_delay_lost,
    cancel_in_later_stage_lost,
    cancel_answers_with_body,
    cancelled_without_error,
    cancelled_stage_without_error,
    cancel_leaves_stage_open,
    early_cancel_leaves_stage_open,
    cancel_ends_only_its_stage,
    cancelled_still_hears,
    cancelled_listed_as_running,
    nobody_cancelled,
    terminated_cancelled_again,
)
