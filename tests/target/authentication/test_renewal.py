"""Tokens that are replaced while a run goes on: at their end, when they are refused, when their file changes."""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import Recorder, Target, TargetConfig, TokenRefused
from conformance.target.authentication.oauth import grant_of
from conformance.target.authentication.tokens import TokenFile
from conformance.target.config import UnreadableToken
from conformance.target.errors import AccessLost
from tests.target.server import Answer, RawServer, answer, serving

_GRANT = '{{"access_token": "t{}", "token_type": "bearer", "expires_in": 3600}}'


def credentials(url: str, **more: object) -> TargetConfig:
    given = {"client_id": "me", "client_secret": "s p+c", "token_url": f"{url}/token"} | more
    return TargetConfig.model_validate({"url": url, **given})


def api(accepted: Callable[[RawServer], str]) -> Answer:
    """A token endpoint that counts its tokens, and an API that accepts one of them at a time."""

    async def give(server: RawServer) -> bytes:
        if "/token" in server.lines[-1]:
            return answer(_GRANT.format(sum("/token" in line for line in server.lines)))
        good = f"Bearer {accepted(server)}" in server.heads[-1]
        return answer('{"data": []}') if good else answer("{}", "401 Unauthorized")

    return give


def test_a_token_that_is_refused_is_renewed_once_for_all_who_use_it() -> None:
    async def run() -> tuple[list[int | None], RawServer]:
        # The first token is revoked as soon as everybody has it.
        async with serving(api(lambda _: "t2")) as server, Target(credentials(server.url)) as target:
            clients = [target.client(Recorder(), str(number)) for number in range(8)]
            exchanges = await asyncio.gather(*(client.request("GET", "/workflows") for client in clients))
            for client in clients:
                await client.aclose()
            return [each.status for each in exchanges], server

    statuses, server = asyncio.run(run())
    assert statuses == [200] * 8
    assert sum("/token" in line for line in server.lines) == 2


def test_what_is_refused_with_every_token_stays_refused_and_the_run_goes_on() -> None:
    async def run() -> tuple[int | None, int]:
        async with serving(api(lambda _: "none")) as server, Target(credentials(server.url)) as target:
            client = target.client(Recorder(), "1")
            exchange = await client.request("GET", "/workflows")
            await client.aclose()
            return exchange.status, sum("/token" in line for line in server.lines)

    assert asyncio.run(run()) == (401, 2)


def test_a_target_that_stops_accepting_the_only_token_is_lost() -> None:
    async def run() -> None:
        accepted = iter(["once"])
        async with (
            serving(api(lambda _: next(accepted, "never"))) as server,
            Target(TargetConfig(url=server.url, token="once")) as target,
        ):
            client = target.client(Recorder(), "1")
            assert (await client.request("GET", "/workflows")).status == 200
            with pytest.raises(AccessLost):
                await client.request("GET", "/instances/x")
            await client.aclose()

    asyncio.run(run())


def test_the_endpoint_is_discovered_and_given_the_secret_as_it_wants_it() -> None:
    async def give(server: RawServer) -> bytes:
        line = server.lines[-1]
        if "/.well-known/openid-configuration" in line:
            return answer("{}", "404 Not Found")
        if "/.well-known/oauth-authorization-server" in line:
            methods = '["client_secret_post"]'
            document = f'{{"token_endpoint": "{server.url}/token", "token_endpoint_auth_methods_supported": {methods}}}'
            return answer(document)
        return answer(_GRANT.format(1)) if "authorization: " not in server.heads[-1].lower() else answer("{}", "400 No")

    async def run() -> tuple[str | None, list[str]]:
        async with serving(give) as server:
            config = credentials(server.url, token_url=None, issuer=f"{server.url}/realms/a")
            async with Target(config) as target:
                return await target.tokens.bearer(), [line.split()[1] for line in server.lines]

    token, paths = asyncio.run(run())
    assert token == "t1"
    assert paths == [
        "/realms/a/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/realms/a",
        "/token",
    ]


def test_an_endpoint_that_refuses_basic_authentication_gets_the_secret_in_the_form() -> None:
    async def give(server: RawServer) -> bytes:
        basic = [line for line in server.heads[-1].split("\r\n") if line.lower().startswith("authorization: basic ")]
        if basic:
            # RFC 6749: both are form-encoded first.
            assert base64.b64decode(basic[0].split()[2]) in (b"me:s+p%2Bc", b"me:s%20p%2Bc", b"me:s p+c")
            return answer('{"error": "invalid_client"}', "401 Unauthorized")
        return answer(_GRANT.format(len(server.lines)))

    async def run() -> str | None:
        async with serving(give) as server, Target(credentials(server.url)) as target:
            return await target.tokens.bearer()

    assert asyncio.run(run()) == "t2"


def test_an_issuer_without_metadata_is_told() -> None:
    async def give(server: RawServer) -> bytes:
        return answer("[]")

    async def run() -> None:
        async with (
            serving(give) as server,
            Target(credentials(server.url, token_url=None, issuer=server.url)) as target,
        ):
            with pytest.raises(TokenRefused, match="its metadata names no token endpoint"):
                await target.tokens.bearer()

    asyncio.run(run())


def test_tokens_expire_on_the_reference_server_and_are_renewed_before_that() -> None:
    async def run(config: TargetConfig) -> tuple[set[int | None], int]:
        async with Target(config) as target:
            recorder, tokens = Recorder(), set[str | None]()
            client = target.client(recorder, "1")
            while len(tokens) < 3:
                tokens.add(await target.tokens.bearer())
                await client.request("GET", "/workflows")
            await client.aclose()
            return {each.status for each in recorder.exchanges()}, len(tokens)

    with ReferenceProcess(ServerOptions(auth=True, token_lifetime=0.6)) as server:
        config = TargetConfig(
            url=server.url, client_id="conformance", client_secret="conformance", token_url=f"{server.url}/oauth/token"
        )
        assert asyncio.run(run(config)) == ({200}, 3)


def test_a_run_goes_out_with_the_token_of_the_moment_when_it_is_admitted() -> None:
    """Others may hold it up for longer than a token lives, and again when it is sent once more."""

    accepting = api(lambda server: f"t{sum('/token' in line for line in server.lines)}")

    async def give(server: RawServer) -> bytes:
        # Whether the workflow is somebody else's is asked first.
        return answer("{}", "404 Not Found") if server.lines[-1].startswith("GET") else await accepting(server)

    async def run() -> list[int | None]:
        async with serving(give) as server, Target(credentials(server.url)) as target:
            recorder = Recorder()
            client = target.client(recorder, "1")
            places = await target.gate.enter(int(target.gate.limit))
            held_up = asyncio.create_task(client.request("POST", "/workflows/w/instances"))
            while not target.gate._queue:  # noqa: ASYNC110 - nothing tells that a run waits
                await asyncio.sleep(0)
            await target.tokens.renewed("t1")
            for place in places:
                place.leave()
            await held_up
            await client.aclose()
            return [each.status for each in recorder.exchanges()]

    assert asyncio.run(run()) == [200]


def test_a_token_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "token"
    with pytest.raises(UnreadableToken, match="No such file"):
        TokenFile(path).token()
    path.write_text("first\n")
    file = TokenFile(path)
    assert [file.token(), file.token()] == ["first", "first"]
    (tmp_path / "new").write_text("second")
    os.replace(tmp_path / "new", path)
    assert file.token() == "second"
    # A file that is just being written, or was taken away, does not end the run.
    path.write_text("")
    assert file.token() == "second"
    path.unlink()
    assert file.token() == "second"
    path.write_text("third")
    assert file.token() == "third"


@pytest.mark.parametrize("content", [b"", b"two\nlines", b"\xff\xfe"])
def test_a_file_without_a_token_is_told_without_its_content(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "token"
    path.write_bytes(content)
    with pytest.raises(UnreadableToken) as caught:
        TokenFile(path).token()
    assert "lines" not in str(caught.value)


def test_what_is_known_of_a_token() -> None:
    claims = base64.urlsafe_b64encode(b'{"exp": 2000, "scp": ["a", "b"]}').decode().rstrip("=")
    jwt = f"e30.{claims}.c2ln"
    assert grant_of(jwt, {}, 1000.0).expires_at == 2000
    assert grant_of(jwt, {"expires_in": 5}, 1000.0).expires_at == 1005
    assert grant_of(jwt, {"scope": "c"}, 0.0).scopes == frozenset("abc")
    assert grant_of("opaque", {}, 0.0).scopes is None
    for odd in ("opaque", "a.b.c", "..", f"e30.{base64.urlsafe_b64encode(b'[').decode()}.x"):
        assert grant_of(odd, {"expires_in": "soon", "scope": 5}, 0.0).expires_at is None
