"""Faults of delays: they end early, late, or never."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable

from conformance.reference.engine.clock import MILLISECOND, SECOND
from conformance.reference.engine.durations import date_time, duration
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import fault
from conformance.reference.faults.resources.leftovers import workflow_of
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json

# Up to three digits: what has more is read rightly.
_FRACTION = re.compile(r"\.(\d{1,3})(?!\d)")
_MICROSECONDS = re.compile("us|µs|μs")
_FINE = re.compile(r"\.\d{7}")


def _delay_for(server: Server, length: Callable[[str], int]) -> None:
    original = server.stage_kinds.delay

    async def delay(execution: Execution, parameters: Json) -> None:
        if "duration" not in parameters or duration(parameters["duration"]) is None:
            return await original(execution, parameters)
        return await server.clock.sleep_until(execution.stage_started_at + length(parameters["duration"]))

    server.stage_kinds.kinds["delay"] = delay


@fault("run.delay-duration", profile="smoke")
def delays_end_early(server: Server) -> None:
    """A delay ends after half of its duration."""
    _delay_for(server, lambda text: (duration(text) or 0) // 2)


@fault("run.delay-duration")
def a_second_is_none(server: Server) -> None:
    """A delay of exactly one second ends at once."""
    _delay_for(server, lambda text: 0 if duration(text) == SECOND else duration(text) or 0)


@fault("run.delay-duration")
def delays_of_whole_seconds(server: Server) -> None:
    """The part of a delay's duration beyond whole seconds is dropped."""
    _delay_for(server, lambda text: (duration(text) or 0) // SECOND * SECOND)


@fault("run.delay-duration", "run.completes")
def second_delay_endless(server: Server) -> None:
    """The second delay of a workflow takes an hour longer."""
    original = server.stage_kinds.delay

    async def delay(execution: Execution, parameters: Json) -> None:
        await original(execution, parameters)
        if sum("delay" in stage for stage in execution.stages[: execution.stage + 1]) == 2:
            await server.clock.sleep_until(server.clock.now() + 3600 * SECOND)

    server.stage_kinds.kinds["delay"] = delay


def _delay_until(server: Server, end: Callable[[str], int]) -> None:
    original = server.stage_kinds.delay

    async def delay(execution: Execution, parameters: Json) -> None:
        if "until" in parameters and "duration" not in parameters:
            return await server.clock.sleep_until(end(parameters["until"]))
        return await original(execution, parameters)

    server.stage_kinds.kinds["delay"] = delay


@fault("run.delay-until")
def until_ignored(server: Server) -> None:
    """A delay until an instant ends at once."""
    _delay_until(server, lambda _: 0)


@fault("run.delay-until")
def until_cut_to_seconds(server: Server) -> None:
    """A delay until an instant ends at the beginning of that instant's second."""
    _delay_until(server, lambda text: (date_time(text) or 0) // SECOND * SECOND)


@fault("run.delay-until")
def until_without_zone(server: Server) -> None:
    """A delay until an instant takes the local time for UTC when the instant is written with a positive offset."""

    def end(text: str) -> int:
        return 0 if text[-6:-5] == "+" and text[-5:] != "00:00" else date_time(text) or 0

    _delay_until(server, end)


@fault("run.delay-until")
def fractions_are_milliseconds(server: Server) -> None:
    """In a delay until an instant the digits of a second's fraction count as milliseconds: .5 is five of them."""

    def end(text: str) -> int:
        at, fraction = date_time(text) or 0, _FRACTION.search(text)
        return at if fraction is None else at // SECOND * SECOND + int(fraction[1]) * MILLISECOND

    _delay_until(server, end)


@fault("run.delay-until")
def fine_moments_are_past(server: Server) -> None:
    """A delay until an instant with more than six digits of a second's fraction ends at once."""
    _delay_until(server, lambda text: 0 if _FINE.search(text) else date_time(text) or 0)


@fault("run.delay-duration")
def hours_are_minutes(server: Server) -> None:
    """The hours of a delay's duration are taken for minutes."""
    _delay_for(server, lambda text: duration(text.replace("h", "m")) or 0)


@fault("run.delay-duration", "run.completes")
def microseconds_are_milliseconds(server: Server) -> None:
    """The microseconds of a delay's duration are taken for milliseconds."""
    _delay_for(server, lambda text: duration(_MICROSECONDS.sub("ms", text)) or 0)


@fault("run.completes", "run.delay-duration")
def timers_of_a_workflow_queue(server: Server) -> None:
    """A delay for some time ends no sooner than those that other instances of the workflow were in when it began."""
    original = server.stage_kinds.delay
    queues: defaultdict[str | None, list[asyncio.Event]] = defaultdict(list)

    async def delay(execution: Execution, parameters: Json) -> None:
        if "duration" not in parameters:
            return await original(execution, parameters)
        queue, over = queues[workflow_of(server, execution.instance_id)], asyncio.Event()
        ahead = [*queue]
        queue.append(over)
        try:
            await original(execution, parameters)
            for other in ahead:
                await other.wait()
        finally:
            over.set()
            queue.remove(over)

    server.stage_kinds.kinds["delay"] = delay


@fault("run.completes", "run.delay-until")
def one_timer_for_a_moment(server: Server) -> None:
    """Of the delays until one moment only the one that began last ends."""
    original = server.stage_kinds.delay
    timers: dict[str, Execution] = {}

    async def delay(execution: Execution, parameters: Json) -> None:
        moment = parameters.get("until")
        timers[moment] = execution
        await original(execution, parameters)
        if moment is not None and timers[moment] is not execution:
            await asyncio.Event().wait()

    server.stage_kinds.kinds["delay"] = delay


FAULTS = (
    delays_end_early,
    a_second_is_none,
    delays_of_whole_seconds,
    second_delay_endless,
    until_ignored,
    until_cut_to_seconds,
    until_without_zone,
    fractions_are_milliseconds,
    fine_moments_are_past,
    hours_are_minutes,
    microseconds_are_milliseconds,
    timers_of_a_workflow_queue,
    one_timer_for_a_moment,
)
