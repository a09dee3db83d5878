"""How answers are sent: the HTTP version, the words of the status line, and when connections are closed."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
_STATUS_LINE = re.compile(rb"HTTP/1\.1 (\d{3}) ([^\r\n]*)")


@dataclass(frozen=True)
class Wire:
    """``version`` of HTTP in status lines; ``reason``: the words there, None for the usual ones; ``hints`` sends 103
    first; ``title_case`` writes header names so; ``closes_after``: so many answers on a connection, without a word
    (0: never); ``idle_s``: seconds after which an idle connection is closed."""

    version: str = "1.1"
    reason: str | None = None
    hints: bool = False
    title_case: bool = False
    closes_after: int = 0
    idle_s: int = 75


def protocol_of(wire: Wire) -> type[asyncio.Protocol]:
    """A class that speaks HTTP in this way."""

    class WireProtocol(H11Protocol):
        """One connection."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._answers = 0
            self.timeout_keep_alive = wire.idle_s

        def connection_made(self, transport: Any) -> None:
            """Send through something that rewrites heads."""
            rewriting: Any = _Rewriting(transport, wire)
            super().connection_made(rewriting)

        def on_response_complete(self) -> None:
            """Close after so many answers."""
            super().on_response_complete()
            self._answers += 1
            if self._answers == wire.closes_after or wire.version == "1.0":
                self.transport.close()

    return WireProtocol


class _Rewriting:
    """A transport that rewrites the head of each answer; everything else goes to the real one."""

    def __init__(self, transport: asyncio.Transport, wire: Wire) -> None:
        self._transport = transport
        self._wire = wire

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send; uvicorn writes a head in one piece."""
        self._transport.write(self._head(data) if data.startswith(b"HTTP/1.1 ") else data)

    def _head(self, data: bytes) -> bytes:
        wire = self._wire
        head, end, rest = data.partition(b"\r\n\r\n")
        line, *headers = head.split(b"\r\n")
        status = _STATUS_LINE.fullmatch(line)
        assert status is not None
        reason = status[2] if wire.reason is None else wire.reason.encode("latin-1")
        line = b"HTTP/%s %s %s" % (wire.version.encode(), status[1], reason)
        if wire.title_case:
            headers = [_titled(header) for header in headers]
        return (_HINTS if wire.hints else b"") + b"\r\n".join([line, *headers]) + end + rest


def _titled(header: bytes) -> bytes:
    name, colon, value = header.partition(b":")
    return b"-".join(part.capitalize() for part in name.split(b"-")) + colon + value
