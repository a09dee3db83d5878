"""Cancellations in every state, and what is heard after them."""

from __future__ import annotations

import asyncio

from tests.reference.faults.notes import Notes
from tests.reference.faults.probes.common import take_lists, take_reads
from tests.reference.session import NOOP, WAIT, Session, send_stage, update_stage


async def cancellations(session: Session) -> object:
    """Cancelling right after the run, in a delay, and in a later stage; then an event."""
    session.freeze()
    notes = Notes()
    for number, stages in enumerate(([WAIT, NOOP], [{"delay": {"duration": "1h"}}], [NOOP, WAIT, NOOP])):
        workflow = await session.create(*stages)
        instance = (await session.run(workflow))["id"]
        await session.idle()
        notes.take(await session.call("GET", f"/instances/{instance}/history"))
        notes.take(await session.call("PUT", f"/instances/{instance}/abort"))
        await session.idle()
        await take_reads(session, notes, instance, stages=number)
        notes.lines.append(await session.event(instance))
        await take_reads(session, notes, instance)
        await take_lists(session, notes, workflow)
    return notes.lines


async def at_once(session: Session) -> object:
    """Two cancellations of one instance at the same time."""
    instance = await session.start(WAIT)
    answers = [session.call("PUT", f"/instances/{instance}/abort") for _ in range(2)]
    return [answer.status_code for answer in await asyncio.gather(*answers)]


async def after_cancelling(session: Session) -> object:
    """Whether a stage starts after a cancellation."""
    instance = await session.start(WAIT, NOOP)
    await session.cancel(instance)
    execution = session.server.engine.executions[instance]
    return await session.comes(lambda: execution.stage > 0, session.dread)


async def event_then_cancel(session: Session) -> object:
    """A cancellation right after an event that has moved the instance on."""
    notes = Notes()
    instance = await session.start(WAIT, WAIT)
    notes.lines += [await session.event(instance), await session.cancel(instance)]
    await take_reads(session, notes, instance, stages=2)
    return notes.lines


async def siblings_of_the_cancelled(session: Session) -> object:
    """An event right after another instance of the workflow was cancelled, and one to a run that is waited for."""
    workflow = await session.create(WAIT)
    first, second = [(await session.run(workflow))["id"] for _ in range(2)]
    await session.idle()
    await session.cancel(first)
    await session.event(second)
    seen: list[object] = [await session.ended(second)]
    run = asyncio.create_task(session.run(await session.create(WAIT), wait=True))
    await session.idle()
    third = next(name for name in session.server.engine.executions if name not in (first, second))
    await session.event(third)
    return [*seen, await session.comes(run.done, session.patience), run.cancel()]


async def states(session: Session) -> object:
    """Cancelling and sending to instances with a past of each kind: stages, variables, reads."""
    past = {"delay": {"until": "2020-01-01T00:00:00Z"}}
    cancelled = [await session.start(stage, WAIT) for stage in (update_stage(k="v"), past)]
    cancelled.append(await session.start(NOOP, WAIT, x="1"))
    cancelled.append(await session.start(NOOP, WAIT))
    heard = await session.start(WAIT)
    for instance in cancelled:
        await session.reaches(instance, 1)
    await session.idle()
    await session.call("GET", f"/instances/{cancelled[-1]}/stages/1/history")
    for _ in range(5):
        await session.call("GET", f"/instances/{heard}/history")
    for instance in cancelled:
        await session.cancel(instance)
    await session.event(heard)
    return [await session.ended(instance) for instance in (*cancelled, heard)]


async def corners(session: Session) -> object:
    """What two things do that seldom meet."""
    notes, waiting = Notes(), await session.start(NOOP, WAIT, NOOP)
    for body in (b"null", {"name": None}):
        notes.take(await session.call("POST", f"/instances/{waiting}/events", body))
    notes.take(await session.call("POST", "/workflows", {"stages": [{"delay": None}]}))
    notes.take(await session.call("GET", "/instances?running=true"))
    notes.take(
        await session.call("DELETE", f"/workflows/{(await session.data(f'/instances/{waiting}'))['workflowID']}")
    )
    notes.take(await session.call("GET", "/instances?running=true"))
    await session.event(waiting, "other")
    await session.cancel(waiting)
    notes.lines.append(session.server.engine.executions[waiting].ended.is_set())
    await take_reads(session, notes, waiting, stages=3)
    paid = await session.start(send_stage(), update_stage(k="v"), WAIT)
    await session.event(paid)
    notes.lines.append(await session.ended(paid))
    await take_reads(session, notes, paid, stages=2)
    return notes.lines


async def cancelled_after_a_refusal(session: Session) -> object:
    """Whether a cancellation is answered after an event was refused."""
    instance = await session.start(WAIT)
    await session.call("POST", f"/instances/{instance}/events", {})
    cancelling = asyncio.create_task(session.cancel(instance))
    answered = await session.comes(cancelling.done, session.patience)
    cancelling.cancel()
    return answered
