"""Both sides of a proxy for tests: an upstream that does as it is told with bytes, and clients that speak bytes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from conformance.sdk.proxy.server import Proxy
from conformance.sdk.proxy.traffic import Traffic
from conformance.sdk.proxy.upstream import Upstream
from conformance.trace import Exchange

Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{"version":"1.0"}'
GET = b"GET /_info HTTP/1.1\r\nhost: proxy\r\n\r\n"
PATIENCE_S = 20


@dataclass
class Between:
    """A proxy between an upstream and its clients. ``closed`` is set once a connection of the upstream has ended."""

    proxy: Proxy
    traffic: Traffic
    port: int
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A client's connection."""
        return await asyncio.open_connection("127.0.0.1", int(self.proxy.url.rpartition(":")[2]))

    async def ended(self) -> None:
        """Wait until the proxy has no connection any more."""
        await asyncio.gather(*self.proxy.connections)

    async def say(self, sent: bytes) -> bytes:
        """What comes back until the connection is closed."""
        reader, writer = await self.connect()
        writer.write(sent)
        received = await reader.read()
        writer.close()
        return received


@asynccontextmanager
async def between(
    connected: Connected,
    *,
    path: str = "",
    prefix: str | None = None,
    server: ssl.SSLContext | None = None,
    client: ssl.SSLContext | None = None,
) -> AsyncIterator[Between]:
    """A proxy in front of an upstream that treats each connection so."""
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await connected(reader, writer)
        except OSError:
            pass
        finally:
            closed.set()
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server)
    port = listening.sockets[0].getsockname()[1]
    scheme = "https" if client else "http"
    upstream = Upstream(f"{scheme}://127.0.0.1:{port}{path}", client)
    traffic = Traffic(upstream.url_of, prefix)
    async with listening, Proxy(upstream, traffic) as proxy:
        yield Between(proxy, traffic, port, closed)
    assert traffic.errors == []


def within(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test; only a hang lasts as long as the patience."""

    async def patient() -> None:
        async with asyncio.timeout(PATIENCE_S):
            await test()

    asyncio.run(patient())


async def head_of(reader: asyncio.StreamReader) -> bytes:
    """A request's head."""
    return await reader.readuntil(b"\r\n\r\n")


def answering(*answers: bytes) -> Connected:
    """An upstream that gives these answers, one after each head, and then closes."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await head_of(reader)
            writer.write(answer)
            await writer.drain()

    return connected


def only(here: Between) -> Exchange:
    """The one exchange that was kept."""
    (exchange,) = here.traffic.trace().exchanges
    return exchange
