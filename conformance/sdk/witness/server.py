"""The witness itself: HTTP/1.1 on asyncio, with h11 reading and writing, so that it can also misbehave on purpose."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

import h11

from conformance.sdk.witness.answer import Answer
from conformance.trace.exchange import Exchange, Failure, Headers, Request, Response
from conformance.trace.recording import Span, recorded

_BLOCK = 64 * 1024
_CHUNK = 7
"""Bytes of a chunk: small, so that most values are cut in two."""

Answering = Callable[[Request], Answer]


class Witness:
    """Listens on a free port while entered. ``answering`` says what is answered, and may be set at any time.

    ``exchanges`` is what came, in order of arrival; an exchange is there once its answer is out.
    """

    def __init__(self, prefix: str = "", host: str = "127.0.0.1") -> None:
        self.prefix = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
        self.answering: Answering = lambda _: Answer(404)
        self.exchanges: list[Exchange] = []
        self.arrived = 0
        self._host = host
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, self._host, 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        assert self._server is not None
        return f"http://{self._host}:{self._server.sockets[0].getsockname()[1]}"

    @property
    def base_url(self) -> str:
        """Where the API is: the origin with the prefix."""
        return f"{self.origin}{self.prefix}"

    @property
    def alias(self) -> str:
        """The base URL under another host name: hosts are distinguished by name, whatever the port."""
        return self.base_url.replace(self._host, "localhost", 1)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._serve(reader, writer)
        except (h11.RemoteProtocolError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while (received := await _next_request(connection, reader, writer)) is not None:
            event, body = received
            arrived = time.monotonic_ns()
            self.arrived += 1
            index = self.arrived - 1
            request = self._request(event, body)
            answer = self.answering(request)
            await asyncio.sleep(answer.delay)
            if answer.fate != "answer":
                self._record(index, request, arrived, None)
                if answer.fate == "silence":
                    await reader.read()  # until the client gives up
                return
            response = _response(answer, request)
            self._record(index, request, arrived, response)
            writer.write(_written(connection, response, answer.chunked, head=request.method == "HEAD"))
            await writer.drain()
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()

    def _request(self, event: h11.Request, body: bytes) -> Request:
        target = event.target.decode("latin-1")
        path, _, query = target.partition("?")
        below = path[len(self.prefix) :] if path.startswith(f"{self.prefix}/") else path
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers)
        return Request(
            event.method.decode("ascii"),
            f"{self.origin}{target}",
            below,
            tuple(parse_qsl(query, keep_blank_values=True)),
            headers,
            body or None,
        )

    def _record(self, index: int, request: Request, arrived: int, response: Response | None) -> None:
        answer = response or Failure("aborted", "the witness gave no answer, as the case wants it")
        self.exchanges.append(recorded(index, request, Span(arrived, time.monotonic_ns()), answer))


async def _next_request(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[h11.Request, bytes] | None:
    """The next request with its whole body, None when the client closes the connection instead."""
    request: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                writer.write(connection.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            connection.receive_data(await reader.read(_BLOCK))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and request is not None:
            return request, bytes(body)
        else:
            return None


def _response(answer: Answer, request: Request) -> Response:
    accepted = next((value for name, value in request.headers if name.lower() == "accept-encoding"), "")
    body, headers = answer.body, answer.headers
    if answer.gzip and "gzip" in accepted:
        body, headers = gzip.compress(body, mtime=0), (*headers, ("content-encoding", "gzip"))
    return Response(answer.status, _framed(headers, body, answer), body)


def _framed(headers: Headers, body: bytes, answer: Answer) -> Headers:
    if answer.status == 204:
        return headers
    framing = ("transfer-encoding", "chunked") if answer.chunked else ("content-length", str(len(body)))
    return (*headers, framing)


def _written(connection: h11.Connection, response: Response, chunked: bool, *, head: bool) -> bytes:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    out = connection.send(h11.Response(status_code=response.status, headers=raw)) or b""
    body = b"" if head or response.status == 204 else response.body
    size = _CHUNK if chunked and len(body) < 100 * _CHUNK else max(len(body) // 50, 1) if chunked else len(body)
    for start in range(0, len(body), max(size, 1)):
        out += connection.send(h11.Data(data=body[start : start + size])) or b""
    return out + (connection.send(h11.EndOfMessage()) or b"")
