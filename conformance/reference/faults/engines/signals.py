"""Faults of events: lost, delivered to the wrong stage, or counted more often than they were sent."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from conformance.reference.engine.stages import Execution
from conformance.reference.faults.answers.limits import hears
from conformance.reference.faults.fault import alter, around, fault, race
from conformance.reference.faults.lifecycle.cancelling import unless
from conformance.reference.faults.lifecycle.variables import siblings
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid

Deliver = Callable[[Execution, str], None]


@fault("cancel.terminates")
def cancel_beside_event_lost(server: Server) -> None:
    """A cancellation within 40 ms of the event that ends the stage is lost behind its 204."""
    moved: dict[str, int] = {}

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            if execution.waiting_for == name:
                moved[execution.instance_id] = server.clock.now()
            deliver(execution, name)

        return delivered

    def beside(execution: Execution) -> bool:
        return server.clock.now() - moved.get(execution.instance_id, 0) < race(server, 40)

    alter(server.engine, "deliver", make)
    alter(server.engine, "cancel", unless(beside, server))


@fault("event.matching", "run.isolated")
def events_reach_the_oldest_waiting(server: Server) -> None:
    """An event ends the oldest stage that waits for its name, whatever the instance that it was sent to."""

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            waiting = [each for each in server.engine.executions.values() if each.waiting_for == name]
            deliver(min(waiting, key=lambda each: each.stage_started_at, default=execution), name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.once", "stage.waits")
def second_wait_for_a_name_skipped(server: Server) -> None:
    """A second stage of an instance that waits for the same name is skipped: the name counts as heard."""
    original = server.stage_kinds.wait_event
    heard: set[tuple[str, str]] = set()

    async def wait(execution: Execution, parameters: dict[str, str]) -> None:
        key = (execution.instance_id, parameters["event"])
        if key not in heard:
            await original(execution, parameters)
        heard.add(key)

    server.stage_kinds.kinds["wait_event"] = wait


@fault("event.matching", "event.burst")
def events_of_one_name_collapse(server: Server) -> None:
    """Of the events of one name to one instance, the third and later ones are taken for repetitions and dropped."""
    sent: Counter[tuple[str, str]] = Counter()

    def fresh(execution: Execution, name: str) -> bool:
        sent[execution.instance_id, name] += 1
        return sent[execution.instance_id, name] <= 2

    hears(server, fresh)


@fault("event.matching", "event.burst")
def events_at_once_lose_their_names(server: Server) -> None:
    """Of events that arrive within 3 ms, wherever they go, each takes the name of the one before it."""
    last: tuple[str, int] = ("", 0)

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            nonlocal last
            (before, at), now = last, server.clock.now()
            last = (name, now)
            deliver(execution, before if now - at < race(server, 3) else name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.matching", "event.burst")
def waits_after_delays_hear_late(server: Server) -> None:
    """A stage that waits right after a delay hears nothing at first, on a fast server for a second."""

    def awake(execution: Execution, name: str) -> bool:
        del name
        before = next(iter(execution.stages[execution.stage - 1])) if execution.stage > 0 else ""
        return before != "delay" or server.clock.now() - execution.stage_started_at > race(server, 1000)

    hears(server, awake)


@fault("stage.waits", "event.other")
def events_named_cancel_cancel(server: Server) -> None:
    """An event named cancel cancels the instance: the engine's own signal has that name."""

    def make(deliver: Callable[[Execution, str], None]) -> Callable[[Execution, str], None]:
        def delivered(execution: Execution, name: str) -> None:
            if name == "cancel" and execution.waiting_for != name:
                server.engine.cancel(execution.instance_id)
            else:
                deliver(execution, name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.terminated", "stage.monotone")
def late_events_touch_the_end(server: Server) -> None:
    """An event to an instance that has ended is refused, but its end is told anew."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        finally:
            execution = server.engine.executions.get(call.path["instanceID"])
            if execution is not None and execution.ended.is_set():
                last = server.log.of(execution.instance_id)[-1]
                server.log.append(last.kind, execution.instance_id, **last.data)

    around(server, "sendEvent", handle)


@fault("stage.waits", "event.once")
def heard_again_after_a_second(server: Server) -> None:
    """An event that ended a stage is heard once more a second later."""

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            if execution.waiting_for == name:
                asyncio.get_running_loop().call_later(1.0, deliver, execution, name)
            deliver(execution, name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.matching", "event.burst")
def repetitions_are_dropped(server: Server) -> None:
    """An event that repeats the last one of its name to its instance within half a second is taken for a retry."""
    last: dict[tuple[str, str], int] = {}

    def first(execution: Execution, name: str) -> bool:
        key, now = (execution.instance_id, name), server.clock.now()
        before, last[key] = last.get(key, 0), now
        return now - before > race(server, 500)

    hears(server, first)


@fault("run.isolated", "stage.waits", "event.once")
def later_waits_hear_siblings(server: Server) -> None:
    """An event that ends a stage ends that of one more instance of the workflow, if it is not its first one."""

    def make(deliver: Callable[[Execution, str], None]) -> Callable[[Execution, str], None]:
        def delivered(execution: Execution, name: str) -> None:
            heard = execution.waiting_for == name
            deliver(execution, name)
            others = siblings(server, execution.instance_id) if heard else []
            for other in [each for each in others if each.stage > 0 and each.waiting_for == name][:1]:
                deliver(other, name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("run.isolated", "stage.waits")
def strays_find_the_sibling_that_waits(server: Server) -> None:
    """An event that its instance does not wait for goes to another one of the workflow that does, if there is one."""

    def make(deliver: Deliver) -> Deliver:
        def delivered(execution: Execution, name: str) -> None:
            others = siblings(server, execution.instance_id) if execution.waiting_for != name else []
            deliver(next((each for each in others if each.waiting_for == name), execution), name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.matching")
def events_during_delays_cost_the_next(server: Server) -> None:
    """An event during a delay does nothing, but the next one of its name to the instance counts as its repetition."""
    seen = set[tuple[str, str]]()

    def comes(execution: Execution, name: str) -> bool:
        key = execution.instance_id, name
        if execution.waiting_for == name and key in seen:
            seen.discard(key)
            return False
        if execution.stage_open and "delay" in execution.stages[execution.stage]:
            seen.add(key)
        return True

    hears(server, comes)


@fault("cancel.terminates", "envelope.answers")
def refused_events_keep_the_lock(server: Server) -> None:
    """An event that is refused as malformed leaves its instance locked: a cancellation of it is never answered."""
    locked = set[str]()

    async def send(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            locked.add(call.path["instanceID"])
            raise

    async def cancel(original: Handler, call: Call) -> Reply:
        if call.path["instanceID"] in locked:
            await asyncio.Event().wait()
        return await original(call)

    around(server, "sendEvent", send)
    around(server, "cancelEvent", cancel)


FAULTS = (
    cancel_beside_event_lost,
    events_reach_the_oldest_waiting,
    second_wait_for_a_name_skipped,
    events_of_one_name_collapse,
    events_at_once_lose_their_names,
    waits_after_delays_hear_late,
    events_named_cancel_cancel,
    late_events_touch_the_end,
    heard_again_after_a_second,
    repetitions_are_dropped,
    later_waits_hear_siblings,
    strays_find_the_sibling_that_waits,
    events_during_delays_cost_the_next,
    refused_events_keep_the_lock,
)
