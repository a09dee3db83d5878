from __future__ import annotations

import asyncio

import pytest

from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import Recorder, Target, TargetConfig, Unauthorised, probe
from tests.target.server import RawServer, answer, serving


async def grant(server: RawServer) -> bytes:
    """A token endpoint and an API at once; token n lives as long as the test's ``expires_in`` says."""
    if "/oauth/token" not in server.lines[-1]:
        return answer('{"version": "v1"}')
    count = sum("/oauth/token" in line for line in server.lines)
    return answer(f'{{"access_token": "t{count}", "token_type": "bearer", "expires_in": {3600 if count > 1 else -1}}}')


def test_one_token_serves_all_clients_and_an_expired_one_is_renewed() -> None:
    async def run() -> list[str]:
        async with serving(grant) as server:
            config = TargetConfig(
                url=server.url, client_id="me", client_secret="s", token_url=f"{server.url}/oauth/token"
            )
            async with Target(config) as target:
                clients = [target.client(Recorder(), str(number)) for number in range(3)]
                await clients[0].warm()
                await asyncio.gather(*(client.warm() for client in clients))
                for client in clients:
                    await client.aclose()
            return server.heads

    heads = asyncio.run(run())
    tokens = [head.split("Bearer ")[1].split("\r\n")[0] for head in heads if "Bearer " in head]
    assert tokens == ["t1", "t2", "t2", "t2"]
    assert "authorization: basic " in heads[0].lower()


def test_narrower_scopes_get_a_token_of_their_own() -> None:
    async def run() -> tuple[str | None, str | None]:
        async with serving(grant) as server:
            config = TargetConfig(
                url=server.url, client_id="me", client_secret="s", token_url=f"{server.url}/oauth/token"
            )
            async with Target(config) as target:
                return await target.tokens.bearer(), await target.tokens.narrow("orchestration:read")

    assert asyncio.run(run()) == ("t1", "t2")


def test_a_server_that_asks_for_tokens() -> None:
    async def ask(config: TargetConfig) -> str:
        async with Target(config) as target:
            return (await probe(target)).version

    with ReferenceProcess(ServerOptions(auth=True, client_id="me", client_secret="s")) as process:
        granted = TargetConfig(
            url=process.url, client_id="me", client_secret="s", token_url=f"{process.url}/oauth/token"
        )
        assert asyncio.run(ask(granted))
        with pytest.raises(Unauthorised):
            asyncio.run(ask(TargetConfig(url=process.url)))
