"""Clients that mix up connections, base addresses or tokens."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import httpx
from client import Credentials

from faults.base import Faulty


class TenSecondsOnly(Faulty):
    """No call may take longer than ten seconds, whatever its caller says."""

    breaks = ("sdk-client.long-wait",)

    def patience(self, timeout: float) -> float:
        return min(timeout, 10.0)


class ConnectionsMixedUp(Faulty):
    """Of calls at the same time, each gets the answer that came last."""

    breaks = ("sdk-client.no-mixing",)

    async def send(self, operation: str, request: httpx.Request) -> httpx.Response:
        self.last = await super().send(operation, request)
        await asyncio.sleep(0.02)
        return self.last


class LastBaseUrlWins(Faulty):
    """The base URL is shared by all clients of the process, and the last one wins."""

    breaks = ("sdk-client.second-client",)
    shared: ClassVar[dict[str, str]] = {}

    def __init__(self, base_url: str, credentials: Credentials | None = None) -> None:
        super().__init__(base_url, credentials)
        self.shared["url"] = base_url

    async def request(self, operation: str, arguments: dict[str, Any]) -> httpx.Request:
        self.base_url = self.shared["url"]
        return await super().request(operation, arguments)


class FirstHeaderWins(Faulty):
    """The headers of the first request are used for ever, its token included."""

    breaks = ("sdk-client.token-renewed", "sdk-client.token-after-401")

    async def authorization(self) -> dict[str, str]:
        self.first = getattr(self, "first", None) or await super().authorization()
        return self.first


class TokenForEachCall(Faulty):
    """A token is fetched for every call."""

    breaks = ("sdk-client.token-once",)

    def expired(self, end: float) -> bool:
        return True


class TokenFollowsRedirect(Faulty):
    """Redirects are followed with the token, wherever they lead."""

    breaks = ("sdk-client.token-other-host",)

    async def send(self, operation: str, request: httpx.Request) -> httpx.Response:
        answer = await super().send(operation, request)
        if not answer.is_redirect:
            return answer
        return await self.http.get(
            answer.headers["location"], headers={"authorization": request.headers["authorization"]}
        )
