"""A driver in the place of the HTTP client: a `Sender` whose requests are calls of an SDK."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Unpack

from conformance.contract.api import V1
from conformance.contract.calls import Call, PreparedRequest
from conformance.sdk.campaign.player import DriverUseless
from conformance.sdk.driver.errors import ProtocolBroken
from conformance.sdk.driver.process import Driver
from conformance.sdk.playing.translation import call_of, told
from conformance.sdk.proxy.server import Proxy
from conformance.sdk.proxy.traffic import Traffic
from conformance.sdk.proxy.upstream import Upstream
from conformance.target import Recorder, RequestOptions, Target, TargetConfig, send
from conformance.target.sender import Sender
from conformance.trace import Exchange, Request
from conformance.trace.recording import Span, recorded
from conformance.trace.roles import Role

_DIRECT = frozenset({Role.CLEANUP, Role.CONTROL, Role.PROBE, Role.WATCHDOG})
"""Clients that need not know what an SDK makes of an answer."""


@dataclass
class SharedDriver:
    """What the senders of one driver share. ``wire`` is everything that was sent, in order of ending."""

    driver: Driver
    upstream: Upstream
    prefix: str
    wire: list[Exchange] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.turn = asyncio.Semaphore(64 if "concurrency" in self.driver.hello.features else 1)


class DriverSender:
    """Sends each request as a call. What is on the wire is seen by a proxy that only this sender uses."""

    def __init__(
        self,
        driver: SharedDriver,
        config: TargetConfig,
        recorder: Recorder,
        name: str,
        ended: Callable[[Exchange], None],
    ):
        self.name = name
        self._driver = driver
        self._config = config
        self._recorder = recorder
        self._ended = ended
        self._stack = AsyncExitStack()
        self._seen: list[Exchange] = []
        self._proxy: Proxy | None = None
        self._opening = asyncio.Lock()
        driver.count += 1
        self._client = str(driver.count)

    @property
    def url(self) -> str:
        """The URL of the API's root."""
        return self._config.url

    async def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> Exchange:
        """Have the SDK send one request; the exchange is the caller's. Raises DriverUseless."""
        query, body = tuple(options.get("query", ())), options.get("body")
        timeout_s = (options.get("timeout_s") or self._config.timeout_s) + options.get("expected_wait_s", 0.0)
        call = call_of(PreparedRequest(method, path, query, body), math.ceil(timeout_s), self._client)
        base_url = await self._base_url()
        async with self._driver.turn:
            index, before, sent = self._recorder.begin(), len(self._seen), time.monotonic_ns()
            try:
                result = await self._driver.driver.call(call, base_url)
            except ProtocolBroken as error:
                raise DriverUseless(f"the driver broke the protocol: {error.observed}") from error
            span = Span(sent, time.monotonic_ns())
        request = Request(method, f"{self.url}{path}", path, query, (("content-type", "application/json"),), body)
        exchange = recorded(
            index,
            request,
            span,
            told(call, result, self._seen[before:]),
            client=self.name,
            step=options.get("step"),
            timeout=int(timeout_s * 1e9),
            expected_wait=int(options.get("expected_wait_s", 0.0) * 1e9),
        )
        self._recorder.finish(exchange)
        self._ended(exchange)
        return exchange

    async def warm(self) -> Exchange:
        """Get ready to send without delay, with one recorded request for the server's version."""
        return await send(self, V1.prepare(_INFO))

    async def aclose(self) -> None:
        """Close the proxy."""
        await self._stack.aclose()

    async def _base_url(self) -> str:
        async with self._opening:
            if self._proxy is None:
                upstream = self._driver.upstream
                traffic = Traffic(upstream.url_of, self._driver.prefix, self._note)
                self._proxy = await self._stack.enter_async_context(Proxy(upstream, traffic))
        return f"{self._proxy.url}{self._driver.prefix}"

    def _note(self, exchange: Exchange) -> None:
        self._seen.append(exchange)
        self._driver.wire.append(exchange)


class DrivenTarget(Target):
    """A target whose clients are an SDK's, but for those of the suite's own that no caller stands for."""

    def __init__(self, config: TargetConfig, driver: SharedDriver) -> None:
        super().__init__(config)
        self._driver = driver

    def client(self, recorder: Recorder, name: str = "1", *, reuse: bool = True) -> Sender:
        """A sender whose exchanges go to ``recorder`` under its name."""
        if name in _DIRECT:
            return super().client(recorder, name, reuse=reuse)
        return DriverSender(self._driver, self.config, recorder, name, self._ended)

    def _ended(self, exchange: Exchange) -> None:
        self._started(exchange.operation)
        self._answered(exchange, None)


_INFO = Call("getServerInfo")
