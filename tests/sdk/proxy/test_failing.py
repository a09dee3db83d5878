"""What cannot be carried: an answer of the proxy's own, held against nobody."""

from __future__ import annotations

import asyncio

import pytest

from conformance.contract.document import load_document
from conformance.sdk.proxy.results import begun_results, proxy_results
from tests.sdk.proxy.wire import GET, OK, answering, between, head_of, only, within


async def _dies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await head_of(reader)


async def _rubbish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await head_of(reader)
    writer.transport.abort()


@pytest.mark.parametrize("connected", [_dies, _rubbish])
def test_an_upstream_that_gives_no_answer_is_a_502_and_not_blamed(connected: object) -> None:
    async def test() -> None:
        async with between(connected) as here:  # type: ignore[arg-type]
            for _ in range(6):
                answer = await here.say(GET)
                assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\nserver: conformance-proxy\r\n")
                assert b'"errorMessage":"http://127.0.0.1' in answer
            assert (await here.say(b"HEAD /_info HTTP/1.1\r\nhost: p\r\n\r\n")).endswith(b"\r\n\r\n")
            found = here.traffic.trace().exchanges
            assert {each.failure.kind for each in found if each.failure} == {"aborted"}
            document = load_document()
            begun = begun_results(document, "http://x", "2026-11-28T00:00:00+00:00", embedded=False)
            assert [each.id for each in proxy_results(here.traffic, document, begun).findings] == []

    within(test)


def test_an_upstream_that_is_gone_is_a_502_once_the_request_is_whole() -> None:
    async def test() -> None:
        async with between(_dies) as here:
            upstream = here.proxy._upstream
            free = await asyncio.start_server(_dies, "127.0.0.1", 0)
            port = free.sockets[0].getsockname()[1]
            free.close()
            await free.wait_closed()
            object.__setattr__(upstream, "url", f"http://127.0.0.1:{port}")
            reader, writer = await here.connect()
            writer.write(b"POST /workflows HTTP/1.1\r\nhost: p\r\ncontent-length: 4\r\n\r\nnu")
            await writer.drain()
            writer.write(b"ll")
            answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 502")
            assert b"cannot be reached" in answer
            assert only(here).failed_by("refused")

    within(test)


def test_an_answer_broken_off_is_broken_off_for_the_client_too() -> None:
    async def test() -> None:
        async with between(answering(OK[:-5])) as here:
            assert await here.say(GET) == OK[:-5]
            assert only(here).failed_by("aborted")

    within(test)


@pytest.mark.parametrize("line", ["GET /workflows/é HTTP/1.1", "GET /workflows/a b HTTP/1.1", "nonsense"])
def test_what_is_no_http_gets_a_400_and_goes_nowhere(line: str) -> None:
    async def test() -> None:
        async with between(_dies) as here:
            answer = await here.say(f"{line}\r\nhost: p\r\n\r\n".encode())
            assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
            assert only(here).failed_by("refused")

    within(test)
