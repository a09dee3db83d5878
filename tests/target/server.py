"""A server on a real port that does just what a test wants with each request, and remembers what came over the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class RawServer:
    """``heads`` are the request heads as they came; ``url`` is where it listens."""

    url: str = ""
    heads: list[str] = field(default_factory=list)
    seen: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def lines(self) -> list[str]:
        """The request lines."""
        return [head.split("\r\n")[0] for head in self.heads]


Answer = Callable[[RawServer], Awaitable[bytes]]


def answer(body: str = "{}", status: str = "200 OK", headers: str = "") -> bytes:
    """The bytes of a whole JSON response."""
    return (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {len(body)}\r\n\r\n{body}"
    ).encode()


def always(*answers: bytes) -> Answer:
    """Gives each answer once, and the last one from then on."""
    left = list(answers)

    async def give(_: RawServer) -> bytes:
        return left.pop(0) if len(left) > 1 else left[0]

    return give


async def never(_: RawServer) -> bytes:
    """Hangs."""
    return await asyncio.Future[bytes]()


@asynccontextmanager
async def serving(give: Answer) -> AsyncIterator[RawServer]:
    """Serve on a free port; an empty answer closes the connection."""
    server = RawServer()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while reply := await _reply(server, reader, give):
                writer.write(reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()


async def _reply(server: RawServer, reader: asyncio.StreamReader, give: Answer) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lengths = [line.split(":")[1] for line in head.lower().split("\r\n") if line.startswith("content-length:")]
    await reader.readexactly(int(lengths[0]) if lengths else 0)
    server.heads.append(head)
    server.seen.set()
    return await give(server)
