"""What users of other engines saw go wrong: timers, late records, ids of the other kind, restarts."""

from __future__ import annotations

import asyncio

from conformance.reference.engine.clock import SECOND, rfc3339
from conformance.reference.engine.journal import Journal
from tests.reference.faults.notes import Notes
from tests.reference.faults.probes.common import take_reads
from tests.reference.session import NOOP, WAIT, Session, send_stage, update_stage


def _delay(text: str) -> dict[str, object]:
    return {"delay": {"duration": text}}


async def delay_then_wait(session: Session) -> object:
    """A stage that waits after a delay, and is sent nothing."""
    instance = await session.start(_delay("10ms"), WAIT)
    return await session.comes(session.server.engine.executions[instance].ended.is_set, session.dread)


async def one_second(session: Session) -> object:
    """Whether a delay of one second ends sooner."""
    instance = await session.start(_delay("1s"))
    return await session.comes(session.server.engine.executions[instance].ended.is_set, min(0.5, session.dread))


async def three_seconds(session: Session) -> object:
    """Whether a delay of three seconds ends sooner."""
    instance = await session.start(_delay("3s"))
    return await session.comes(session.server.engine.executions[instance].ended.is_set, min(2, session.dread))


async def delays_side_by_side(session: Session) -> object:
    """Two instances of a workflow in a delay at once, and one that comes to it while the others are in a longer one."""
    workflow = await session.create(_delay("30ms"), _delay("1h"))
    ids = [(await session.run(workflow))["id"] for _ in range(2)]
    first = [await session.reaches(one, 1) for one in ids]
    return first, await session.reaches((await session.run(workflow))["id"], 1)


async def long_after_cancelling(session: Session) -> object:
    """What an instance shows some seconds after it was cancelled before a noop, and what before a send."""
    notes, views = Notes(), session.server.views
    ids = [await session.start(WAIT, stage) for stage in (NOOP, send_stage())]
    for one in ids:
        await session.cancel(one)
    grown = [
        await session.comes(lambda: len((views.instance(ids[1]) or {})["status"]) > 1, min(0.2, session.dread)),
        await session.comes(lambda: (views.instance(ids[0]) or {})["error"] != "cancelled", min(0.7, session.dread)),
    ]
    session.freeze(session.server.clock.now() + 3 * SECOND)
    await take_reads(session, notes, *ids)
    return grown, notes.lines


async def first_of_many(session: Session) -> object:
    """The first of many instances that have ended."""
    notes = Notes()
    workflow = await session.create(NOOP)
    ids = [(await session.run(workflow, wait=True))["id"] for _ in range(45)]
    await take_reads(session, notes, ids[0])
    return notes.lines


async def thirty_stages(session: Session) -> object:
    """An instance of many stages."""
    notes = Notes()
    instance = await session.start(*[NOOP] * 30)
    await session.ended(instance)
    await take_reads(session, notes, instance)
    return notes.lines


async def no_stages(session: Session) -> object:
    """An instance without stages."""
    notes = Notes()
    instance = await session.start()
    await session.ended(instance)
    await take_reads(session, notes, instance)
    return notes.lines


async def read_often(session: Session) -> object:
    """An instance read six times before it ends, and some seconds later, when it has ended; and lists of it."""
    notes = Notes()
    instance = await session.start(WAIT)
    for _ in range(6):
        await take_reads(session, notes, instance)
    await session.event(instance)
    session.freeze(session.server.clock.now() + 2 * SECOND)
    read = await session.data(f"/instances/{instance}")
    listed = await session.data("/instances")
    return read["terminated"], read["updatedAt"] == listed[0]["updatedAt"]


async def ids_of_the_other_kind(session: Session) -> object:
    """Every operation with the id of a workflow for an instance, or the reverse."""
    workflow = await session.create(WAIT, WAIT)
    instance = (await session.run(workflow))["id"]
    await session.idle()
    listed = len(await session.data("/instances", workflowID=instance))
    asked = [
        await session.call("POST", f"/instances/{workflow}/events", {"name": "go"}),
        await session.call("PUT", f"/instances/{workflow}/abort"),
        await session.call("POST", f"/workflows/{instance}/instances"),
        await session.call("DELETE", f"/workflows/{instance}"),
    ]
    return listed, [response.status_code for response in asked]


async def look_alikes(session: Session) -> object:
    """Texts that look like a duration, a date, a number, nothing, or that many programs cannot hold."""
    notes = Notes()
    texts = {"k": "60m", "empty": "", "ключ": "x", "date": "2024-01-01", "blank": " ", "nul": "a\0b"}
    stages = ({"wait_event": {"event": "60s"}}, send_stage(metadata=texts), {"wait_event": {"event": "${a}-${b}"}})
    workflow = await session.create(update_stage(**texts), *stages)
    notes.take(await session.call("GET", f"/workflows/{workflow}"))
    instance = (await session.run(workflow, {"a": "007", "b": "null"}))["id"]
    await session.reaches(instance, 1)
    await session.event(instance, "60s")
    await session.reaches(instance, 3)
    await take_reads(session, notes, instance, stages=4)
    return notes.lines


async def restarted(session: Session) -> object:
    """A deletion, a delay and a wait that a restart follows at once."""
    notes, restarts = Notes(), session.server.restarts
    if restarts.journal is None:
        restarts.keep(Journal())
    deleted = await session.create(NOOP)
    delayed = await session.start(_delay("20ms"))
    waiting = await session.start(WAIT, {"wait_event": {"event": "then ${x}"}}, x="this")
    await session.call("DELETE", f"/workflows/{deleted}")
    await take_reads(session, notes, waiting)
    await asyncio.sleep(0.01)
    restarts.restart()
    notes.take(await session.call("GET", f"/workflows/{deleted}"))
    ended = await session.ended(delayed)
    await take_reads(session, notes, waiting)
    await session.event(waiting)
    await session.event(waiting)
    await take_reads(session, notes, waiting)
    return ended, notes.lines


async def wait_after_delay(session: Session) -> object:
    """An event to a stage that waits since a delay has ended."""
    instance = await session.start(_delay("10ms"), WAIT)
    await session.reaches(instance, 1)
    await session.idle()
    await session.event(instance)
    return await session.ended(instance)


async def equal_runs(session: Session) -> object:
    """Two runs of one workflow with the same variables, and one with others: none ends another."""
    workflow = await session.create(WAIT)
    runs = [(await session.run(workflow, {"x": x}))["id"] for x in ("same", "same", "other")]
    await session.idle()
    return [(await session.data(f"/instances/{each}"))["terminated"] for each in runs]


async def second_runs(session: Session) -> object:
    """A run of a workflow of which another instance waits in a later stage, having sent money."""
    notes = Notes()
    workflow = await session.create(send_stage(), NOOP, WAIT)
    for _ in range(2):
        instance = (await session.run(workflow))["id"]
        await session.idle()
        await take_reads(session, notes, instance)
    return notes.lines


async def run_after_a_cancellation(session: Session) -> object:
    """A run of a workflow whose instance was cancelled."""
    notes = Notes()
    workflow = await session.create(NOOP, WAIT)
    first = (await session.run(workflow))["id"]
    await session.idle()
    await session.cancel(first)
    await session.ended(first)
    await take_reads(session, notes, (await session.run(workflow))["id"])
    await session.cancel((await session.run(workflow))["id"])
    waited = asyncio.create_task(session.run(workflow, wait=True))
    await session.idle()
    waited.cancel()
    return notes.lines, waited.done()


async def delays_until_one_moment(session: Session) -> object:
    """Two instances that wait for the same moment."""
    moment = rfc3339(session.server.clock.now() + SECOND // 5)
    instances = [await session.start({"delay": {"until": moment}}) for _ in range(2)]
    return [await session.ended(each) for each in instances]
