"""Configurations in forms of every kind, references in texts, replies, and lists with and without filters."""

from __future__ import annotations

from typing import Any

from tests.reference.faults.notes import Notes
from tests.reference.faults.probes.common import take_lists, take_reads
from tests.reference.session import NOOP, UNKNOWN, WAIT, Session, send_stage, update_stage


async def selections(session: Session) -> object:
    """Lists of a workflow before and after its runs, of failed and delayed instances, and of nobody's."""
    notes = Notes()
    unnamed = await session.create(name="")
    notes.take(await session.call("GET", f"/instances?workflowID={unnamed}"))
    for _ in range(11):
        await session.run(unnamed, wait=True)
    failing = await session.create(send_stage(source="poor"), name="failing")
    await session.run(failing, wait=True)
    delayed = await session.create({"delay": {"duration": "1h"}}, name="delayed")
    await session.run(delayed)
    await session.idle()
    notes.take(await session.call("GET", "/workflows"))
    await take_lists(session, notes, unnamed, failing, delayed, UNKNOWN)
    return notes.lines


async def left_running(session: Session) -> object:
    """Lists of an instance that waits in its second stage, before its workflow is deleted and after; the workflow."""
    notes = Notes()
    workflow = await session.create(NOOP, WAIT)
    notes.take(await session.call("GET", f"/workflows/{workflow}"))
    await session.run(workflow)
    await session.idle()
    await take_lists(session, notes, workflow)
    notes.take(await session.call("DELETE", f"/workflows/{workflow}"))
    await take_lists(session, notes, workflow)
    notes.take(await session.call("GET", f"/workflows/{workflow}"))
    return notes.lines


async def spellings(session: Session) -> object:
    """What is kept of texts that have another form, and of configurations that should be refused."""
    notes = Notes()
    odd: list[Any] = [{"delay": {"duration": "90s"}}, {"delay": {"until": "2020-01-01T00:00:00+02:00"}}]
    odd += [update_stage(**{"Key.part": "v"}), send_stage(metadata={}), {"wait_event": {"event": " a<b&c\r\n "}}]
    odd.append({"send": {"amount": {"asset": "usd", "amount": 1}}})
    configs = [
        {"name": "e\u0301", "stages": odd},
        {"name": "n" * 300, "stages": []},
        {"name": "two\r\nlines", "stages": []},
        {"name": 7, "stages": []},
        {"stages": None},
        {"stages": {}},
        {"stages": [NOOP, {"nothing": {}}]},
        {"stages": [send_stage(amount="12")]},  # type: ignore[arg-type]
    ]
    for config in configs:
        notes.take(await session.call("POST", "/workflows", config))
    notes.take(await session.call("GET", "/workflows"))
    return notes.lines


async def emptiness(session: Session) -> object:
    """A list of no workflows, and what is nothing, of the wrong type, in place of what a request holds."""
    notes = Notes()
    notes.take(await session.call("GET", "/workflows"))
    configs: list[Any] = [{"name": 0, "stages": []}, {"stages": False}, {"stages": [{"noop": []}]}]
    for config in configs:
        notes.take(await session.call("POST", "/workflows", config))
    instance = await session.start(WAIT)
    notes.take(await session.call("POST", f"/instances/{instance}/events", {"name": True}))
    return notes.lines


async def parts(session: Session) -> object:
    """Parts of sends and updates with and without one another, what is booked of them, and wallets in variables."""
    notes = Notes()

    def send(**more: Any) -> dict[str, Any]:
        return {"send": send_stage()["send"] | more}

    capital, long = {"account": {"id": "Bank", "ledger": "Books"}}, {"Long": "v" * 300}
    forms = (
        send(source=capital),
        send(source={"account": {"id": "world", "allowOverdraft": True}}),
        send(metadata=long, timestamp="2024-02-29T23:59:59Z"),
    )
    for form in forms:
        notes.take(await session.call("POST", "/workflows", {"stages": [form]}))
    booked = send(destination={"account": {"id": "Bank"}}, metadata=long)
    wallets = send(source={"wallet": {"id": "${who}"}})
    instance = await session.start(booked, update_stage(Key="v"), wallets, who="me")
    blank = await session.start(send(metadata={}, destination={"account": {"id": "a:b"}}))
    await take_reads(session, notes, instance, blank, stages=2)
    return notes.lines


async def bookings(session: Session) -> object:
    """One account in three ledgers, sends between two and within one, one of nothing, and one below it."""
    notes = Notes()
    ledgers = [update_stage(**{"a.b/pair": "k=v"}) for _ in range(3)]
    for number, stage in enumerate(ledgers):
        stage["update"]["account"]["ledger"] = f"ledger-{number}"
    plain = send_stage(metadata={"k": "v"})["send"]
    via = {"id": "world", "throughAccount": "via", "ledger": "one"}
    far = plain | {"source": {"account": via}, "destination": {"account": {"id": "a", "ledger": "two"}}}
    near = plain | {"source": {"account": via}, "destination": {"account": {"id": "a", "ledger": "one"}}}
    none, below = (plain | {"amount": {"asset": "USD/2", "amount": amount}} for amount in (0, -5))
    notes.take(await session.call("POST", "/workflows", {"stages": [{"send": below}]}))
    over = plain | {"source": {"account": {"id": "empty", "allowOverdraft": True}}}
    sends = [{"send": given} for given in (far, none, near, over)]
    await take_reads(session, notes, await session.start(*ledgers), await session.start(*sends), stages=4)
    return notes.lines


async def references(session: Session) -> object:
    """References side by side, with names of every kind, and values that need care."""
    notes = Notes()
    texts = {"pair": "${a}${b}", "dash": "${a-b}", "cases": "${a}${A}", "blank": "${blank}", "empty": "[${empty}]"}
    texts["own"] = "${instanceID} ${now}"
    given = {"a": "1", "A": "2", "b": r"\n\\", "a-b": "3", "blank": " x ", "empty": "", "quote": 'say "no"'}
    given |= {"instanceID": "mine", "now": "then", "a:b": "4", "quoted": '"q"'}
    texts |= {"colon": "${a:b}", "quoted": "${quoted}", "braces": "{{ x }}"}
    through = {"account": {"id": "world", "ledger": "${a}", "throughAccount": "via ${a}"}}
    stages = (send_stage(metadata=texts), {"wait_event": {"event": "${a}"}}, update_stage(quote="${quote}"))
    stages[0]["send"]["source"] = through
    instance = await session.start(*stages, **given)
    await take_reads(session, notes, instance)
    await session.event(instance, "1")
    await take_reads(session, notes, instance)
    return notes.lines


async def replies(session: Session) -> object:
    """Another method, a refused configuration, a waited run and a waiting instance."""
    notes = Notes()
    instance = await session.start(WAIT)
    notes.take(await session.call("GET", f"/instances/{instance}"))
    notes.take(await session.call("POST", f"/instances/{instance}/abort"))
    notes.take(await session.call("POST", "/workflows", {"stages": 1}))
    workflow = await session.create(NOOP)
    ended = await session.call("POST", f"/workflows/{workflow}/instances?wait=true")
    notes.take(ended)
    notes.take(await session.call("GET", "/_info?verbose=1"))
    for event in ({"name": "go"}, {}):
        notes.take(await session.call("POST", f"/instances/{ended.json()['data']['id']}/events", event))
    for _ in range(2):
        notes.take(await session.call("POST", f"/workflows/{workflow}/instances"))
    return notes.lines
