"""One connection of a client, and the one to the server that belongs to it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from http import HTTPStatus

import h11

from conformance.sdk.proxy.messages import AnswerReader, Body, End, NotHttp, RequestReader
from conformance.sdk.proxy.traffic import OpenExchange, Traffic
from conformance.sdk.proxy.upstream import NoConnection, Streams, Upstream, close, reason_of
from conformance.trace import Failure
from conformance.trace.exchange import FailureKind
from conformance.wire import exact_json

_BLOCK = 256 * 1024
_LEFT = "the client closed the connection before the answer was complete"
_STOPPED = "the proxy was stopped before the answer was complete"
_CLOSED = "it closed the connection"


class _Broken(Exception):
    """The connection to the server is of no use any more; ``reason`` is a part of a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ClientConnection:
    """Carries requests one way and answers the other, as the bytes that they are.

    A client's connection has one to the server, opened when the first request comes; when the server closes it, the
    client's is closed as well. ``busy`` is called with +1 and -1 as exchanges begin and end.
    """

    def __init__(
        self, client: Streams, name: str, upstream: Upstream, traffic: Traffic, busy: Callable[[int], None]
    ) -> None:
        self._reader, self._writer = client
        self._name = name
        self._upstream = upstream
        self._traffic = traffic
        self._busy = busy
        self._pending: deque[OpenExchange] = deque()
        self._current: OpenExchange | None = None
        self._server: asyncio.StreamWriter | None = None
        self._answers: asyncio.Task[None] | None = None
        self._why = _LEFT

    async def serve(self) -> None:
        """Carry until the client or the server closes; never raises for what either of them does."""
        requests = RequestReader()
        try:
            while data := await self._reader.read(_BLOCK):
                for part in requests.feed(data):
                    await self._take(part)
        except NotHttp as error:
            self._refuse(error)
        except OSError:
            pass  # the client is gone
        finally:
            self._lose("aborted", self._why)
            await self._leave_server()
            if self._why == _STOPPED:
                self._writer.transport.abort()  # it may be a client that does not read
            await close(self._writer)

    def stop(self) -> None:
        """The proxy ends: from now on what is under way is recorded as stopped. Cancel the task afterwards."""
        self._why = _STOPPED

    async def _take(self, part: h11.Request | Body) -> None:
        if isinstance(part, h11.Request):
            await self._begin(part)
            return
        open_exchange = self._current
        if open_exchange is None:
            return  # a request that came after the server had closed the connection: it goes nowhere
        open_exchange.add_content(part.content)
        open_exchange.whole = part.last
        if self._server is not None and part.raw:
            self._server.write(part.raw)
            with contextlib.suppress(OSError):  # the server reads no more of it, which its answer tells, or its end
                await self._server.drain()
        if part.last:
            self._current = None
            if open_exchange.refused is not None:
                self._answer_for_server(open_exchange)

    async def _begin(self, request: h11.Request) -> None:
        if self._answers is not None and self._answers.done():
            return
        open_exchange = self._current = OpenExchange(self._name, request, time.monotonic_ns())
        self._pending.append(open_exchange)
        self._busy(1)
        try:
            if self._server is None:
                reader, self._server = await self._upstream.connect()
                self._answers = asyncio.create_task(self._carry_answers(reader))
        except NoConnection as error:
            open_exchange.refused = error.reason
            return
        open_exchange.sent = time.monotonic_ns()
        self._server.write(self._upstream.head(request))

    async def _carry_answers(self, reader: asyncio.StreamReader) -> None:
        """Carry answers until the server closes the connection, or breaks it; then the client's is closed."""
        answers = AnswerReader()
        reason = _CLOSED
        try:
            while data := await _received(reader):
                if not self._pending:
                    raise _Broken("it sent an answer for which there was no request")
                self._writer.write(data)
                self._pending[0].begun = True
                answers.take(data)
                self._read(answers)
                await self._writer.drain()
            answers.take(b"")
            self._read(answers)
        except _Broken as error:
            reason = error.reason
        except OSError:
            return  # the client is gone, which whoever reads from it notices as well
        self._server_is_gone(reason)

    def _read(self, answers: AnswerReader) -> None:
        """Put what came into the exchanges that it belongs to. Raises _Broken."""
        try:
            while self._pending:
                if not answers.expecting:
                    answers.expect(self._pending[0].request.method)
                if not self._read_one(self._pending[0], answers):
                    return
        except NotHttp as error:
            raise _Broken(f"its answer is no HTTP/1.1 ({error.reason})") from error

    def _read_one(self, open_exchange: OpenExchange, answers: AnswerReader) -> bool:
        """Whether the answer has ended."""
        for part in answers.parts():
            if isinstance(part, End):
                self._pending.popleft()
                self._busy(-1)
                self._traffic.finish(open_exchange)
                return True
            if isinstance(part, bytes):
                open_exchange.add_body(part)
            else:
                open_exchange.answer = part
        return False

    def _server_is_gone(self, reason: str) -> None:
        """The client gets a 502 where it has got nothing, else the end of its answer is missing."""
        open_exchange = self._pending[0] if self._pending else None
        if open_exchange is None or open_exchange.begun:
            self._lose("aborted", f"the server broke its answer off: {reason}")
            self._writer.close()
            return
        open_exchange.refused = reason
        if open_exchange.whole:
            self._answer_for_server(open_exchange)

    def _answer_for_server(self, open_exchange: OpenExchange) -> None:
        """Answer 502 to a request that is whole: a client that is still sending might not read it."""
        reached = self._server is not None
        kind: FailureKind = "aborted" if reached else "refused"
        told = f"{self._upstream.shown} gave no answer" if reached else f"{self._upstream.shown} cannot be reached"
        self._lose(kind, f"the proxy answered 502: {told}: {open_exchange.refused}")
        self._say(
            HTTPStatus.BAD_GATEWAY, f"{told}: {open_exchange.refused}", head=open_exchange.request.method == b"HEAD"
        )

    def _refuse(self, error: NotHttp) -> None:
        self._traffic.refuse(error.line, error.reason, self._name)
        if not self._pending:
            self._say(HTTPStatus.BAD_REQUEST, f"the proxy cannot read this request: {error.reason}")

    def _say(self, status: HTTPStatus, message: str, *, head: bool = False) -> None:
        """An answer of the proxy's own, the last one on this connection."""
        body = exact_json.encode({"errorCode": "INTERNAL", "errorMessage": message})
        lines = [
            f"HTTP/1.1 {status.value} {status.phrase}",
            "server: conformance-proxy",
            "content-type: application/json",
            f"content-length: {len(body)}",
            "connection: close",
        ]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + (b"" if head else body))
        self._writer.close()

    def _lose(self, kind: FailureKind, why: str) -> None:
        """What is under way gets no answer."""
        while self._pending:
            self._busy(-1)
            self._traffic.finish(self._pending.popleft(), Failure(kind, why))

    async def _leave_server(self) -> None:
        if self._answers is not None:
            self._answers.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._answers
        if self._server is not None:
            self._server.transport.abort()


async def _received(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(_BLOCK)
    except OSError as error:
        raise _Broken(reason_of(error)) from error
