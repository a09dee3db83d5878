"""Tokens to be refused: what is sent, and what of it is kept."""

from __future__ import annotations

import asyncio
import base64
import json

from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import Recorder, Target, TargetConfig, probe
from conformance.target.authentication.jwt import altered, claims_of, foreign, unsigned
from conformance.target.authentication.presenting import Presented, presented
from conformance.trace import Exchange, TokenKind
from tests.target.server import Answer, RawServer, always, answer, serving

JWT = ".".join(
    base64.urlsafe_b64encode(part).decode().rstrip("=")
    for part in (b'{"alg":"HS256"}', b'{"iss":"https://issuer.example","sub":"me","exp":1}', b"s" * 32)
)


def test_forged_tokens_claim_what_the_real_one_claims() -> None:
    for forged in (foreign(JWT), unsigned(JWT)):
        claims = claims_of(forged) or {}
        assert claims["sub"] == "me"
        assert claims["exp"] > claims["iat"]
    assert (claims_of(foreign(JWT)) or {})["iss"] != "https://issuer.example"
    header, _, signature = unsigned(JWT).split(".")
    assert (json.loads(base64.urlsafe_b64decode(header + "==")), signature) == ({"alg": "none", "typ": "JWT"}, "")


def test_an_altered_token_differs_where_it_counts() -> None:
    for own in (JWT, "opaque-token-of-some-length", "ab", "A"):
        changed = altered(own)
        assert changed != own
        assert len(changed) == len(own)
        assert sum(a != b for a, b in zip(own, changed, strict=True)) == 1
    assert altered(JWT).rpartition(".")[0] == JWT.rpartition(".")[0]


def sent(kind: TokenKind, **settings: object) -> tuple[Exchange, str]:
    """An exchange with a token of a kind, and what came over the wire."""

    async def run() -> tuple[Exchange, str]:
        async with serving(always(answer())) as server:
            config = TargetConfig.model_validate({"url": server.url, "token": JWT, **settings})
            async with Target(config) as target:
                client = target.client(Recorder(), "1")
                token = await presented(target.tokens, kind)
                exchange = await client.request("GET", "/workflows", refused=token, query=[("a", "b")])
                await client.aclose()
                return exchange, server.heads[-1]

    return asyncio.run(run())


def test_nothing_that_may_let_the_request_in_goes_with_it() -> None:
    exchange, head = sent("absent", headers={"X-Api-Key": "k", "X-Tenant": "blue", "Cookie": "c"})
    assert exchange.token == "absent"
    assert "authorization" not in head.lower()
    assert "X-Tenant: blue" in head
    assert "X-Api-Key" not in head
    assert "Cookie" not in head


def test_a_token_in_the_query_is_sent_and_not_kept() -> None:
    exchange, head = sent("in-query")
    assert f"?a=b&access_token={JWT}" in head
    assert "authorization" not in head.lower()
    assert JWT not in repr(exchange)
    assert exchange.request.query == (("a", "b"), ("access_token", "[redacted]"))


def test_credentials_of_another_scheme_are_sent_and_not_kept() -> None:
    exchange, head = sent("other-scheme")
    assert "authorization: basic " in head.lower()
    assert JWT not in head
    assert dict(exchange.request.headers)["authorization"] == "Basic [redacted]"


def test_a_scheme_alone_is_sent_with_nothing_after_it() -> None:
    exchange, head = sent("scheme-alone")
    assert "authorization: bearer\r\n" in head.lower()
    assert dict(exchange.request.headers)["authorization"] == "Bearer [redacted]"


def test_a_bad_token_is_sent_and_not_kept() -> None:
    kinds: tuple[TokenKind, ...] = ("garbage", "altered", "other-case", "foreign", "unsigned")
    for kind in kinds:
        exchange, head = sent(kind)
        assert "authorization: bearer " in head.lower()
        assert JWT not in head
        assert dict(exchange.request.headers)["authorization"] == "Bearer [redacted]"


def test_only_client_credentials_give_other_tokens() -> None:
    async def run(config: TargetConfig) -> list[Presented | None]:
        kinds: tuple[TokenKind, ...] = ("read-only", "write-only", "expired")
        async with Target(config) as target:
            return [await presented(target.tokens, kind) for kind in kinds]

    assert asyncio.run(run(TargetConfig(url="http://h", token="t"))) == [None, None, None]


def test_what_expires_soon_is_waited_for() -> None:
    async def run(config: TargetConfig) -> list[int | None]:
        async with Target(config) as target:
            client = target.client(Recorder(), "1")
            assert (await client.request("GET", "/workflows")).status == 200
            lapsed = await presented(target.tokens, "expired")
            assert lapsed is not None
            assert lapsed.kind == "lapsed"
            statuses = [(await client.request("GET", "/workflows", refused=lapsed)).status]
            statuses.append((await client.request("GET", "/workflows")).status)
            await client.aclose()
            return statuses

    with ReferenceProcess(ServerOptions(auth=True, token_lifetime=0.5)) as server:
        assert asyncio.run(run(credentials(server.url))) == [401, 200]


def credentials(url: str) -> TargetConfig:
    return TargetConfig(url=url, client_id="conformance", client_secret="conformance", token_url=f"{url}/oauth/token")


def features(config: TargetConfig) -> frozenset[str]:
    async def run() -> frozenset[str]:
        async with Target(config) as target:
            return (await probe(target)).features

    return asyncio.run(run())


def test_the_reference_server_demands_tokens_only_when_it_is_asked_to() -> None:
    with ReferenceProcess(ServerOptions(auth=True)) as server:
        assert features(credentials(server.url)) == {"auth", "scopes"}
    with ReferenceProcess(ServerOptions()) as server:
        assert features(TargetConfig(url=server.url)) == set()


def found_on(give: Answer, **settings: str) -> frozenset[str]:
    async def run() -> frozenset[str]:
        async with serving(give) as server, Target(TargetConfig(url=server.url, **settings)) as target:  # type: ignore[arg-type]
            return (await probe(target)).features

    return asyncio.run(run())


def test_a_fixed_token_is_not_narrowed() -> None:
    async def give(server: RawServer) -> bytes:
        good = "Bearer own" in server.heads[-1]
        return answer('{"version": "v", "data": []}') if good else answer("{}", "401 Unauthorized")

    assert found_on(give, token="own") == {"auth"}


def test_who_refuses_only_bad_tokens_demands_tokens() -> None:
    async def give(server: RawServer) -> bytes:
        bad = "authorization" in server.heads[-1].lower()
        return answer("{}", "401 Unauthorized") if bad else answer('{"version": "v", "data": []}')

    assert found_on(give) == {"auth"}
