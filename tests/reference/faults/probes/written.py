"""What HTTP and JSON let one write in more than one form."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.reference.faults.notes import Notes
from tests.reference.session import NOOP, Session, send_stage


async def _in_chunks() -> AsyncIterator[bytes]:
    for part in (b'{"stages"', b':[{"noop":{}}]}'):
        yield part


async def otherwise(session: Session) -> object:
    """A charset, a body in chunks, percent-encoded hyphens, white space behind a body, other media types welcome."""
    notes, headers = Notes(), {"content-type": "application/json; charset=utf-8"}
    notes.take(await session.call("POST", "/workflows", b'{"stages":[]}', headers=headers))
    notes.take(await session.client.post("/workflows", content=_in_chunks()))
    workflow = await session.create(NOOP)
    notes.take(await session.call("GET", f"/workflows/{workflow.replace('-', '%2D')}"))
    await session.run(workflow)
    notes.take(await session.call("GET", f"/instances?workflowID={workflow.replace('-', '%2D')}"))
    notes.take(await session.call("POST", f"/workflows/{workflow}/instances", b"{}\n"))
    notes.take(await session.call("GET", f"/workflows/{workflow}", headers={"accept": "application/json;q=0.9"}))
    notes.take(await session.call("GET", "/_info", headers={"accept": "application/json, text/plain"}))
    return notes.lines


async def moments(session: Session) -> object:
    """What history tells of a delay until the end of a year."""
    instance = await session.start({"delay": {"until": "2024-12-30T10:00:00Z"}})
    return [entry["input"] for entry in await session.data(f"/instances/{instance}/history")]


async def numbers(session: Session) -> object:
    """An amount that ends in zeros, letter by letter."""
    workflow = await session.create(send_stage(100))
    text = (await session.call("GET", f"/workflows/{workflow}")).text
    return [text.partition('"amount":{')[2].partition("}")[0]]
