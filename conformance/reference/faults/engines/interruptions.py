"""Faults of interrupted waits: by unrelated events, moments, ends of delays and cancellations."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from conformance.reference.engine.clock import SECOND
from conformance.reference.engine.durations import date_time, duration
from conformance.reference.engine.instances import CANCELLED
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.answers.envelope import shifted
from conformance.reference.faults.answers.limits import hears
from conformance.reference.faults.fault import alter, around, edit, fault
from conformance.reference.faults.resources.malformed_workflows import readable
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json, write

_STRAYS = 5

Deliver = Callable[[Execution, str], None]
Stop = Callable[[str], None]


@fault("event.burst", "event.matching")
def strays_deafen_for_a_second(server: Server) -> None:
    """For a second after an event of another name a waiting stage hears nothing."""
    deaf_since: dict[str, int] = {}

    def awake(execution: Execution, name: str) -> bool:
        now = server.clock.now()
        since = deaf_since.get(execution.instance_id)
        if execution.waiting_for != name:
            deaf_since[execution.instance_id] = now
        return since is None or now - since > SECOND

    hears(server, awake)


@fault("event.other", "stage.waits")
def fifth_stray_ends_a_wait(server: Server) -> None:
    """The fifth event of another name ends a waiting stage."""
    strays: Counter[tuple[str, int]] = Counter()

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            awaited, key = execution.waiting_for, (execution.instance_id, execution.stage)
            strays[key] += awaited not in {None, name}
            deliver(execution, awaited if awaited is not None and strays[key] == _STRAYS else name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.malformed")
def numbers_name_events(server: Server) -> None:
    """An event whose name is a number is taken for one that has the number's digits as its name."""

    async def handle(original: Handler, call: Call) -> Reply:
        event = readable(call.body)
        name = event.get("name")
        if isinstance(name, int) and not isinstance(name, bool):
            call = replace(call, body=write(event | {"name": str(name)}))
        return await original(call)

    around(server, "sendEvent", handle)


@fault("run.delay-duration", "run.delay-until")
def events_end_delays(server: Server) -> None:
    """An event of whatever name ends a delay."""
    original = server.stage_kinds.delay
    woken: dict[str, asyncio.Event] = {}

    async def delay(execution: Execution, parameters: Json) -> None:
        woken[execution.instance_id] = asyncio.Event()
        sleeping = asyncio.ensure_future(original(execution, parameters))
        waking = asyncio.ensure_future(woken[execution.instance_id].wait())
        try:
            done, _ = await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            del woken[execution.instance_id]
            waking.cancel()
            sleeping.cancel()
        if sleeping in done:
            sleeping.result()

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            if execution.instance_id in woken:
                woken[execution.instance_id].set()
            deliver(execution, name)

        return delivered

    server.stage_kinds.kinds["delay"] = delay
    alter(server.engine, "deliver", make)


def _delays(server: Server, end: Callable[[Execution, Json], int | None]) -> None:
    """End delays at another moment where ``end`` gives one (nanoseconds since 1970)."""
    original = server.stage_kinds.delay

    async def delay(execution: Execution, parameters: Json) -> None:
        other = end(execution, parameters)
        await (original(execution, parameters) if other is None else server.clock.sleep_until(other))

    server.stage_kinds.kinds["delay"] = delay


def _until(parameters: Json) -> str:
    """The end of a delay that is sound; empty for any other delay."""
    written = parameters.get("until", "")
    return written if "duration" not in parameters and date_time(written) is not None else ""


@fault("run.delay-until")
def western_moments_are_utc(server: Server) -> None:
    """A delay until an instant takes the local time for UTC when the instant is written with a negative offset."""

    def end(execution: Execution, parameters: Json) -> int | None:
        del execution
        written = _until(parameters)
        return date_time(f"{written[:-6]}Z") if written[-6:-5] == "-" else None

    _delays(server, end)


@fault("run.delay-until", "run.completes")
def past_moments_never_come(server: Server) -> None:
    """A delay until an instant that has passed never ends: its timer is in the past."""

    def end(execution: Execution, parameters: Json) -> int | None:
        moment = date_time(_until(parameters))
        past = moment is not None and moment < execution.stage_started_at
        return execution.stage_started_at + 365 * 24 * 3600 * SECOND if past else None

    _delays(server, end)


@fault("run.delay-duration")
def delays_count_from_the_run(server: Server) -> None:
    """A delay is counted from the creation of its instance instead of the start of its stage."""

    def end(execution: Execution, parameters: Json) -> int | None:
        length = duration(parameters.get("duration", "")) if "until" not in parameters else None
        return None if length is None else server.log.of(execution.instance_id)[0].at + length

    _delays(server, end)


@fault("stage.monotone", "cancel.terminated")
def cancelled_again_ends_again(server: Server) -> None:
    """Cancelling an instance that was cancelled tells its end anew."""

    def make(cancel: Stop) -> Stop:
        def cancelled(instance_id: str) -> None:
            cancelled_before = server.log.of(instance_id)[-1:]
            cancel(instance_id)
            for last in cancelled_before:
                if last.kind == "instance-cancelled":
                    server.log.append(last.kind, instance_id, **last.data)

        return cancelled

    alter(server.engine, "cancel", make)


@fault("cancel.terminates")
def cancelled_delays_run_on(server: Server) -> None:
    """A cancellation during a delay takes effect when the delay would have ended."""

    def make(cancel: Stop) -> Stop:
        def cancelled(instance_id: str) -> None:
            execution = server.engine.execution(instance_id)
            if not execution.stage_open or "delay" not in execution.stages[execution.stage]:
                cancel(instance_id)
                return
            started = next(one for one in reversed(server.log.of(instance_id)) if one.kind == "stage-started")
            given = started.data["input"]
            length = duration(given.get("duration", "0s")) or 0
            end = date_time(given["until"]) if "until" in given else execution.stage_started_at + length
            left = max(0, (end or 0) - server.clock.now()) / SECOND
            if execution.task is not None:
                execution.task.cancel()
            asyncio.get_running_loop().call_later(min(left, 1e6), cancel, instance_id)

        return cancelled

    alter(server.engine, "cancel", make)


@fault("run.delay-duration", "run.completes")
def events_restart_delays(server: Server) -> None:
    """An event of whatever name begins a delay anew."""
    original = server.stage_kinds.delay
    since: dict[str, int] = {}

    async def delay(execution: Execution, parameters: Json) -> None:
        await original(execution, parameters)
        length = duration(parameters.get("duration", "0s")) or 0
        while (end := since.get(execution.instance_id, 0) + length) > server.clock.now():
            await server.clock.sleep_until(end)

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            since[execution.instance_id] = server.clock.now()
            deliver(execution, name)

        return delivered

    server.stage_kinds.kinds["delay"] = delay
    alter(server.engine, "deliver", make)


@fault("stage.none-open", "envelope.time-order")
def cancelled_stages_end_later(server: Server) -> None:
    """The stage that a cancellation ended tells an end 20 ms after that of its instance."""

    def later(found: Json) -> Json:
        if found.get("error") != CANCELLED or not found["status"]:
            return found
        last = found["status"][-1]
        return found | {
            "status": [*found["status"][:-1], last | {"terminatedAt": shifted(found["terminatedAt"], 0.02)}]
        }

    edit(server, "getInstance", later)


@fault("stage.sequence", "cancel.stops-stages", "history.agrees")
def cancellations_show_a_stage(server: Server) -> None:
    """The status of a cancelled instance has one entry more, for the cancellation."""

    def grown(found: Json) -> Json:
        if found.get("error") != CANCELLED or not found["status"]:
            return found
        last = found["status"][-1]
        return found | {"status": [*found["status"], last | {"stage": last["stage"] + 1}]}

    edit(server, "getInstance", grown)


FAULTS = (
    strays_deafen_for_a_second,
    fifth_stray_ends_a_wait,
    numbers_name_events,
    events_end_delays,
    western_moments_are_utc,
    past_moments_never_come,
    delays_count_from_the_run,
    cancelled_again_ends_again,
    cancelled_delays_run_on,
    events_restart_delays,
    cancelled_stages_end_later,
    cancellations_show_a_stage,
)
