"""Reading the messages of one direction of a connection, with h11, while their bytes go on unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import h11

_LONGEST_HEAD = 1024 * 1024


class NotHttp(Exception):
    """What came is no HTTP/1.1; ``reason`` is a part of a sentence, ``line`` the first line of a message's head."""

    def __init__(self, reason: str, line: bytes = b"") -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Body:
    """Bytes of a request as they came after its head, with the framing of chunks, and what they say.

    ``last``: the request ends with them.
    """

    raw: bytes
    content: bytes
    last: bool


class End:
    """The answer is over."""


RequestPart = h11.Request | Body
AnswerPart = h11.Response | bytes | End


class RequestReader:
    """Cuts what a client sends into requests."""

    def __init__(self) -> None:
        self._connection = _next_request()
        self._head = b""

    def feed(self, data: bytes) -> Iterator[RequestPart]:
        """The parts that are whole once ``data`` has come. Raises NotHttp."""
        head = self._head + data
        try:
            self._connection.receive_data(data)
            yield from self._parts(head)
        except h11.RemoteProtocolError as error:
            raise NotHttp(str(error), self._head.partition(b"\r\n")[0]) from error

    def _parts(self, left: bytes) -> Iterator[RequestPart]:
        """``left``: all that has come and is not yet recorded."""
        content: list[bytes] = []
        in_head = self._connection.their_state is h11.IDLE
        self._head = left if in_head else b""
        while (event := self._connection.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Request):
                yield event
                left, in_head, self._head = self._connection.trailing_data[0], False, b""
            elif isinstance(event, h11.Data):
                content.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                after = self._connection.trailing_data[0]
                yield Body(left[: len(left) - len(after)], b"".join(content), last=True)
                content, left, in_head = [], after, True
                self._head = left
                self._connection = _next_request()
                if after:
                    self._connection.receive_data(after)
            else:
                return
        if left and not in_head:
            yield Body(left, b"".join(content), last=False)


def _next_request() -> h11.Connection:
    return h11.Connection(h11.SERVER, max_incomplete_event_size=_LONGEST_HEAD)


class AnswerReader:
    """Cuts what a server sends into answers: `expect` one, then ask for its `parts`, until its end."""

    def __init__(self) -> None:
        self._connection: h11.Connection | None = None
        self._waiting = bytearray()
        self._closed = False

    @property
    def expecting(self) -> bool:
        """Whether an answer is expected that has not ended."""
        return self._connection is not None

    def expect(self, method: bytes) -> None:
        """The next answer is one to a request with this method."""
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
        # Only the method matters to what the answer looks like.
        self._connection.send(h11.Request(method=method, target="/", headers=[("host", "upstream")]))
        self._connection.send(h11.EndOfMessage())

    def take(self, data: bytes) -> None:
        """Bytes have come; none tells that the server has closed the connection."""
        self._waiting += data
        self._closed = self._closed or not data

    def parts(self) -> Iterator[AnswerPart]:
        """What there is now of the answer that is expected. Raises NotHttp."""
        connection = self._connection
        assert connection is not None
        try:
            if self._waiting:
                connection.receive_data(bytes(self._waiting))
                self._waiting.clear()
            if self._closed:
                connection.receive_data(b"")
            yield from self._events(connection)
        except h11.RemoteProtocolError as error:
            raise NotHttp(str(error)) from error

    def _events(self, connection: h11.Connection) -> Iterator[AnswerPart]:
        while (event := connection.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Response):
                yield event
            elif isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self._waiting += connection.trailing_data[0]
                self._connection = None
                yield End()
                return
            elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                return
