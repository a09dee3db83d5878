"""Whether a target is there at all, before any traffic is spent on it."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.contract.calls import Call, PreparedRequest
from conformance.target.authentication.probing import guards
from conformance.target.errors import NotAnOrchestrationServer, Unauthorised, Unreachable
from conformance.target.recorder import Recorder
from conformance.target.sender import Sender, send
from conformance.target.target import Target
from conformance.trace import Exchange
from conformance.trace.roles import Role

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What a target tells about itself; ``version`` is "" when it serves the API but tells no version.

    ``features`` are those that were looked for, and found. ``requests``: how many were sent, those for that included.
    """

    version: str
    exchanges: tuple[Exchange, ...] = ()
    features: frozenset[str] = frozenset()
    requests: int = 0


async def probe(target: Target) -> ServerInfo:
    """Ask a target for its version. A server that answers oddly but lists workflows is one: its oddness is for rules.

    Raises Unreachable, Unauthorised, NotAnOrchestrationServer, TokenRefused.
    """
    recorder = Recorder()
    client = target.client(recorder, Role.PROBE)
    try:
        info = await _ask(client, target.api.prepare(Call("getServerInfo")))
        version = version_of(info)
        if version is None:
            await _must_list(client, info, target.api.prepare(Call("listWorkflows")))
        exchanges = recorder.exchanges()
        features = await guards(target, client)
        return ServerInfo(version or "", exchanges, features, target.policy.sent)
    finally:
        await client.aclose()


async def _must_list(client: Sender, info: Exchange, listing: PreparedRequest) -> None:
    """Give a server without a proper version its second chance: it has to list workflows."""
    listed = await _ask(client, listing)
    refused = next((each.status for each in (info, listed) if each.status in {401, 403}), None)
    if isinstance(listed.data, list):
        return
    if refused is not None:
        raise Unauthorised(client.url, refused)
    if info.failure and listed.failure:
        raise Unreachable(client.url, info.failure.message)
    raise NotAnOrchestrationServer(client.url, _observed(info))


async def _ask(client: Sender, prepared: PreparedRequest) -> Exchange:
    exchange = await send(client, prepared)
    for _ in range(_ATTEMPTS - 1):
        if exchange.status not in {429, 503}:
            break
        # The limiter has already taken in how long the target wants to be left alone.
        exchange = await send(client, prepared)
    if exchange.failure and exchange.failure.kind == "refused":
        raise Unreachable(client.url, exchange.failure.message)
    return exchange


def version_of(info: Exchange) -> str | None:
    """The version that an answer of getServerInfo tells; None where it tells none."""
    version = info.json.get("version") if info.status == 200 and isinstance(info.json, dict) else None
    return version if isinstance(version, str) and version else None


def _observed(info: Exchange) -> str:
    if info.failure:
        return f"GET /_info failed ({info.failure.message})"
    if info.response is not None and info.status != 200:
        return f"GET /_info got status {info.response.status}"
    return "GET /_info got no version, and GET /workflows no list"
