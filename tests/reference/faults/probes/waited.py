"""Runs with wait=true, wait=false and without."""

from __future__ import annotations

import asyncio
from typing import Any

from conformance.reference.service.operations import Call
from tests.reference.faults.notes import Notes
from tests.reference.faults.probes.common import take_lists, take_reads
from tests.reference.session import NOOP, WAIT, Session, send_stage, update_stage


async def _waited_for(session: Session) -> asyncio.Task[Any]:
    """A run with wait=true whose stage waits."""
    run = asyncio.create_task(session.run(await session.create(WAIT), wait=True))
    await session.idle()
    return run


async def _answered(session: Session, run: asyncio.Task[Any], patience: float) -> bool:
    """Whether a run is answered within some seconds; it is given up then."""
    answered = await session.comes(run.done, patience)
    run.cancel()
    return answered


async def waiting_runs(session: Session) -> object:
    """wait=true with runs that end well and badly, and a run that must not wait."""
    notes = Notes()
    for stages in ([NOOP], [{"delay": {"duration": "1ms"}}, NOOP], [send_stage(source="poor"), NOOP]):
        workflow = await session.create(*stages)
        answer = await session.call("POST", f"/workflows/{workflow}/instances?wait=true")
        notes.take(answer)
        await session.idle()
        await take_reads(session, notes, answer.json()["data"]["id"], stages=2)
        await take_lists(session, notes, workflow)
    waiting = asyncio.create_task(session.run(await session.create(WAIT)))
    await session.idle()
    notes.lines.append(waiting.done())
    waiting.cancel()
    return notes.lines


async def waiting_run_with_variables(session: Session) -> object:
    """wait=true with a variable that a stage refers to."""
    notes = Notes()
    run = await session.run(await session.create(update_stage(k="of ${x}")), {"x": "1"}, wait=True)
    await take_reads(session, notes, run["id"])
    return notes.lines


async def unwilling_runs(session: Session) -> object:
    """Whether wait=false is answered while the instance waits."""
    workflow = await session.create(WAIT)
    waiting = asyncio.create_task(session.call("POST", f"/workflows/{workflow}/instances?wait=false"))
    return await _answered(session, waiting, session.patience)


async def patient_runs(session: Session) -> object:
    """Whether wait=true is answered while the instance waits, which some servers do only after a while."""
    waiting = await _waited_for(session)
    return await _answered(session, waiting, 2 * session.dread)


async def cancelled_waits(session: Session) -> object:
    """Whether wait=true is answered when the instance is cancelled."""
    waiting = await _waited_for(session)
    [instance] = await session.data("/instances")
    await session.cancel(instance["id"])
    return await _answered(session, waiting, session.patience)


async def failing_waits(session: Session) -> object:
    """Whether wait=true is answered when a stage fails."""
    workflow = await session.create({"delay": {"duration": "${length}"}})
    waiting = asyncio.create_task(session.run(workflow, {"length": "soon"}, wait=True))
    return await _answered(session, waiting, session.patience)


async def runs_side_by_side(session: Session) -> object:
    """Whether a run is answered while another one of its workflow is waited for."""
    workflow = await session.create(WAIT)
    waiting = asyncio.create_task(session.run(workflow, wait=True))
    await session.idle()
    other = asyncio.create_task(session.run(workflow))
    answered = await session.comes(other.done, session.patience)
    waiting.cancel()
    other.cancel()
    return answered


async def many_waits(session: Session) -> object:
    """Whether anything is answered while six runs are waited for."""
    workflow = await session.create(WAIT)
    waiting = [asyncio.create_task(session.run(workflow, wait=True)) for _ in range(6)]
    await session.idle()
    other = asyncio.create_task(session.call("GET", "/_info"))
    answered = await session.comes(other.done, session.patience)
    for task in (*waiting, other):
        task.cancel()
    return answered


async def left_runs(session: Session) -> object:
    """An instance whose client goes away before its end, and an event to it after that."""
    left = asyncio.Event()

    async def gone() -> None:
        await left.wait()

    asked = Call("runWorkflow", {"workflowID": await session.create(WAIT)}, {"wait": "true"}, b"", gone)
    run = asyncio.ensure_future(session.server.handlers["runWorkflow"](asked))
    await session.idle()
    left.set()
    await session.idle()
    (instance,) = session.server.engine.executions
    still = (await session.data(f"/instances/{instance}"))["terminated"]
    await session.event(instance)
    return still, await session.ended(instance), run.cancel()


async def read_while_it_waits(session: Session) -> object:
    """Whether a read of a workflow is answered while a run of it is waited for, and how many of it run."""
    workflow = await session.create(WAIT)
    run = asyncio.create_task(session.run(workflow, wait=True))
    await session.idle()
    read = asyncio.create_task(session.call("GET", f"/workflows/{workflow}"))
    answered = await _answered(session, read, session.patience)
    running = await session.data("/instances", workflowID=workflow, running="true")
    run.cancel()
    return answered, len(running)


async def deleted_while_it_waits(session: Session) -> object:
    """Whether the deletion of a workflow is answered although its instance waits."""
    workflow = await session.create(WAIT)
    await session.run(workflow)
    await session.idle()
    deletion = asyncio.create_task(session.call("DELETE", f"/workflows/{workflow}"))
    return [await _answered(session, deletion, session.patience)]
