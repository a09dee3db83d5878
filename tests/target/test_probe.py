from __future__ import annotations

import asyncio
import socket

import pytest

from conformance.target import (
    NotAnOrchestrationServer,
    Target,
    TargetConfig,
    TargetError,
    TokenRefused,
    Unauthorised,
    Unreachable,
    locate,
    probe,
)
from conformance.target.locating import USUAL_PREFIXES
from tests.target.server import Answer, RawServer, always, answer, never, serving


def version_of(give: Answer, token_path: str | None = None, **settings: float) -> str:
    async def run() -> str:
        async with serving(give) as server:
            credentials = {"client_id": "me", "client_secret": "s", "token_url": f"{server.url}{token_path}"}
            config = TargetConfig.model_validate({"url": server.url, **settings, **(credentials if token_path else {})})
            async with Target(config) as target:
                return (await probe(target)).version

    return asyncio.run(run())


def test_the_version() -> None:
    assert version_of(always(answer('{"version": "v2"}'))) == "v2"


def test_a_server_without_version_that_lists_workflows_is_one() -> None:
    assert version_of(always(answer("{}"), answer('{"data": []}'))) == ""


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer("{}"), NotAnOrchestrationServer),
        (answer("<html>", "404 Not Found"), NotAnOrchestrationServer),
        (answer("{}", "401 Unauthorized"), Unauthorised),
        (answer("{}", "403 Forbidden"), Unauthorised),
        (b"", Unreachable),
    ],
)
def test_what_is_no_usable_target(reply: bytes, error: type[TargetError]) -> None:
    with pytest.raises(error) as caught:
        version_of(always(reply))
    assert caught.value.hint


def test_a_silent_server_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"no complete answer within 0\.1 s"):
        version_of(never, timeout_s=0.1)


def test_a_closed_port_is_unreachable() -> None:
    async def run(port: int) -> None:
        async with Target(TargetConfig(url=f"http://127.0.0.1:{port}")) as target:
            await probe(target)

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable):
            asyncio.run(run(held.getsockname()[1]))


@pytest.mark.parametrize(
    "reply", [answer("{}"), answer('{"error": "invalid_client"}', "401 Unauthorized"), answer("<")]
)
def test_a_refused_token(reply: bytes) -> None:
    with pytest.raises(TokenRefused):
        version_of(always(reply), token_path="/oauth/token")


def test_a_busy_server_is_asked_again() -> None:
    busy = answer("{}", "503 Service Unavailable", "retry-after: 0\r\n")
    assert version_of(always(busy, answer('{"version": "v3"}'))) == "v3"


@pytest.mark.parametrize("prefix", ["", *USUAL_PREFIXES, "/elsewhere"])
def test_the_api_is_found_below_the_usual_prefixes(prefix: str) -> None:
    async def serve(server: RawServer) -> bytes:
        found = server.lines[-1].split()[1] == f"{prefix}/_info"
        return answer('{"version": "v"}') if found else answer("<h1>nothing</h1>", "404 Not Found")

    assert located(serve) == (prefix if prefix != "/elsewhere" else "")


def test_a_server_that_does_not_answer_is_not_asked_for_prefixes() -> None:
    asked: list[str] = []

    async def serve(server: RawServer) -> bytes:
        asked.append(server.lines[-1])
        return b""

    assert located(serve) == ""
    assert {line.split()[1] for line in asked} <= {"/_info", "/workflows"}


def located(give: Answer) -> str:
    """The prefix that was found on a server."""

    async def run() -> str:
        async with serving(give) as server:
            found = await asyncio.to_thread(locate, TargetConfig(url=server.url))
            return found.url.removeprefix(server.url)

    return asyncio.run(run())
