"""What exists, is listed, read and deleted; what does not exist; who may ask."""

from __future__ import annotations

import asyncio
import base64
import uuid
from typing import Any

from conformance.reference.engine.clock import SECOND
from tests.reference.faults.notes import Notes
from tests.reference.faults.probes.common import take_lists, take_reads
from tests.reference.service.test_operations import BAD_CONFIGS
from tests.reference.session import NOOP, UNKNOWN, WAIT, Session, send_stage

_LIFETIME_S = 3600


async def configurations(session: Session) -> object:
    """Good and bad configurations, and what is stored of them."""
    session.freeze()
    notes = Notes()
    good = {
        "name": " a ",
        "stages": [send_stage(2**63 + 1), send_stage(10**30 + 1, metadata={"a_k": "v"}), *[NOOP] * 8],
    }
    huge = {"stages": [send_stage(10**1000)]}
    odd = [{"name": "odd"}, {"name": 7, "stages": []}, b'{"stages":[]}}']
    twice = {"stages": [{"delay": {"duration": "1h"}}] * 2}
    for config in [good, good, huge, twice, *BAD_CONFIGS, *odd]:
        notes.take(await session.call("POST", "/workflows", config))
    notes.take(await session.call("GET", "/workflows"))
    return notes.lines


async def collection(session: Session) -> object:
    """Workflows created, listed, read and deleted in quick succession, more than a hundred of them."""
    session.freeze()
    notes = Notes()
    ids = []
    for number in range(101):
        ids.append(await session.create(name="twin", n=number))
        if number in {0, 1, 2, 99, 100}:
            notes.take(await session.call("GET", "/workflows"))
            notes.take(await session.call("GET", f"/workflows/{ids[-1]}"))
    notes.take(await session.call("DELETE", f"/workflows/{ids[0]}"))
    notes.take(await session.call("GET", "/workflows"))
    for one in ids[:3]:
        notes.take(await session.call("GET", f"/workflows/{one}"))
    notes.take(await session.call("GET", "/workflows"))
    return notes.lines


async def deletion(session: Session) -> object:
    """What is left of a deleted workflow."""
    notes = Notes()
    workflow = await session.create(NOOP)
    instance = (await session.run(workflow, wait=True))["id"]
    for method, path in (("DELETE", ""), ("GET", ""), ("POST", "/instances"), ("DELETE", "")):
        notes.take(await session.call(method, f"/workflows/{workflow}{path}"))
        await session.idle()
    notes.take(await session.call("GET", "/workflows"))
    await take_reads(session, notes, instance)
    await take_lists(session, notes, workflow)
    return notes.lines


async def strangers(session: Session) -> object:
    """Everything that does not exist, and methods that a path does not have."""
    notes = Notes()
    events = [b'{"name":"x"}', b"[]", b"1"]
    calls: list[tuple[str, str, Any]] = [("POST", f"/instances/{UNKNOWN}/events", event) for event in events]
    calls += [("GET", f"/instances/{UNKNOWN}", None), ("PUT", f"/instances/{UNKNOWN}/abort", None)]
    calls += [(method, f"/workflows/{UNKNOWN}", None) for method in ("GET", "DELETE", "PATCH", "PUT")]
    calls += [("POST", f"/workflows/{UNKNOWN}/instances", None), ("GET", f"/instances?workflowID={UNKNOWN}", None)]
    calls += [("GET", f"/instances/{UNKNOWN}/history", None), ("GET", "/_info", None), ("GET", "/_info", None)]
    for method, path, body in calls:
        notes.take(await session.call(method, path, body))
    instance = await session.start(WAIT, NOOP)
    for number in ("0", "1", "2", "x", "0.5", str(2**31)):
        notes.take(await session.call("GET", f"/instances/{instance}/stages/{number}/history"))
    return notes.lines


async def answers(session: Session) -> object:
    """Whether every one of some requests is answered."""
    instance = await session.start(WAIT)
    requests = [("GET", f"/instances/{instance}/history", None)] * 8 + [("POST", f"/instances/{instance}/events", b"")]
    try:
        async with asyncio.timeout(session.patience):
            return [(await session.call(method, path, body)).status_code for method, path, body in requests]
    except TimeoutError:
        return None


async def embedding(session: Session) -> object:
    """The workflow inside an instance, when it is not the newest one."""
    notes = Notes()
    workflow = await session.create(WAIT)
    await session.create(NOOP)
    notes.take(await session.call("POST", f"/workflows/{workflow}/instances"))
    return notes.lines


async def lists(session: Session) -> object:
    """Lists of instances that wait, have ended, failed or were cancelled, of two workflows."""
    notes = Notes()
    workflows = [await session.create(WAIT), await session.create(send_stage(source="${from}"))]
    waiting = [(await session.run(workflows[0]))["id"] for _ in range(3)]
    ended = [(await session.run(workflows[1], {"from": source}, wait=True))["id"] for source in ("world", "poor")]
    await session.idle()
    await session.cancel(waiting[0])
    await take_reads(session, notes, *waiting, *ended)
    for _ in range(2):
        await take_lists(session, notes, *workflows, UNKNOWN)
    return notes.lines


async def throng(session: Session) -> object:
    """How many of more than a hundred instances are listed."""
    workflow = await session.create(NOOP)
    for _ in range(101):
        await session.run(workflow)
    return len(await session.data("/instances", workflowID=workflow))


async def many_stages(session: Session) -> object:
    """The histories of an early and of a late stage of very many."""
    instance = (await session.run(await session.create(*[NOOP] * 130), wait=True))["id"]
    calls = (session.call("GET", f"/instances/{instance}/stages/{number}/history") for number in (127, 128, 129))
    return [(await call).status_code for call in calls]


async def long_after(session: Session) -> object:
    """An instance that ended long ago."""
    notes = Notes()
    instance = (await session.run(await session.create(NOOP), wait=True))["id"]
    session.freeze(session.server.clock.now() + 60 * SECOND)
    await take_reads(session, notes, instance)
    await take_lists(session, notes)
    return notes.lines


async def credentials(session: Session) -> object:
    """Reads and writes without a token, with bad ones, one for reading and one that expired; and what became of it."""
    form = {"grant_type": "client_credentials", "client_id": "conformance", "client_secret": "conformance"}
    granted = await session.client.post("/oauth/token", data=form | {"scope": "orchestration:read"})
    every = await session.client.post("/oauth/token", data=form)
    twisted = every.json()["access_token"].swapcase()
    unsigned = base64.urlsafe_b64encode(b'{"alg": "none"}').decode().rstrip("=")
    tokens = (
        None,
        "Bearer nonsense",
        "Basic bm9ib2R5Om5vYm9keQ==",
        "Bearer",
        f"Bearer {unsigned}.e30.",
        f"Bearer {granted.json()['access_token']}",
        f"Bearer {twisted}",
    )
    headers = [{"Authorization": token} if token else {} for token in tokens]
    calls: tuple[tuple[str, str, Any], ...] = (("GET", "/workflows", None), ("POST", "/workflows", {"stages": []}))
    calls += (("PUT", f"/instances/{uuid.uuid4()}/abort", None), ("POST", "/workflows", b"{"))
    statuses = [(await session.call(*call, headers=given)).status_code for given in headers for call in calls]
    own = {"Authorization": f"Bearer {every.json()['access_token']}"}
    made = len((await session.call("GET", "/workflows", None, headers=own)).json()["data"])
    later = session.server.auth.now() + 2 * _LIFETIME_S
    session.server.auth.now = lambda: later
    return statuses, made, (await session.call("GET", "/workflows", None, headers=own)).status_code
