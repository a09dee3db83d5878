"""Events that match, nearly match, are none, come in bursts or late."""

from __future__ import annotations

from conformance.reference.engine.clock import SECOND
from tests.reference.faults.notes import Notes
from tests.reference.faults.probes.common import take_reads
from tests.reference.session import NOOP, WAIT, Session


async def siblings(session: Session) -> object:
    """An event and a cancellation to two of four instances of one workflow."""
    notes = Notes()
    workflow = await session.create(WAIT, NOOP)
    ids = [(await session.run(workflow))["id"] for _ in range(4)]
    await session.idle()
    notes.lines += [await session.event(ids[1]), await session.cancel(ids[2])]
    await take_reads(session, notes, *ids)
    return notes.lines


async def after_one_too_early(session: Session) -> object:
    """An event to a stage that waits, after one of its name during the delay before it."""
    instance = await session.start({"delay": {"duration": "50ms"}}, WAIT)
    await session.event(instance)
    execution = session.server.engine.executions[instance]
    waits = await session.comes(lambda: execution.waiting_for is not None, session.patience)
    await session.event(instance)
    return waits, execution.ended.is_set()


async def strays_among_siblings(session: Session) -> object:
    """An event to an instance that does not wait for it, while another one of its workflow does."""
    notes = Notes()
    workflow = await session.create(WAIT, {"wait_event": {"event": "then"}}, NOOP)
    first, second = [(await session.run(workflow))["id"] for _ in range(2)]
    await session.idle()
    await session.event(second)
    await session.event(first, "then")
    await take_reads(session, notes, first, second)
    return notes.lines


async def names(session: Session) -> object:
    """Events that nearly match."""
    notes = Notes()
    cases = [("go", name) for name in ("GO", " go ", "gone", "other", "\uff47o")]
    for awaited, name in (
        *cases,
        ("go", "go:later"),
        ("come,go", "go"),
        ("a_b%", "axb-and-more"),
        ("e" * 70, "e" * 69 + "x"),
        (" go ", " go "),
    ):
        instance = await session.start({"wait_event": {"event": awaited}}, NOOP)
        notes.lines.append(await session.event(instance, name))
        await take_reads(session, notes, instance)
    return notes.lines


async def names_of_before(session: Session) -> object:
    """Two stages that wait for different names, the second one under the first one's name."""
    instance = await session.start(WAIT, {"wait_event": {"event": "then"}})
    for name in ("go", "go"):
        await session.event(instance, name)
    ended = session.server.engine.executions[instance].ended
    return await session.comes(ended.is_set, session.dread)


async def many_waits(session: Session) -> object:
    """Seven stages that wait for the same event."""
    instance = await session.start(*[WAIT] * 7)
    seen: list[object] = []
    for _ in range(7):
        seen.append(await session.event(instance))
        seen.append(len(await session.data(f"/instances/{instance}/history")))
    return seen, await session.ended(instance)


async def burst(session: Session) -> object:
    """A match behind three events that do not match."""
    session.freeze()
    instance = await session.start(WAIT)
    for name in ("a", "b", "c", "go"):
        await session.call("POST", f"/instances/{instance}/events", {"name": name})
    return await session.ended(instance)


async def unprompted(session: Session) -> object:
    """What happens to two waiting stages after a single event."""
    instance = await session.start(WAIT, WAIT)
    await session.event(instance)
    return await session.comes(session.server.engine.executions[instance].ended.is_set, session.dread)


async def orders(session: Session) -> object:
    """An event with the name that an engine may give a signal of its own, to an instance that waits for another one."""
    notes = Notes()
    instance = await session.start(WAIT)
    await session.event(instance, "cancel")
    await session.idle()
    await take_reads(session, notes, instance)
    return notes.lines


async def malformed_events(session: Session) -> object:
    """Events that are none, to an instance that waits."""
    notes = Notes()
    instance = await session.start(WAIT)
    for body in (b"{}", b"[]", b"{", b'{"name":1}', b'"name"', b'{"name":"go",x}'):
        notes.take(await session.call("POST", f"/instances/{instance}/events", body))
    await session.idle()
    await take_reads(session, notes, instance)
    return notes.lines


async def much(session: Session) -> object:
    """Many events to one instance, many stages that wait, many instances, large configurations."""
    instance = await session.start(WAIT, NOOP)
    for number in range(20):
        await session.event(instance, f"other-{number}")
    await session.event(instance)
    seen: list[object] = [await session.ended(instance)]
    chain = await session.start(*[WAIT] * 5)
    for number in range(5):
        seen.append(await session.reaches(chain, number))
        await session.event(chain)
    seen.append(await session.ended(chain))
    for _ in range(12):
        await session.start(WAIT)
    seen.append(len(await session.data("/instances", running="true")))
    large = {"stages": [{"wait_event": {"event": "x" * 70_000}}]}
    seen.append((await session.call("POST", "/workflows", large)).status_code)
    return seen


async def cold(session: Session) -> object:
    """An event to an instance that was left alone for a while."""
    instance = await session.start(WAIT)
    await session.call("GET", f"/instances/{instance}")
    session.freeze(session.server.clock.now() + 6 * SECOND)
    await session.event(instance)
    ended = session.server.engine.executions[instance].ended
    return await session.comes(ended.is_set, session.dread)


async def failing_beside(session: Session) -> object:
    """An instance fails while another one of its workflow waits; an event after a malformed one; one after long."""
    workflow = await session.create({"delay": {"duration": "${length}"}}, WAIT)
    waiting = (await session.run(workflow, {"length": "1ms"}))["id"]
    await session.reaches(waiting, 1)
    await session.idle()
    failing = (await session.run(workflow, {"length": "soon"}))["id"]
    seen = [await session.ended(failing), session.server.engine.executions[waiting].ended.is_set()]
    await session.call("POST", f"/instances/{waiting}/events", {"name": 7})
    await session.event(waiting)
    seen.append(await session.ended(waiting))
    await session.ended((await session.run(workflow, {"length": "never"}))["id"])
    last = (await session.run(workflow, {"length": "1ms"}))["id"]
    await session.idle()
    return [*seen, "error" in await session.data(f"/instances/{last}")]
