"""One request to the hostile server: what came, the answer of a well-behaved server to it, and the bare connection."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

Headers = tuple[tuple[str, str], ...]

JSON: Headers = (("content-type", "application/json"),)
HTML: Headers = (("content-type", "text/html"), ("server", "nginx"))


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; ``head`` is everything before the body."""

    method: str
    path: str
    head: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as a well-behaved server gives it."""

    status: int
    headers: Headers = JSON
    body: bytes = b""


@dataclass
class State:
    """What one hostile server remembers: the last answer, how many requests came, and what behaviours keep."""

    url: str = ""
    requests: int = 0
    last: Answer | None = None
    kept: dict[str, Any] = field(default_factory=dict)
    stop: Callable[[float | None], Awaitable[None]] | None = None


@dataclass
class Handling:
    """What a behaviour acts on. ``upstream`` gives the well-behaved server's answer to the request."""

    request: Request
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    chance: Random
    state: State
    upstream: Callable[[], Awaitable[Answer]]

    async def send(self, *parts: bytes) -> None:
        """Send bytes as they are."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    async def answer(self, status: int, body: bytes, headers: Headers = JSON) -> None:
        """Send a whole, correctly framed answer."""
        await self.send(framed(Answer(status, headers, body)))

    async def pass_on(self) -> None:
        """Answer as the well-behaved server does."""
        await self.send(framed(await self.upstream()))

    async def success(self) -> Answer:
        """The well-behaved answer; one that says success where that was a refusal without a body to spoil."""
        found = await self.upstream()
        return found if found.body else Answer(200, JSON, b'{"data":[]}')

    def reset(self) -> None:
        """Drop the connection with a reset."""
        raw = self.writer.get_extra_info("socket")
        with contextlib.suppress(OSError, AttributeError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


async def forever() -> None:
    """Wait until the connection's task is cancelled."""
    await asyncio.Event().wait()


def head(status: int, headers: Iterable[tuple[str, str]], reason: str = "Something") -> bytes:
    """A status line with headers, and the blank line after them."""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def framed(answer: Answer) -> bytes:
    """An answer as it goes over the wire."""
    own = [(name, value) for name, value in answer.headers if name not in ("content-length", "transfer-encoding")]
    if answer.status != 204:
        own.append(("content-length", str(len(answer.body))))
    return head(answer.status, own) + answer.body


async def read_request(reader: asyncio.StreamReader) -> Request:
    """The next request of a connection. Raises asyncio.IncompleteReadError at its end."""
    raw = await reader.readuntil(b"\r\n\r\n")
    method, path, *_ = raw.split(b"\r\n")[0].decode("latin-1").split(" ")
    lengths = [line.split(b":")[1] for line in raw.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return Request(method, path, raw, await reader.readexactly(int(lengths[0]) if lengths else 0))


class Upstream:
    """A well-behaved server, asked over connections that are used again."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._where = (parts.hostname or "", parts.port or 80)
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def answer(self, request: Request) -> Answer:
        """The answer to a request."""
        async with self._connection() as (reader, writer):
            writer.write(request.head + request.body)
            raw = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.split(": ", 1) for line in raw[1:] if line)
            headers = tuple((name.lower(), value) for name, value in pairs)
            body = await reader.readexactly(int(dict(headers).get("content-length", "0")))
        return Answer(int(raw[0].split(" ")[1]), headers, body)

    def close(self) -> None:
        """Close the connections that are not in use."""
        while self._idle:
            self._idle.pop()[1].close()

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        pair = self._idle.pop() if self._idle else await asyncio.open_connection(*self._where, limit=1 << 26)
        try:
            yield pair
        except BaseException:
            pair[1].close()
            raise
        self._idle.append(pair)
