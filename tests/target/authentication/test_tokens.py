from __future__ import annotations

import asyncio

import pytest

from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import Recorder, Target, TargetConfig, Unauthorised, probe
from conformance.target.authentication import oauth
from conformance.target.authentication.probing import guards
from conformance.target.errors import TokenRefused
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


@pytest.mark.parametrize(("failing", "granted"), [(2, True), (3, False)])
def test_a_token_endpoint_may_fail_by_chance(failing: int, granted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth, "_PAUSES_S", (0.0, 0.0))

    async def flaky(server: RawServer) -> bytes:
        asked = sum("/oauth/token" in line for line in server.lines)
        if asked > failing:
            return await grant(server)
        return b"" if asked == 1 else answer("", status="502 Bad Gateway")

    async def run() -> str | None:
        async with serving(flaky) as server:
            config = TargetConfig(
                url=server.url, client_id="me", client_secret="s", token_url=f"{server.url}/oauth/token"
            )
            async with Target(config) as target:
                return await target.tokens.bearer()

    if granted:
        assert asyncio.run(run()) == "t3"
    else:
        with pytest.raises(TokenRefused, match="status 502"):
            asyncio.run(run())


@pytest.mark.parametrize(("always", "found"), [(False, frozenset()), (True, {"auth"})])
def test_one_refusal_by_chance_is_no_demand_for_tokens(always: bool, found: set[str]) -> None:
    async def careless(server: RawServer) -> bytes:
        head = server.heads[-1].lower()
        refused = "authorization" not in head and (always or sum("authorization" not in h for h in server.heads) == 1)
        return answer("{}", status="401 Unauthorized") if refused else answer('{"data": []}')

    async def run() -> frozenset[str]:
        async with serving(careless) as server, Target(TargetConfig(url=server.url)) as target:
            client = target.client(Recorder(), "probe")
            try:
                return await guards(target, client)
            finally:
                await client.aclose()

    assert asyncio.run(run()) == found


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
