"""The proxy itself: it listens, and knows when it has nothing to do."""

from __future__ import annotations

import asyncio
import time
import traceback
from types import TracebackType
from typing import Self

from conformance.contract.errors import UserError
from conformance.sdk.proxy.connection import ClientConnection
from conformance.sdk.proxy.traffic import Traffic
from conformance.sdk.proxy.upstream import Upstream

_BACKLOG = 512


class CannotListen(UserError):
    """The address is taken, or not one of this machine."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        hint = "Give another --port, or none for a free one."
        super().__init__(f"The proxy cannot listen on {host}:{port}: {reason}.", hint)


class Proxy:
    """Listens while entered; every exchange goes to ``traffic`` once it is over. Raises CannotListen on entering."""

    def __init__(self, upstream: Upstream, traffic: Traffic, host: str = "127.0.0.1", port: int = 0) -> None:
        self._upstream = upstream
        self._traffic = traffic
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], ClientConnection] = {}
        self._count = 0
        self._under_way = 0
        self._last = time.monotonic()

    async def __aenter__(self) -> Self:
        try:
            self._server = await asyncio.start_server(
                self._connected, self._host, self._port, backlog=_BACKLOG, limit=256 * 1024
            )
        except (OSError, OverflowError) as error:
            raise CannotListen(self._host, self._port, getattr(error, "strerror", None) or str(error)) from error
        self._last = time.monotonic()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task, connection in self._connections.items():
            connection.stop()
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def connections(self) -> tuple[asyncio.Task[None], ...]:
        """The clients' connections, as tasks that end with them."""
        return tuple(self._connections)

    async def idle(self, seconds: float) -> None:
        """Return once nothing has been under way for so long, from the beginning on."""
        while True:
            left = seconds if self._under_way else self._last + seconds - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(left)

    def _busy(self, change: int) -> None:
        self._under_way += change
        self._last = time.monotonic()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._count += 1
        name = f"connection {self._count}"
        connection = ClientConnection((reader, writer), name, self._upstream, self._traffic, self._busy)
        self._connections[task] = connection
        try:
            await connection.serve()
        except asyncio.CancelledError:
            pass  # the proxy ends
        except Exception as error:
            told = traceback.format_exc(limit=-2).strip()
            self._traffic.errors.append(f"a connection could not be served: {type(error).__name__}: {told}")
        finally:
            self._connections.pop(task, None)
