"""Faults of runs: waits that never end, mixed-up variables, and timers that fire at the wrong time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from conformance.reference.engine.clock import MILLISECOND, SECOND
from conformance.reference.engine.durations import duration
from conformance.reference.engine.instances import CANCELLED
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import alter, around, fault, race
from conformance.reference.faults.lifecycle.runs import Finished
from conformance.reference.faults.resources.leftovers import executions_of
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import NotFound
from conformance.reference.wire.exact_json import Json

_LOOK_S = 10.0

End = Callable[[Execution, str, str | None], None]


@fault("envelope.answers", "run.wait")
def waiting_for_the_ended_hangs(server: Server) -> None:
    """A run with wait=true is never answered when its instance ends before the server begins to wait for it."""

    def make(finished: Finished) -> Finished:
        async def awaited(instance_id: str) -> None:
            await asyncio.sleep(race(server, 10) / SECOND)
            if server.engine.execution(instance_id).ended.is_set():
                await asyncio.Event().wait()
            await finished(instance_id)

        return awaited

    alter(server.engine, "finished", make)


@fault("run.variables", "run.isolated")
def runs_at_once_share_variables(server: Server) -> None:
    """Runs of one workflow within 5 ms share their variables: the later one's win."""
    last: dict[str, tuple[int, Execution]] = {}
    original = server.engine.start

    def start(workflow_id: str, variables: Mapping[str, str]) -> str:
        instance_id = original(workflow_id, variables)
        execution, now = server.engine.execution(instance_id), server.clock.now()
        before = last.get(workflow_id)
        if before is not None and now - before[0] < race(server, 5):
            before[1].variables = execution.variables
        last[workflow_id] = (now, execution)
        return instance_id

    alter(server.engine, "start", lambda _: start)


@fault("stage.waits", "run.delay-duration")
def timers_fire_twice(server: Server) -> None:
    """The timer of a delay fires once more 60 ms later, and ends whatever stage waits for an event by then."""
    original = server.stage_kinds.delay

    def fire(execution: Execution, stage: int) -> None:
        if execution.stage == stage + 1 and execution.waiting_for is not None:
            server.engine.deliver(execution, execution.waiting_for)

    async def delay(execution: Execution, parameters: Json) -> None:
        await original(execution, parameters)
        asyncio.get_running_loop().call_later(race(server, 60) / SECOND, fire, execution, execution.stage)

    server.stage_kinds.kinds["delay"] = delay


@fault("run.delay-duration")
def delays_over_two_seconds_in_microseconds(server: Server) -> None:
    """Delays of more than two seconds are counted in microseconds instead of milliseconds."""
    original = server.stage_kinds.delay

    async def delay(execution: Execution, parameters: Json) -> None:
        length = duration(parameters.get("duration", "0s")) or 0
        if length > 2 * SECOND:
            parameters = {"duration": f"{length // 1_000_000}us"}
        await original(execution, parameters)

    server.stage_kinds.kinds["delay"] = delay


@fault("run.delay-duration")
def timers_in_whole_tenths(server: Server) -> None:
    """A delay is cut down to whole tenths of a second."""
    original = server.stage_kinds.delay

    async def delay(execution: Execution, parameters: Json) -> None:
        length = duration(parameters.get("duration", "")) or 0
        if length:
            parameters = {"duration": f"{length // (100 * MILLISECOND) * 100}ms"}
        await original(execution, parameters)

    server.stage_kinds.kinds["delay"] = delay


@fault("run.completes")
def one_timer_for_a_workflow(server: Server) -> None:
    """A workflow has one timer: when two instances are in a delay at once, the first one's never fires."""
    original = server.stage_kinds.delay
    waiting: dict[str, Execution] = {}

    async def delay(execution: Execution, parameters: Json) -> None:
        workflow = server.log.of(execution.instance_id)[0].data["workflow"]
        waiting[workflow] = execution
        await original(execution, parameters)
        if waiting[workflow] is not execution:
            await asyncio.Event().wait()

    server.stage_kinds.kinds["delay"] = delay


def _refuse_orphans(server: Server, operation: str) -> None:
    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.execution(call.path["instanceID"])
        workflow = server.log.of(execution.instance_id)[0].data["workflow"]
        if not execution.ended.is_set() and server.views.workflow(workflow) is None:
            raise NotFound("there is no such workflow")
        return await original(call)

    around(server, operation, handle)


@fault("cancel.terminates", "event.live-known")
def orphans_cannot_be_cancelled(server: Server) -> None:
    """A cancellation of an instance whose workflow was deleted while it ran gets 404."""

    _refuse_orphans(server, "cancelEvent")


@fault("cancel.terminates")
def orphans_survive_cancellation(server: Server) -> None:
    """A cancellation of an instance whose workflow was deleted while it ran gets 204, and does nothing."""

    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.execution(call.path["instanceID"])
        workflow = server.log.of(execution.instance_id)[0].data["workflow"]
        return Reply(204) if server.views.workflow(workflow) is None else await original(call)

    around(server, "cancelEvent", handle)


@fault("cancel.stops-stages", "history.agrees")
def sends_start_after_cancellation(server: Server) -> None:
    """After a cancellation the instance's next send still starts, and is booked."""
    original = server.engine.cancel

    async def book(execution: Execution, number: int) -> None:
        await asyncio.sleep(0.02)
        await server.engine.run_stage(execution, number, execution.stages[number])

    def cancel(instance_id: str) -> None:
        execution = server.engine.execution(instance_id)
        live, coming = not execution.ended.is_set(), execution.stage + 1
        original(instance_id)
        if live and coming < len(execution.stages) and "send" in execution.stages[coming]:
            execution.task = asyncio.create_task(book(execution, coming))

    alter(server.engine, "cancel", lambda _: cancel)


@fault("stage.monotone", "cancel.error")
def cancellation_reported_twice(server: Server) -> None:
    """Half a second after a cancellation a supervisor ends the instance again, with an error of its own."""
    original = server.engine.cancel

    def again(instance_id: str) -> None:
        server.log.append("instance-cancelled", instance_id, error="lost worker")

    def cancel(instance_id: str) -> None:
        live = not server.engine.execution(instance_id).ended.is_set()
        original(instance_id)
        if live:
            asyncio.get_running_loop().call_later(0.5, again, instance_id)

    alter(server.engine, "cancel", lambda _: cancel)


@fault("run.stage-fails", "run.completes")
def failures_leave_instances_running(server: Server) -> None:
    """A stage that fails in an instance with further stages leaves the instance running for ever."""
    original = server.engine.run_stage

    async def run_stage(execution: Execution, number: int, stage: Json) -> str | None:
        error = await original(execution, number, stage)
        if error is not None and error != CANCELLED and number + 1 < len(execution.stages):
            await asyncio.Event().wait()
        return error

    alter(server.engine, "run_stage", lambda _: run_stage)


@fault("event.live-known", "event.matching")
def orphans_cannot_be_sent_events(server: Server) -> None:
    """An event to an instance whose workflow was deleted while it ran gets 404."""

    _refuse_orphans(server, "sendEvent")


@fault("run.delay-duration")
def delays_skipped_after_a_failure(server: Server) -> None:
    """Once an instance of a workflow has failed, the workflow's next instances skip their delays by duration."""
    failed = set[str]()
    original = server.stage_kinds.delay

    def workflow(execution: Execution) -> str:
        return str(server.log.of(execution.instance_id)[0].data["workflow"])

    def make(end: End) -> End:
        def ended(execution: Execution, how: str, error: str | None) -> None:
            if how == "instance-ended" and error is not None:
                failed.add(workflow(execution))
            end(execution, how, error)

        return ended

    async def delay(execution: Execution, parameters: Json) -> None:
        if workflow(execution) not in failed or duration(parameters.get("duration", "")) is None:
            await original(execution, parameters)

    alter(server.engine, "end", make)
    server.stage_kinds.kinds["delay"] = delay


@fault("run.wait")
def waits_answered_late(server: Server) -> None:
    """A run with wait=true is answered when the server looks next, which it does every ten seconds."""

    def make(finished: Finished) -> Finished:
        async def awaited(instance_id: str) -> None:
            while True:
                await asyncio.sleep(_LOOK_S)
                if server.engine.execution(instance_id).ended.is_set():
                    return await finished(instance_id)

        return awaited

    alter(server.engine, "finished", make)


@fault("run.isolated", "stage.waits")
def equal_runs_replace_one_another(server: Server) -> None:
    """A run with variables cancels the running instances of its workflow that were given the same ones."""

    def make(start: Callable[[str, Mapping[str, str]], str]) -> Callable[[str, Mapping[str, str]], str]:
        def started(workflow_id: str, variables: Mapping[str, str]) -> str:
            earlier = executions_of(server, workflow_id)
            begun = start(workflow_id, variables)
            for one in earlier:
                if variables and one.variables == variables and not one.ended.is_set():
                    server.engine.cancel(one.instance_id)
            return begun

        return started

    alter(server.engine, "start", make)


FAULTS = (
    waiting_for_the_ended_hangs,
    runs_at_once_share_variables,
    timers_fire_twice,
    delays_over_two_seconds_in_microseconds,
    timers_in_whole_tenths,
    one_timer_for_a_workflow,
    orphans_cannot_be_cancelled,
    orphans_survive_cancellation,
    sends_start_after_cancellation,
    cancellation_reported_twice,
    failures_leave_instances_running,
    orphans_cannot_be_sent_events,
    delays_skipped_after_a_failure,
    waits_answered_late,
    equal_runs_replace_one_another,
)
