"""Proxies of the environment, and certificates of both sides."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from conformance.target import Recorder, Target, TargetConfig
from conformance.target.config import UnusableCertificate
from conformance.target.connecting import proxy_for
from conformance.trace import Exchange
from tests.target.server import always, answer, serving

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_the_environment_names_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxy_for("http://h.example") is None
    monkeypatch.setenv("ALL_PROXY", "proxy:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://secure:2")
    monkeypatch.setenv("NO_PROXY", "near.example,.far.example")
    assert proxy_for("http://h.example:8080/api") == "http://proxy:1"
    assert proxy_for("https://h.example") == "http://secure:2"
    for url in (
        "http://near.example",
        "https://a.far.example",
        "http://localhost:1",
        "http://127.0.0.1",
        "http://[::1]:1",
    ):
        assert proxy_for(url) is None, url


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("http://target.example/api", "GET http://target.example/api/workflows/../x%2F HTTP/1.1"),
        ("https://target.example", "CONNECT target.example:443 HTTP/1.1"),
    ],
)
def test_requests_go_by_way_of_the_proxy_just_as_they_are(monkeypatch: pytest.MonkeyPatch, url: str, line: str) -> None:
    async def run() -> tuple[Exchange, list[str]]:
        async with serving(always(answer("{}", "403 Forbidden"))) as proxy:
            monkeypatch.setenv(f"{url.partition(':')[0]}_proxy", proxy.url.replace("//", "//me:hush@"))
            exchange = await asked(TargetConfig(url=url, token="t"), "/workflows/../x%2F")
            return exchange, proxy.heads

    exchange, heads = asyncio.run(run())
    assert heads[0].split("\r\n")[0] == line
    assert "proxy-authorization: basic bWU6aHVzaA==" in heads[0].lower().replace("bwu6ahvzaa==", "bWU6aHVzaA==")
    assert "hush" not in repr(exchange)


async def asked(config: TargetConfig, path: str = "/_info") -> Exchange:
    async with Target(config) as target:
        client = target.client(Recorder(), "1")
        try:
            return await client.request("GET", path)
        finally:
            await client.aclose()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def written(blob: trustme.Blob, path: Path) -> Path:
    blob.write_to_path(str(path))
    return path


def over_tls(authority: trustme.CA, client: Callable[[str], Awaitable[Exchange]], *, demands: bool) -> Exchange:
    """What a client gets of a server with a certificate of an authority; ``demands``: the client needs one as well."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    if demands:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED

    async def run() -> Exchange:
        async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer('{"version": "v"}'))
            await writer.drain()

        server = await asyncio.start_server(reply, "127.0.0.1", 0, ssl=context)
        async with server:
            return await client(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    return asyncio.run(run())


def test_a_client_shows_its_certificate(authority: trustme.CA, tmp_path: Path) -> None:
    ca = written(authority.cert_pem, tmp_path / "ca.pem")
    own = authority.issue_cert("client.example")
    cert = written(own.cert_chain_pems[0], tmp_path / "cert.pem")
    key = written(own.private_key_pem, tmp_path / "key.pem")
    both = written(own.private_key_and_cert_chain_pem, tmp_path / "both.pem")
    ways = [{"cert": str(cert), "cert_key": str(key)}, {"cert": str(both)}]
    for way in ways:
        exchange = over_tls(
            authority,
            lambda url, way=way: asked(TargetConfig(url=url, verify=str(ca), **way)),  # type: ignore[misc]
            demands=True,
        )
        assert exchange.status == 200, exchange.failure
    without = over_tls(authority, lambda url: asked(TargetConfig(url=url, verify=str(ca), timeout_s=2)), demands=True)
    assert without.failure is not None


def test_an_authority_of_ones_own_is_trusted_only_when_it_is_named(authority: trustme.CA, tmp_path: Path) -> None:
    ca = written(authority.cert_pem, tmp_path / "ca.pem")
    assert over_tls(authority, lambda url: asked(TargetConfig(url=url, verify=str(ca))), demands=False).status == 200
    assert over_tls(authority, lambda url: asked(TargetConfig(url=url)), demands=False).failure is not None


def test_a_certificate_that_cannot_be_used_is_told(authority: trustme.CA, tmp_path: Path) -> None:
    own = authority.issue_cert("client.example")
    cert = written(own.cert_chain_pems[0], tmp_path / "cert.pem")
    key = serialization.load_pem_private_key(own.private_key_pem.bytes(), None)
    locked = tmp_path / "locked.pem"
    encryption = serialization.BestAvailableEncryption(b"hush")
    locked.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))
    for given, told in (
        ({"cert": str(tmp_path / "none.pem")}, "No such file"),
        ({"cert": str(cert)}, "no PEM certificate with its key"),
        ({"cert": str(cert), "cert_key": str(cert)}, "no PEM certificate with its key"),
        ({"cert": str(cert), "cert_key": str(locked)}, "protected by a password"),
    ):
        with pytest.raises(UnusableCertificate, match=told):
            TargetConfig.model_validate({"url": "https://h.example", **given})
