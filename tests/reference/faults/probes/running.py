"""Instances from their run to their end, and what one leaves for the next."""

from __future__ import annotations

from tests.reference.faults.notes import Notes
from tests.reference.faults.probes.common import take_lists, take_reads
from tests.reference.session import NOOP, WAIT, Session, send_stage, update_stage


async def tour(session: Session) -> object:
    """One instance of every kind of stage, from its creation to long after its end."""
    notes = Notes()
    stages = [NOOP, {"delay": {"duration": "1ms"}}, {"wait_event": {"event": "go-${x}"}}]
    stages += [send_stage(10**30 + 1, metadata={"k": "v"}), update_stage(k="v", l="w")]
    created = await session.call("POST", "/workflows", {"name": " Tour ", "stages": stages})
    notes.take(created)
    workflow = created.json()["data"]["id"]
    notes.take(await session.call("GET", f"/workflows/{workflow}"))
    answer = await session.call("POST", f"/workflows/{workflow}/instances", {"x": "a value of some length"})
    notes.take(answer)
    instance = answer.json()["data"]["id"]
    notes.lines.append(await session.reaches(instance, 2))
    await session.idle()
    for _ in range(2):
        await take_reads(session, notes, instance, stages=6)
    notes.lines.append(await session.event(instance, "go-a value of some length"))
    notes.lines.append(await session.ended(instance))
    for _ in range(3):
        await take_reads(session, notes, instance, stages=6)
        await take_lists(session, notes, workflow)
    notes.lines += [await session.event(instance), await session.cancel(instance)]
    await take_reads(session, notes, instance)
    notes.take(await session.call("GET", f"/workflows/{workflow}"))
    return notes.lines


async def first_reads(session: Session) -> object:
    """An instance read at once after its run, and its event sent as soon as it can be."""
    session.freeze()
    notes = Notes()
    workflow = await session.create({"wait_event": {"event": "go"}})
    answer = await session.call("POST", f"/workflows/{workflow}/instances")
    notes.take(answer)
    instance = answer.json()["data"]["id"]
    await session.idle()
    notes.take(await session.call("GET", f"/instances/{instance}"))
    notes.lines.append(await session.event(instance))
    notes.lines.append(await session.ended(instance))
    return notes.lines


async def several_runs(session: Session) -> object:
    """Six runs of one workflow, and whether each one ends."""
    workflow = await session.create(NOOP)
    ids = [(await session.run(workflow))["id"] for _ in range(6)]
    listed = await session.data("/instances", workflowID=workflow)
    return len(set(ids)), [await session.ended(one) for one in ids], [one["id"] for one in listed] == ids


async def left_behind(session: Session) -> object:
    """What one instance leaves for the next one of its workflow, and ids asked for as those of another kind."""
    notes = Notes()
    workflow = await session.create({"delay": {"duration": "${length}"}}, NOOP)
    for length in ("soon", "1ms"):
        instance = (await session.run(workflow, {"length": length}))["id"]
        await session.ended(instance)
        await session.cancel(instance)
        await take_reads(session, notes, instance)
    waiting = await session.create(WAIT)
    for _ in range(2):
        instance = (await session.run(waiting))["id"]
        await session.idle()
        await take_reads(session, notes, instance)
        await session.cancel(instance)
    for path in (f"/workflows/{instance}", f"/instances/{workflow}/history"):
        notes.take(await session.call("GET", path))
    return notes.lines


async def two_updates(session: Session) -> object:
    """What the second update of an account writes."""
    instance = await session.start(update_stage(k="v"), update_stage(l="w"))
    await session.ended(instance)
    return [entry["input"] for entry in await session.data(f"/instances/{instance}/stages/1/history")]
