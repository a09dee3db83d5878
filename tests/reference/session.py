"""Talking to a reference server inside the test's own event loop, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count
from typing import Any, Self, TypeVar

import httpx

from conformance.reference.app import create_app
from conformance.reference.faults.fault import alter
from conformance.reference.options import ServerOptions
from conformance.reference.process import Make
from conformance.reference.service.server import Server

T = TypeVar("T")
SOON = 10.0
"""Seconds in which something certain to happen has happened even on a busy machine."""

WAIT = {"wait_event": {"event": "go"}}
NOOP: dict[str, Any] = {"noop": {}}
UNKNOWN = "6dd4e1a5-0a0a-4d8f-9a3c-6d8f0b0f7c11"


def send_stage(amount: int = 100, source: str = "world", **more: Any) -> dict[str, Any]:
    """A send stage from ``source`` to the account bank."""
    money = {"amount": amount, "asset": "USD/2"}
    return {
        "send": {"source": {"account": {"id": source}}, "destination": {"account": {"id": "bank"}}, "amount": money}
        | more
    }


def update_stage(**metadata: str) -> dict[str, Any]:
    """An update stage of the account bank."""
    return {"update": {"account": {"id": "bank", "ledger": "default", "metadata": metadata}}}


class Session:
    """A server, a client of it, and shortcuts.

    ``patience`` is how long to wait for what should come, ``dread`` for what should not (seconds). ``make`` gives the
    application.
    """

    def __init__(
        self, options: ServerOptions, patience: float = SOON, dread: float = 0, make: Make = create_app
    ) -> None:
        app = make(options)
        self.server: Server = app.state.server
        self.patience = patience
        self.dread = dread
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reference", timeout=None)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.client)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """One exchange; bytes are sent as they are, everything else as JSON."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        return await self.client.request(method, path, **content, **more)

    async def data(self, path: str, **params: str) -> Any:
        """The data of a successful read."""
        response = await self.call("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()["data"]

    async def create(self, *stages: Any, **config: Any) -> str:
        """A new workflow's id."""
        response = await self.call("POST", "/workflows", {"stages": list(stages), **config})
        assert response.status_code == 201, response.text
        return str(response.json()["data"]["id"])

    async def run(self, workflow: str, variables: dict[str, str] | None = None, wait: bool = False) -> Any:
        """A new instance, as the answer to its run tells it."""
        query = "?wait=true" if wait else ""
        response = await self.call("POST", f"/workflows/{workflow}/instances{query}", variables or {})
        assert response.status_code == 201, response.text
        return response.json()["data"]

    async def start(self, *stages: Any, **variables: str) -> str:
        """The id of an instance of a new workflow, run far enough to wait if it can wait."""
        instance = (await self.run(await self.create(*stages), variables))["id"]
        await self.idle()
        return str(instance)

    async def event(self, instance: str, name: str = "go") -> int:
        """Send an event; its status code."""
        status = (await self.call("POST", f"/instances/{instance}/events", {"name": name})).status_code
        await self.idle()
        return status

    async def cancel(self, instance: str) -> int:
        """Cancel; its status code."""
        status = (await self.call("PUT", f"/instances/{instance}/abort")).status_code
        await self.idle()
        return status

    async def idle(self) -> None:
        """Let everything run that does not wait for a timer or a client."""
        for _ in range(60):
            await asyncio.sleep(0)

    def follow_the_loop(self) -> None:
        """Let the server's clock go by the loop's time, as a virtual loop needs it, and a tick with each look."""
        ticks, loop = count(self.server.clock.now(), 1000), asyncio.get_running_loop()
        alter(self.server.clock, "now", lambda _: lambda: next(ticks) + round(loop.time() * 1_000_000) * 1000)

    def freeze(self, at: int | None = None) -> None:
        """Stop the server's clock, now or ``at``: it advances only by a microsecond each time it is read."""
        ticks = count(at or self.server.clock.now(), 1000)
        alter(self.server.clock, "now", lambda _: lambda: next(ticks))

    async def comes(self, holds: Callable[[], bool], within: float) -> bool:
        """Whether something comes to hold."""
        try:
            async with asyncio.timeout(within):
                while not holds():  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
        except TimeoutError:
            return False
        return True

    async def reaches(self, instance: str, stage: int) -> bool:
        """Whether the instance reaches a stage, as it should."""
        execution = self.server.engine.executions[instance]
        return await self.comes(lambda: execution.stage >= stage, self.patience)

    async def ended(self, instance: str) -> bool:
        """Whether the instance ends, as it should, and reads show it."""
        try:
            await asyncio.wait_for(self.server.engine.finished(instance), self.patience)
        except TimeoutError:
            return False
        return True


async def hosted(scenario: Callable[[Session], Awaitable[T]], session: Session) -> T:
    """Run a scenario, and nothing of it any longer."""
    async with session:
        return await scenario(session)


def play(scenario: Callable[[Session], Awaitable[T]], **options: Any) -> T:
    """Run a scenario against a server of its own with these options."""

    async def main() -> T:
        return await hosted(scenario, Session(ServerOptions(**options)))

    return asyncio.run(main())
