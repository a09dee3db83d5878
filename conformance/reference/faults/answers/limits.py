"""Faults that show only beyond some size, number or length of time."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable

from conformance.reference.engine.clock import MILLISECOND, SECOND
from conformance.reference.engine.durations import date_time, duration
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import alter, around, fault
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import ApiError, Invalid
from conformance.reference.wire.exact_json import Json

_COLUMN = 65_535
_INBOX = 16
_STACK = 1000
_LONG_NUMBER = re.compile(rb"[0-9]{1001}")
_TIMER = (2**31 - 1) * MILLISECOND


def hears(server: Server, holds: Callable[[Execution, str], bool]) -> None:
    """Lose the events for which ``holds`` is false."""

    def make(deliver: Callable[[Execution, str], None]) -> Callable[[Execution, str], None]:
        def delivered(execution: Execution, name: str) -> None:
            if holds(execution, name):
                deliver(execution, name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("event.matching", "event.burst")
def inbox_of_sixteen(server: Server) -> None:
    """After sixteen events that no stage waited for, an instance hears no further one."""
    unread: Counter[str] = Counter()

    def room(execution: Execution, name: str) -> bool:
        if unread[execution.instance_id] >= _INBOX:
            return False
        unread[execution.instance_id] += execution.waiting_for != name
        return True

    hears(server, room)


@fault("event.matching", "event.burst")
def fourth_wait_deaf(server: Server) -> None:
    """The fourth stage of an instance that waits, and every later one, hears no event."""

    def early(execution: Execution, _: str) -> bool:
        return sum("wait_event" in stage for stage in execution.stages[: execution.stage + 1]) < 4

    hears(server, early)


@fault("event.matching")
def long_wait_deaf(server: Server) -> None:
    """A stage that has waited for fifteen seconds hears no event any more."""
    hears(server, lambda execution, _: server.clock.now() - execution.stage_started_at < 15 * SECOND)


def _shortened(server: Server, short: Callable[[Json], bool]) -> None:
    original = server.stage_kinds.delay

    async def delay(execution: Execution, parameters: Json) -> None:
        if not short(parameters):
            await original(execution, parameters)

    server.stage_kinds.kinds["delay"] = delay


@fault("run.delay-duration", "run.delay-until")
def long_timers_fire_at_once(server: Server) -> None:
    """A delay of more than 2^31 milliseconds ends at once."""

    def overflows(parameters: Json) -> bool:
        until = date_time(parameters["until"]) if "until" in parameters else None
        length = until - server.clock.now() if until is not None else duration(parameters.get("duration", ""))
        return length is not None and length > _TIMER

    _shortened(server, overflows)


@fault("run.delay-duration", "cancel.terminates")
def minutes_end_at_once(server: Server) -> None:
    """A delay of minutes is taken for one of milliseconds."""
    _shortened(server, lambda parameters: parameters.get("duration", "").endswith("m"))


@fault("list.running")
def running_list_of_ten(server: Server) -> None:
    """running=true without a workflow lists the ten oldest instances that run, and no more."""

    async def handle(original: Handler, call: Call) -> Reply:
        if call.query.get("running") != "true" or "workflowID" in call.query:
            return await original(call)
        return data(200, server.views.instances(None, True)[:10])

    around(server, "listInstances", handle)


@fault("envelope.no-5xx")
def large_configuration_crashes(server: Server) -> None:
    """A configuration of more than 65,535 bytes gets 500."""
    _crashes_beyond_a_column(server, "createWorkflow")


@fault("envelope.no-5xx")
def large_variables_crash(server: Server) -> None:
    """More than 65,535 bytes of variables make the server fail."""
    _crashes_beyond_a_column(server, "runWorkflow")


def _crashes_beyond_a_column(server: Server, operation: str) -> None:
    async def handle(original: Handler, call: Call) -> Reply:
        if len(call.body) > _COLUMN:
            raise ApiError("value too long")
        return await original(call)

    around(server, operation, handle)


@fault("envelope.answers", "run.wait")
def four_waits_hold_everything(server: Server) -> None:
    """Whatever is asked for holds one of four connections until it is answered, a run with wait=true as well."""
    connections = asyncio.Semaphore(4)

    async def handle(original: Handler, call: Call) -> Reply:
        async with connections:
            return await original(call)

    for operation in tuple(server.handlers):
        around(server, operation, handle)


async def _without_nul(original: Handler, call: Call) -> Reply:
    if any("\0" in value for value in (*call.path.values(), *call.query.values())):
        raise ApiError("invalid byte sequence for encoding UTF8: 0x00")
    return await original(call)


@fault("envelope.no-5xx")
def nul_in_paths_crashes(server: Server) -> None:
    """An id with a NUL in it (%00) gets 500: the database takes no such text."""

    for operation in tuple(server.handlers):
        around(server, operation, _without_nul)


@fault("envelope.no-5xx")
def nul_in_queries_crashes(server: Server) -> None:
    """A list of the instances of a workflow whose id has a NUL in it gets 500."""

    around(server, "listInstances", _without_nul)


@fault("envelope.no-5xx")
def deep_configurations_crash(server: Server) -> None:
    """A configuration with more than a thousand lists in it gets 500: the reader calls itself for each one."""

    async def handle(original: Handler, call: Call) -> Reply:
        if call.body.count(b"[") > _STACK:
            raise ApiError("maximum recursion depth exceeded")
        return await original(call)

    around(server, "createWorkflow", handle)


@fault("workflow.exact-numbers", "workflow.create-echo")
def numbers_of_a_thousand_digits_refused(server: Server) -> None:
    """A configuration with a number of more than a thousand digits is refused: its reader takes no longer ones."""

    async def handle(original: Handler, call: Call) -> Reply:
        if _LONG_NUMBER.search(call.body):
            raise Invalid("number length exceeds the maximum of 1000")
        return await original(call)

    around(server, "createWorkflow", handle)


FAULTS = (
    inbox_of_sixteen,
    fourth_wait_deaf,
    long_wait_deaf,
    long_timers_fire_at_once,
    minutes_end_at_once,
    running_list_of_ten,
    large_configuration_crashes,
    large_variables_crash,
    four_waits_hold_everything,
    nul_in_paths_crashes,
    nul_in_queries_crashes,
    deep_configurations_crash,
    numbers_of_a_thousand_digits_refused,
)
