"""Effects that come late: each view lags in its own way, but never goes back, and timers tick."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from benchmarks.freedoms.freedom import Freedom, of_options, of_server
from conformance.reference.engine.clock import MILLISECOND
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import alter
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json

_WINDOWS = "after a 201 or 204 the effect may take a while to be seen, in each view its own while"
_BIRTHS = ("instance-created", "workflow-created", "workflow-deleted")

_ENDS = ("instance-ended", "instance-cancelled")
_TICK = 500 * MILLISECOND


def _lag(server: Server, span_ms: Callable[[str, str], float]) -> None:
    """Have a view show a change so many milliseconds later; what holds at once for every request does so."""

    def later(original: Callable[[str, str], int]) -> Callable[[str, str], int]:
        def lag(view: str, kind: str) -> int:
            more = 0 if kind in _BIRTHS and view != "lists" else span_ms(view, kind)
            return original(view, kind) + round(more * MILLISECOND)

        return lag

    alter(server.pacing, "lag", later)


@of_server(_WINDOWS, "lags")
def each_view_lags_at_random(server: Server, chance: Random) -> None:
    """Each change shows after 0 to 150 ms, drawn for each view."""

    def span(view: str, kind: str) -> float:
        del view, kind
        return chance.uniform(0, 150)

    _lag(server, span)


@of_server(_WINDOWS, "lags")
def lists_lag(server: Server, chance: Random) -> None:
    """Lists of instances show the end of one up to 300 ms later, single reads up to 150 ms."""

    def span(view: str, kind: str) -> float:
        return chance.uniform(0, 300 if view == "lists" else 150) if kind in _ENDS else 0

    _lag(server, span)


@of_server(_WINDOWS, "lags")
def histories_lead(server: Server, chance: Random) -> None:
    """History is up to date at once, single reads are 100 ms behind it."""
    del chance

    def span(view: str, kind: str) -> float:
        del kind
        return 100 if view in ("status", "instance") else 0

    _lag(server, span)


@of_server(_WINDOWS, "lags")
def histories_far_behind(server: Server, chance: Random) -> None:
    """History is 1.2 s behind single reads, and so are lists of instances where one has ended."""
    del chance

    def span(view: str, kind: str) -> float:
        return 1200 if view == "history" or (view == "lists" and kind in _ENDS) else 0

    _lag(server, span)


@of_server(_WINDOWS, "lags")
def some_instances_lag(server: Server, chance: Random) -> None:
    """What one instance in three shows is 200 ms late, as on a shard of its own."""
    shards: dict[str, float] = {}
    current = [0.0]

    def sharded(original: Any) -> Any:
        def append(kind: str, subject: str, stage: int = -1, /, **data: Json) -> Any:
            current[0] = shards.setdefault(subject, 200.0 if chance.random() < 1 / 3 else 0.0)
            return original(kind, subject, stage, **data)

        return append

    def span(view: str, kind: str) -> float:
        del view, kind
        return current[0]

    alter(server.log, "append", sharded)
    _lag(server, span)


@of_server("one view of one instance may be late now and then; nothing else repeats it", "late views")
def a_view_late_now_and_then(server: Server, chance: Random) -> None:
    """One change in eight hundred shows in a view a second later."""

    def span(view: str, kind: str) -> float:
        del view, kind
        return 1000 if chance.random() < 1 / 800 else 0

    _lag(server, span)


@of_server("a delay of d ends not before d, and does end", "timers")
def timers_tick(server: Server, chance: Random) -> None:
    """A delay ends at the next tick of half a second after it is over."""
    del chance
    plain, clock = server.stage_kinds.kinds["delay"], server.clock

    async def delay(execution: Execution, parameters: Json) -> None:
        await plain(execution, parameters)
        await clock.sleep_until(-(-clock.now() // _TICK) * _TICK)

    server.stage_kinds.kinds["delay"] = delay


_SLOW = "The windows of a real server, drawn at random."

FREEDOMS: tuple[Freedom, ...] = (
    timers_tick,
    each_view_lags_at_random,
    lists_lag,
    histories_lead,
    histories_far_behind,
    some_instances_lag,
    a_view_late_now_and_then,
    of_options("slow", _SLOW, _WINDOWS, "pace", slow=True, latency=0.4, jitter=True),
    of_options("like-real", "In time like a real server.", _WINDOWS, "pace", slow=True, like="real"),
)
