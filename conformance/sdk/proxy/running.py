"""Running the proxy until somebody stops it, or it has been idle for long enough."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from conformance.sdk.proxy.server import Proxy
from conformance.sdk.proxy.traffic import Traffic
from conformance.sdk.proxy.upstream import Upstream

_STOPPING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """Where the proxy listens, and after how many seconds without a request it stops by itself (None: never)."""

    host: str = "127.0.0.1"
    port: int = 0
    until_idle_s: float | None = None


def carry(upstream: Upstream, traffic: Traffic, settings: ProxySettings, ready: Callable[[str], None]) -> None:
    """Carry until SIGINT, SIGTERM or idleness; ``ready`` gets the URL. Raises Unreachable and CannotListen."""
    asyncio.run(_carry(upstream, traffic, settings, ready))


async def _carry(upstream: Upstream, traffic: Traffic, settings: ProxySettings, ready: Callable[[str], None]) -> None:
    await upstream.must_answer()
    async with Proxy(upstream, traffic, settings.host, settings.port) as proxy:
        with _stopped() as stopped:
            ready(proxy.url)
            ends: list[asyncio.Task[Any]] = [asyncio.create_task(stopped.wait())]
            if settings.until_idle_s is not None:
                ends.append(asyncio.create_task(proxy.idle(settings.until_idle_s)))
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in ends:
                task.cancel()


@contextmanager
def _stopped() -> Iterator[asyncio.Event]:
    """An event that the first signal sets; another signal afterwards ends the judging."""
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    for number in _STOPPING:
        loop.add_signal_handler(number, event.set)
    try:
        yield event
    finally:
        for number in _STOPPING:
            loop.remove_signal_handler(number)
