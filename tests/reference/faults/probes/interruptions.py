"""Events and cancellations that come when something else is due, and entries of many stages."""

from __future__ import annotations

import asyncio

from conformance.reference.engine.clock import MILLISECOND, SECOND, rfc3339
from conformance.reference.engine.durations import date_time
from tests.reference.faults.notes import Notes
from tests.reference.faults.probes.common import take_reads
from tests.reference.session import NOOP, WAIT, Session, send_stage, update_stage

_HOUR = {"delay": {"duration": "1h"}}


async def strays(session: Session) -> object:
    """Events of other names before the one that is waited for, an event to a delay, and a number for a name."""
    notes = Notes()
    waiting, delayed = await session.start(WAIT), await session.start(_HOUR)
    for name in ("a", "b", "c", "d", "e"):
        await session.event(waiting, name)
    notes.take(await session.call("POST", f"/instances/{waiting}/events", {"name": 7}))
    early = session.server.engine.executions[waiting].ended.is_set()
    await session.event(waiting)
    ended = await session.ended(waiting)
    await session.event(delayed)
    woken = await session.comes(session.server.engine.executions[delayed].ended.is_set, session.dread)
    composed = await session.start({"wait_event": {"event": "\u00e9"}})
    await session.event(composed, "e\u0301")
    accent = await session.comes(session.server.engine.executions[composed].ended.is_set, session.dread)
    return [early, ended, woken, accent, notes.lines]


async def event_during_delay(session: Session) -> object:
    """How long a delay lasts in the middle of which an event comes."""
    instance = await session.start({"delay": {"duration": "100ms"}})
    await asyncio.sleep(0.05)
    await session.event(instance)
    ended = await session.ended(instance)
    (entry,) = (await session.data(f"/instances/{instance}"))["status"]
    length = (date_time(entry["terminatedAt"]) or 0) - (date_time(entry["startedAt"]) or 0)
    return ended, length < 130 * MILLISECOND


async def moments(session: Session) -> object:
    """Delays until a moment west of Greenwich and until one that has passed, and two delays in turn."""
    local = rfc3339(session.server.clock.now() - 3600 * SECOND).replace("Z", "-02:00")
    western = await session.start({"delay": {"until": local}})
    early = await session.comes(session.server.engine.executions[western].ended.is_set, session.dread)
    past = await session.start({"delay": {"until": "2020-01-01T00:00:00Z"}})
    twice = await session.start(*[{"delay": {"duration": "30ms"}}] * 2)
    seen = [early, await session.ended(past), await session.ended(twice)]
    (*_, second) = (await session.data(f"/instances/{twice}"))["status"]
    length = (date_time(second["terminatedAt"]) or 0) - (date_time(second["startedAt"]) or 0)
    return [*seen, length >= 30 * MILLISECOND]


async def twice_cancelled(session: Session) -> object:
    """An instance in a delay, cancelled twice."""
    notes, instance = Notes(), await session.start(_HOUR)
    for _ in range(2):
        await session.cancel(instance)
        await take_reads(session, notes, instance)
    return notes.lines


async def many_entries(session: Session) -> object:
    """An instance of twelve stages, read in the middle, at its end, and some seconds later."""
    notes = Notes()
    account = {"id": "payer", "ledger": "east", "throughAccount": "via", "allowOverdraft": True}
    across = send_stage(source="payer") | {}
    across["send"] = across["send"] | {"source": {"account": account}}
    within = send_stage() | {}
    within["send"] = within["send"] | {
        side: {"account": {"id": side, "ledger": "east", "allowOverdraft": True}} for side in ("source", "destination")
    }
    instance = await session.start(across, within, send_stage(5), update_stage(k="v"), WAIT, *[NOOP] * 7)
    await session.reaches(instance, 4)
    await take_reads(session, notes, instance, stages=6)
    await session.event(instance)
    await session.ended(instance)
    await take_reads(session, notes, instance, stages=6)
    session.freeze(session.server.clock.now() + 3 * SECOND)
    await take_reads(session, notes, instance)
    return notes.lines


async def last_wait(session: Session) -> object:
    """The history of an instance, read before its last stage ends and after."""
    notes, instance = Notes(), await session.start(WAIT)
    await take_reads(session, notes, instance)
    await session.event(instance)
    await session.ended(instance)
    await take_reads(session, notes, instance)
    return notes.lines
