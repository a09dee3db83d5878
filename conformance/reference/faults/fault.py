"""What a fault is, and the few tools with which faults alter an assembled server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Literal, TypeVar

from conformance.reference.engine.clock import MILLISECOND
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import ApiError
from conformance.reference.wire.exact_json import Json, read, write

T = TypeVar("T")
Apply = Callable[[Server], None]
Variables = Mapping[str, str]
Profile = Literal["smoke", "standard", "thorough"]
_ABOUT_TOKENS = "auth."


@dataclass(frozen=True)
class Fault:
    """A named defect: ``breaks`` are requirement ids, the one that should catch it first in front.

    ``profile`` is the smallest run that should notice it. ``rare`` is the share of occasions on which it strikes, None
    when it always does. ``tokens``: it shows only where tokens are demanded. ``apply`` replaces parts of an assembled
    server by defective ones.
    """

    name: str
    summary: str
    breaks: tuple[str, ...]
    profile: Profile = "standard"
    rare: float | None = None
    tokens: bool = False
    apply: Apply = field(kw_only=True, repr=False)


def fault(
    *breaks: str, profile: Profile = "standard", rare: float | None = None, tokens: bool = False
) -> Callable[[Apply], Fault]:
    """Make a Fault of a function: its name, with dashes, and its docstring are the fault's name and summary."""

    def make(apply: Apply) -> Fault:
        name = apply.__name__.replace("_", "-")
        needed = tokens or all(rule.startswith(_ABOUT_TOKENS) for rule in breaks)
        return Fault(name, (apply.__doc__ or "").strip(), breaks, profile, rare, needed, apply=apply)

    return make


def alter(owner: object, name: str, make: Callable[[Any], Any]) -> None:
    """Replace the method ``name`` of one object by ``make(method)``."""
    setattr(owner, name, make(getattr(owner, name)))


def around(server: Server, operation: str, handle: Callable[[Handler, Call], Awaitable[Reply]]) -> None:
    """Have ``handle(original, call)`` answer an operation."""
    original = server.handlers[operation]

    async def handler(call: Call) -> Reply:
        return await handle(original, call)

    server.handlers[operation] = handler


def started_with(server: Server, change: Callable[[Variables], Variables]) -> None:
    """Start instances with other variables than they were given."""
    alter(server.engine, "start", lambda start: lambda workflow, variables: start(workflow, change(variables)))


def race(server: Server, milliseconds: float) -> int:
    """For how long (ns) two things count as at once: longer by as much as the server's answers take.

    A race lasts as long as what is under way meanwhile, so on a slow server nothing is over within milliseconds.
    """
    return round(milliseconds * MILLISECOND * server.pacing.slowness)


@contextlib.asynccontextmanager
async def held(under_way: list[T], key: T, seconds: float) -> AsyncIterator[None]:
    """A request that is among those under way for some seconds at the least, so that others come meanwhile."""
    under_way.append(key)
    try:
        await asyncio.sleep(seconds)
        yield
    finally:
        under_way.remove(key)


async def before_deletion(server: Server, workflow: str, original: Handler, call: Call) -> Reply:
    """The answer as if a workflow, the last change of which is its deletion, were not deleted yet."""
    changes = server.log.of(workflow)
    deletion = changes.pop()
    try:
        return await original(call)
    finally:
        changes.append(deletion)


def edit(server: Server, operation: str, change: Callable[[Json], Json]) -> None:
    """Pass the ``data`` of an operation's successes through ``change``."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        return replace(reply, body=write({"data": change(read(reply.body)["data"])}))

    around(server, operation, handle)


def edit_many(server: Server, operations: tuple[str, ...], change: Callable[[Json], Json]) -> None:
    """``edit`` for several operations."""
    for operation in operations:
        edit(server, operation, change)


def on_refusal(server: Server, operation: str, kind: type[ApiError], answer: Callable[[Call], Reply]) -> None:
    """Answer with ``answer(call)`` where the operation would refuse with ``kind``."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except kind:
            return answer(call)

    around(server, operation, handle)


def every(number: int) -> Callable[[], bool]:
    """A function that says True on every ``number``-th call."""
    calls = count(1)
    return lambda: next(calls) % number == 0


def map_numbers(value: Json, change: Callable[[Any], Any]) -> Json:
    """A copy of ``value`` in which every number has been changed."""
    if isinstance(value, dict):
        return {key: map_numbers(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [map_numbers(item, change) for item in value]
    return value if isinstance(value, str | bool) or value is None else change(value)
