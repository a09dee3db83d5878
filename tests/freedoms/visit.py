"""A visit to a server with freedoms, in virtual time: everything that a freedom may change is asked for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx

from benchmarks.freedoms.freedom import Freedom, options_with
from benchmarks.freedoms.server import free_app
from conformance.reference.faults.fault import alter
from tests.reference.session import NOOP, UNKNOWN, WAIT, Session, hosted, send_stage, update_stage
from tests.reference.virtual_time import run_virtually

_BEGIN = 1_780_000_000_000_000_000
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_DELAYS = [{"delay": {"duration": "1500ms"}}, {"delay": {"until": "2026-05-28T22:26:42+02:00"}}]
_SENDS = [send_stage(timestamp="2026-01-01T00:00:00+02:00"), update_stage(seen="yes")]
_LATER = {"delay": {"duration": "${d}"}}

Line = tuple[float, int, list[tuple[str, str]], bytes]
"""When an answer came (virtual seconds), its status, headers and body; UUIDs are told by their version."""


class Visit:
    """What a client hears."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.heard: list[Line] = []

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One exchange, noted."""
        url = httpx.URL("http://reference" + path)
        answer = await self.session.call(method, str(url), body, headers=headers)
        masked = _UUID.sub(r"<uuid \1>", answer.text).encode("utf-8", "surrogatepass")
        self.heard.append((asyncio.get_running_loop().time(), answer.status_code, answer.headers.multi_items(), masked))
        return answer

    async def make(self, *stages: Any, **config: Any) -> str:
        """A workflow's id."""
        answer = await self.ask("POST", "/workflows", {"stages": stages, **config})
        return str(answer.json()["data"]["id"]) if answer.status_code == 201 else UNKNOWN

    async def run(self, workflow: str, query: str = "", body: Any = None) -> str:
        """An instance's id."""
        answer = await self.ask("POST", f"/workflows/{workflow}/instances{query}", body)
        return str(answer.json()["data"]["id"]) if answer.status_code == 201 else UNKNOWN

    async def look(self, instance: str) -> None:
        """All that is told of an instance."""
        await self.ask("GET", f"/instances/{instance}")
        await self.ask("GET", f"/instances/{instance}/history")
        await self.ask("GET", f"/instances/{instance}/stages/0/history")
        await self.ask("GET", "/instances")


async def _answers(visit: Visit) -> None:
    await visit.ask("GET", "/_info")
    workflow = await visit.make(NOOP, name="a/é \U0001f4a5 \\")
    for path in (f"/workflows/{workflow}", f"/workflows/{workflow.upper()}", f"/workflows/{UNKNOWN}", "/workflows/x"):
        await visit.ask("GET", path)
    await visit.ask("PATCH", "/workflows")
    await visit.ask("OPTIONS", "/workflows")
    for path in ("/nowhere", "/workflows/", "/WORKFLOWS", f"//workflows/{workflow}"):
        await visit.ask("GET", path)
    await visit.ask("GET", "/" + "x" * 3000)
    await visit.ask("POST", "/workflows", b"no JSON")
    await visit.make(name="x" * 70000)
    await visit.ask("POST", f"/instances/{UNKNOWN}/events", b"")
    for text in (
        '{"name":"\\u0000","stages":[]}',
        '{"stages":[{"noop":{}}],"stages":[]}',
        '{"stages":[]}x',
        '{"STAGES":[]}',
    ):
        await visit.ask("POST", "/workflows", text.encode())
    await visit.make({"noop": {"x": 1.5}}, name=None)
    await visit.make({"noop": {"x": 1.5}})
    await visit.ask("GET", "/_info?x=1")
    await visit.ask("GET", "/_info", b"{}")
    await visit.ask("POST", "/workflows", b"<stages/>", **{"content-type": "text/xml"})
    await visit.ask("POST", "/workflows", b'{"stages":[]}', **{"transfer-encoding": "chunked"})
    await visit.ask("GET", "/_info", accept="text/html")
    await visit.ask("GET", "/_info", **{"user-agent": ""})


async def _lives(visit: Visit) -> None:
    waiting = await visit.make(WAIT, NOOP)
    instance = await visit.run(waiting)
    await visit.look(instance)
    for name in ("other", "go", "go"):
        await visit.ask("POST", f"/instances/{instance}/events", {"name": name})
        await visit.look(instance)
    cancelled = await visit.run(waiting)
    for _ in range(2):
        await visit.ask("PUT", f"/instances/{cancelled}/abort")
        await visit.look(cancelled)
    for stages in (_DELAYS, _SENDS, [NOOP] * 2):
        ended = await visit.run(await visit.make(*stages), "?wait=true")
        await asyncio.sleep(1)
        await visit.look(ended)
        await visit.ask("GET", f"/instances/{ended}/stages/1/history")
    poor = await visit.run(await visit.make(send_stage(source="poor")), "?wait=true")
    await visit.look(poor)
    failing = await visit.run(await visit.make(_LATER, name=""), body={"d": "never"})
    await asyncio.sleep(1)
    await visit.look(failing)
    await visit.ask("GET", "/workflows")


async def _openings(visit: Visit) -> None:
    await visit.run(await visit.make(NOOP), "?wait=true")
    waiting = await visit.make({"wait_event": {"event": "go", "more": 1}}, name="", other=1)
    instance = await visit.run(waiting)
    await visit.look(instance)
    for path in ("?running=false", "?running=yes"):
        await visit.ask("GET", f"/instances{path}")
    await visit.ask("POST", f"/instances/{instance}/events", {"name": "go", "more": 1})
    for number in ("x", "-1", "2147483648"):
        await visit.ask("GET", f"/instances/{instance}/stages/{number}/history")
    early = await visit.run(await visit.make({"delay": {"duration": "200ms"}}, WAIT))
    await visit.ask("POST", f"/instances/{early}/events", {"name": "go"})
    await asyncio.sleep(1)
    await visit.look(early)
    for body in ({}, {"d": None}, {"d": "${e}", "e": "f"}):
        lacking = await visit.run(await visit.make({"wait_event": {"event": "x${d}"}}), body=body)
        await visit.look(lacking)
    left = await visit.run(gone := await visit.make({"delay": {"duration": "300ms"}}))
    await visit.ask("DELETE", f"/workflows/{gone}")
    await asyncio.sleep(1)
    await visit.look(left)


PARTS: tuple[Callable[[Visit], Awaitable[None]], ...] = (_answers, _lives, _openings)
"""The parts of a visit, each of them to a server of its own."""


def visited(freedoms: Sequence[Freedom], part: int) -> list[Line]:
    """What is heard in a part of a visit to a server that takes these freedoms."""

    async def scenario(session: Session) -> list[Line]:
        alter(session.server.clock, "now", lambda _: lambda: _BEGIN)
        session.follow_the_loop()
        visit = Visit(session)
        await PARTS[part](visit)
        return visit.heard

    session = Session(options_with(freedoms), make=lambda options: free_app(options, freedoms, 0))
    return run_virtually(hosted(scenario, session))
