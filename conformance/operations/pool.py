"""Workflows and instances in every state, which reads ask for. Only the requests of their own trace change them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance.operations.binding import Resources
from conformance.operations.session import OperationPlay
from conformance.trace import Exchange

Stages = list[dict[str, Any]]

QUICK: Stages = [{"noop": {}}, {"delay": {"duration": "1ms"}}]
"""The stages of a workflow that ends by itself at once."""

WAITING: Stages = [{"wait_event": {"event": "conformance-go"}}, {"noop": {}}]
"""The stages of a workflow that waits for an event."""

_DELAYED: Stages = [{"delay": {"duration": "1h"}}]
# Only the variables of a run make this duration wrong, so the stage fails when it starts.
_FAILING: Stages = [{"delay": {"duration": "${duration}"}}, {"noop": {}}]
_ACCOUNT = {"id": "conformance", "ledger": "default"}
_PAYING: Stages = [
    {
        "send": {
            "source": {"account": {"id": "world"}},
            "destination": {"account": _ACCOUNT},
            "amount": {"asset": "COIN", "amount": 1},
            "metadata": {},
        }
    },
    {"update": {"account": {**_ACCOUNT, "metadata": {"seen": "yes"}}}},
]


@dataclass(frozen=True, slots=True)
class Pool:
    """``quick``: a workflow and an ended instance, for requests that a wrong server might obey."""

    resources: Resources
    quick: Resources


async def make_pool(session: OperationPlay) -> Pool:
    """Create the pool with at most POOL_RUNS runs, and wait until its instances are in their states."""
    quick = await session.create(QUICK, "quick")
    waiting = await session.create(WAITING, "waiting")
    delayed = await session.create(_DELAYED, "delayed")
    failing = await session.create(_FAILING, "failing")
    paying = await session.create(_PAYING, "paying") if "ledger" in session.settings.features else None
    ended = await session.run(quick, wait=True)
    live = await session.run(waiting)
    cancelled = await session.run(waiting)
    held = await session.run(delayed)
    failed = await session.run(failing, {"duration": "conformance"})
    paid = await session.run(paying)
    for instance in (live, held, cancelled):
        await session.until(instance, has_started)
    if cancelled is not None:
        await session.ask("cancelEvent", instanceID=cancelled)
    for instance in (cancelled, failed, paid):
        await session.until(instance, has_ended)
    workflows = tuple(each for each in (quick, waiting, delayed, failing, paying) if each)
    instances = tuple(each for each in (ended, live, cancelled, held, failed, paid) if each)
    return Pool(Resources(workflows, instances), Resources((quick,) if quick else (), (ended,) if ended else ()))


def has_started(exchange: Exchange) -> bool:
    """Whether an instance shows a stage, or that it has ended."""
    return bool(isinstance(exchange.data, dict) and exchange.data.get("status")) or has_ended(exchange)


def has_ended(exchange: Exchange) -> bool:
    """Whether an instance shows that it has terminated."""
    return isinstance(exchange.data, dict) and exchange.data.get("terminated") is True
