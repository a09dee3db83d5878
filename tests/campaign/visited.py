"""A reference server in this process that others use as well, and that remembers every request it got."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from conformance.reference.app import create_app
from conformance.reference.options import ServerOptions
from conformance.reference.process import listen
from conformance.reference.service.server import Server


@dataclass
class Guest:
    """A request: method, path and headers."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class Visited:
    """``url`` is where it is, ``requests`` what it got, ``most`` how many of them it had at a time."""

    url: str
    server: Server
    requests: list[Guest] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    def get(self, path: str) -> Any:
        """The data of an answer, for somebody who is no guest."""
        return httpx.get(f"{self.url}{path}", headers={"x-host": "yes"}).json()["data"]

    def post(self, path: str, body: Any) -> Any:
        """Make something, as somebody who is no guest."""
        return httpx.post(f"{self.url}{path}", json=body, headers={"x-host": "yes"}).json()["data"]

    @property
    def workflows(self) -> list[Any]:
        """All that there are, by id."""
        return sorted(self.get("/workflows"), key=lambda each: str(each["id"]))

    @property
    def running(self) -> list[Any]:
        """The instances that have not terminated, by id."""
        listed = self.get("/instances?running=true")
        return sorted((each for each in listed if not each["terminated"]), key=lambda each: str(each["id"]))


@contextlib.contextmanager
def visited(options: ServerOptions | None = None) -> Iterator[Visited]:
    """Serve in a thread. Who is no guest is not counted."""
    app = create_app(options or ServerOptions())
    guests: list[Visited] = []

    async def counting(scope: Scope, receive: Receive, send: Send) -> None:
        seen = guests[0]
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
        if scope["type"] != "http" or "x-host" in headers:
            await app(scope, receive, send)
            return
        seen.requests.append(Guest(scope["method"], scope["path"], headers))
        seen.under_way += 1
        seen.most = max(seen.most, seen.under_way)
        try:
            await app(scope, receive, send)
        finally:
            seen.under_way -= 1

    with _served(counting, app.state.server) as found:
        guests.append(found)
        yield found


@contextlib.contextmanager
def _served(application: ASGIApp, server: Server) -> Iterator[Visited]:
    listener = listen(ServerOptions())
    config = uvicorn.Config(application, log_level="critical", access_log=False, lifespan="off", timeout_keep_alive=75)
    serving = uvicorn.Server(config)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield Visited(f"http://127.0.0.1:{listener.getsockname()[1]}", server)
    finally:
        serving.should_exit = True
        thread.join(10)
