"""What happens beside something else: waiting clients, long waits, deletions, repetitions, other instances."""

from __future__ import annotations

import asyncio

from tests.reference.faults.notes import Notes
from tests.reference.faults.probes.common import take_reads
from tests.reference.session import NOOP, WAIT, Session, update_stage


async def cancelled(session: Session) -> object:
    """Whether a cancellation ends an instance whose run is waited for, and one that has waited for long."""
    waited, long = await session.create(WAIT), await session.start(WAIT)
    run = asyncio.create_task(session.run(waited, wait=True))
    await asyncio.sleep(15)
    [found] = await session.data("/instances", workflowID=waited)
    for instance in (found["id"], long):
        await session.cancel(instance)
    seen = [await session.ended(instance) for instance in (found["id"], long)]
    run.cancel()
    return seen


async def timers(session: Session) -> object:
    """Whether a long delay has ended when a shorter one that was cancelled would have."""
    workflow = await session.create({"delay": {"duration": "${length}"}})
    first = (await session.run(workflow, {"length": "2s"}))["id"]
    await session.idle()
    await session.cancel(first)
    second = (await session.run(workflow, {"length": "9s"}))["id"]
    await asyncio.sleep(4)
    return session.server.engine.executions[second].ended.is_set()


async def repeated(session: Session) -> object:
    """A variable in a stage after the workflow's deletion and in its name; an update once more, a later failure."""
    notes = Notes()
    workflow = await session.create(WAIT, {"wait_event": {"event": "${name}"}}, name="${name}")
    instance = (await session.run(workflow, {"name": "later", "event": "another"}))["id"]
    await session.idle()
    notes.take(await session.call("DELETE", f"/workflows/{workflow}"))
    await session.event(instance)
    updated = await session.start(update_stage(k="v"), update_stage(k="v"))
    failed = await session.start(NOOP, {"delay": {"duration": "${length}"}}, NOOP, length="soon")
    await take_reads(session, notes, instance, updated, failed, stages=2)
    return notes.lines


async def five_instances(session: Session) -> object:
    """An event to the oldest of five instances of one workflow, and whether the newest has started."""
    workflow = await session.create(WAIT)
    oldest, *_, newest = [(await session.run(workflow))["id"] for _ in range(5)]
    await session.idle()
    return session.server.engine.executions[newest].stage, await session.event(oldest)


async def waited(session: Session) -> object:
    """Runs that a client waits for: with bad variables, failing, of a workflow that is deleted meanwhile or before."""
    notes, workflow = Notes(), await session.create({"delay": {"duration": "1s"}})
    path = f"/workflows/{workflow}/instances"
    notes.take(await session.call("POST", f"{path}?wait=true", {"x": 1}))
    failing = await session.create({"delay": {"duration": "${length}"}})
    notes.take(await session.call("POST", f"/workflows/{failing}/instances?wait=true", {"length": "soon"}))
    run = asyncio.create_task(session.call("POST", f"{path}?wait=true"))
    await session.idle()
    beside = session.call("DELETE", f"/workflows/{workflow}"), session.call("POST", path)
    notes.lines += [answer.status_code for answer in await asyncio.gather(*beside)]
    notes.take(await run)
    notes.take(await session.call("POST", f"{path}?wait=true"))
    return notes.lines


async def twins(session: Session) -> object:
    """One configuration created twice in a moment."""
    return await session.create(NOOP, name="twin") == await session.create(NOOP, name="twin")


async def orphan(session: Session) -> object:
    """An event to an instance whose workflow was deleted while it waits."""
    workflow = await session.create(WAIT)
    instance = (await session.run(workflow))["id"]
    await session.idle()
    await session.call("DELETE", f"/workflows/{workflow}")
    return await session.event(instance)


async def just_ended(session: Session) -> object:
    """How many instances are listed as soon as one has ended."""
    await session.ended(await session.start(NOOP))
    return len(await session.data("/instances"))


async def after_a_failure(session: Session) -> object:
    """Whether the run after one that failed skips its delay."""
    workflow = await session.create({"delay": {"duration": "${length}"}})
    await session.ended((await session.run(workflow, {"length": "soon"}))["id"])
    delayed = (await session.run(workflow, {"length": "1h"}))["id"]
    return await session.comes(session.server.engine.executions[delayed].ended.is_set, session.dread)


async def later_waits(session: Session) -> object:
    """An event to one of two instances that wait after a delay, and the lists and histories before."""
    notes, workflow = Notes(), await session.create({"delay": {"duration": "1.3s"}}, WAIT)
    ids = [(await session.run(workflow))["id"] for _ in range(2)]
    for instance in ids:
        await session.reaches(instance, 1)
    await session.idle()
    notes.lines.append(len(await session.data("/instances", workflowID=workflow, running="true")))
    notes.lines.append(await session.event(ids[0]))
    await session.ended(ids[0])
    await take_reads(session, notes, *ids)
    return notes.lines


async def twelfth_stage(session: Session) -> object:
    """The activities of a stage whose number has two digits."""
    instance = await session.start(*[NOOP] * 11, update_stage(k="v"))
    await session.ended(instance)
    return len(await session.data(f"/instances/{instance}/stages/11/history"))


async def deep(session: Session) -> object:
    """The answer to a configuration that is nested deeply."""
    body = b'{"stages":' + b"[" * 3000 + b"]" * 3000 + b"}"
    return (await session.call("POST", "/workflows", body)).status_code
