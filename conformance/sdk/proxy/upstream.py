"""The server behind the proxy: where it is, and how a request's head is addressed to it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from conformance.target.errors import Unreachable

_PORTS = {"http": 80, "https": 443}
_CONNECT_S = 10.0
_LIMIT = 256 * 1024

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class NoConnection(Exception):
    """The server cannot be reached now; ``reason`` is a part of a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Upstream:
    """A server by its URL, which may carry a path; ``context`` is for https, None for http."""

    url: str
    context: ssl.SSLContext | None = None

    @property
    def host(self) -> str:
        """The host's name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port, also where the URL names none."""
        parts = urlsplit(self.url)
        return parts.port or _PORTS[parts.scheme]

    @property
    def path(self) -> str:
        """What its URL has before the paths of requests, without a slash at its end."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def netloc(self) -> str:
        """Host and port as a Host header has them."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def shown(self) -> str:
        """Its address without user and password."""
        return f"{urlsplit(self.url).scheme}://{self.netloc}"

    def url_of(self, target: str) -> str:
        """The URL of a request's target."""
        return f"{self.shown}{self.path}{target}"

    def head(self, request: h11.Request) -> bytes:
        """The request's head as it goes to the server: only the Host header and the server's own path differ."""
        lines = [b"%s %s%s HTTP/%s" % (request.method, self.path.encode(), request.target, request.http_version)]
        for name, value in request.headers.raw_items():
            lines.append(b"%s: %s" % (name, self.netloc.encode() if name.lower() == b"host" else value))
        return b"\r\n".join(lines) + b"\r\n\r\n"

    async def connect(self) -> Streams:
        """A new connection. Raises NoConnection."""
        try:
            async with asyncio.timeout(_CONNECT_S):
                return await asyncio.open_connection(
                    self.host,
                    self.port,
                    ssl=self.context,
                    server_hostname=self.host if self.context else None,
                    limit=_LIMIT,
                )
        except TimeoutError:
            raise NoConnection(f"no connection within {_CONNECT_S:g} s") from None
        except OSError as error:
            raise NoConnection(reason_of(error)) from error

    async def must_answer(self) -> None:
        """Try to connect once. Raises Unreachable."""
        try:
            _, writer = await self.connect()
        except NoConnection as error:
            raise Unreachable(self.url, error.reason) from error
        await close(writer)


def reason_of(error: OSError) -> str:
    """What went wrong with a connection, as a part of a sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    return error.strerror or str(error) or type(error).__name__


async def close(writer: asyncio.StreamWriter) -> None:
    """Close a connection; that it may be broken by then is no news."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
