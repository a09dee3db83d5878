"""The proxy on the wire: nothing is changed, whatever either side does."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from pathlib import Path

import pytest
import trustme

from tests.sdk.proxy.wire import GET, OK, answering, between, head_of, only, within


def test_both_ways_the_bytes_stay_as_they_are_but_for_the_host() -> None:
    request = b"POST /workflows?a=%2F HTTP/1.1\r\nHOST: proxy\r\nX-Odd:  two  \r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b'5;ext=1\r\n{"sta\r\n9\r\nges": []}\r\n0\r\nTrailer: x\r\n\r\n'
    answer = b"HTTP/1.1 201 Sure\r\nX-CASE:  kept \r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\n{}\n\r\n0\r\n\r\n"
    seen: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await head_of(reader))
        seen.append(await reader.readexactly(len(body)))
        writer.write(answer)

    async def test() -> None:
        async with between(connected) as here:
            assert await here.say(request + body) == answer
            port = here.port
            assert seen[0] == (
                b"POST /workflows?a=%%2F HTTP/1.1\r\nHOST: 127.0.0.1:%d\r\nX-Odd: two\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n" % port
            )
            assert seen[1] == body
            exchange = only(here)
            assert exchange.request.body == b'{"stages": []}'
            assert (exchange.operation, exchange.request.query) == ("createWorkflow", (("a", "/"),))
            assert exchange.response is not None
            assert exchange.response.body == b"{}\n"

    within(test)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_requests_are_told_apart_wherever_they_are_cut(size: int) -> None:
    post = b'POST /instances/i/events HTTP/1.1\r\nhost: p\r\ncontent-length: 13\r\n\r\n{"name":"go"}'
    done = b"HTTP/1.1 204 No Content\r\n\r\n"

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            assert (await head_of(reader)).startswith(b"POST /instances/i/events HTTP/1.1\r\n")
            assert await reader.readexactly(13) == b'{"name":"go"}'
        writer.write(done + done)

    async def test() -> None:
        async with between(connected) as here:
            reader, writer = await here.connect()
            both = post + post
            for start in range(0, len(both), size):
                writer.write(both[start : start + size])
                await writer.drain()
            assert await reader.read() == done + done
            found = here.traffic.trace().exchanges
            assert [(each.operation, each.status, each.request.body) for each in found] == [
                ("sendEvent", 204, b'{"name":"go"}')
            ] * 2

    within(test)


def test_a_connection_is_kept_alive_and_head_and_204_have_no_body() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 17\r\n\r\n"
    nothing = b"HTTP/1.1 204 No Content\r\n\r\n"

    async def test() -> None:
        async with between(answering(head, nothing, OK)) as here:
            reader, writer = await here.connect()
            for method, path, answer in (
                ("HEAD", "_info", head),
                ("DELETE", "workflows/w", nothing),
                ("GET", "_info", OK),
            ):
                writer.write(f"{method} /{path} HTTP/1.1\r\nhost: p\r\n\r\n".encode())
                assert await reader.readexactly(len(answer)) == answer
            assert await reader.read() == b""  # the upstream has closed, so the proxy does
            assert [each.status for each in here.traffic.trace().exchanges] == [200, 204, 200]

    within(test)


def test_gzip_goes_on_as_it_is_and_is_judged_decoded() -> None:
    body = gzip.compress(b'{"version":"1.0"}')
    answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body) + body

    async def test() -> None:
        async with between(answering(answer)) as here:
            assert await here.say(GET) == answer
            assert only(here).json == {"version": "1.0"}

    within(test)


def test_a_coding_that_nobody_reads_is_no_violation() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 3\r\n\r\nxyz"

    async def test() -> None:
        async with between(answering(answer)) as here:
            assert await here.say(GET) == answer
            failure = only(here).failure
            assert failure is not None
            assert "coded as br" in failure.message

    within(test)


def test_large_bodies_are_streamed_before_they_are_whole() -> None:
    size = 20 * 1024 * 1024
    go_on = asyncio.Event()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        await reader.readexactly(size)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size + b"x" * 1000)
        await go_on.wait()
        writer.write(b"x" * (size - 1000))
        await writer.drain()

    async def test() -> None:
        async with between(connected) as here:
            reader, writer = await here.connect()
            writer.write(b"POST /workflows HTTP/1.1\r\nhost: p\r\ncontent-length: %d\r\n\r\n" % size)
            for _ in range(20):
                writer.write(b" " * (size // 20))
                await writer.drain()
            await head_of(reader)
            await reader.readexactly(1000)
            go_on.set()
            await reader.readexactly(size - 1000)
            exchange = here.traffic.trace().exchanges[0]
            assert len(exchange.request.body or b"") == size
            assert exchange.failure is not None
            assert "longer than 16777216 bytes" in exchange.failure.message

    within(test)


def test_an_answer_that_ends_with_the_connection_is_whole() -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + b'{"version":"1.0"}'

    async def test() -> None:
        async with between(answering(answer)) as here:
            assert await here.say(GET) == answer
            assert only(here).json == {"version": "1.0"}

    within(test)


def test_a_client_that_leaves_ends_the_upstreams_connection() -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(OK[:-5])
        await reader.read()

    async def test() -> None:
        async with between(connected) as here:
            reader, writer = await here.connect()
            writer.write(GET)
            await reader.readexactly(len(OK) - 5)
            writer.close()
            await here.closed.wait()
            await here.ended()
            assert only(here).failed_by("aborted")

    within(test)


def test_a_request_that_is_not_sent_to_its_end_is_left_out() -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def test() -> None:
        async with between(connected) as here:
            _, writer = await here.connect()
            writer.write(b"POST /workflows HTTP/1.1\r\nhost: p\r\ncontent-length: 100\r\n\r\n{")
            writer.close()
            await here.closed.wait()
            await here.ended()
            assert here.traffic.trace().exchanges == ()
            assert here.traffic.trace().notes == ("requests that were not sent to their end, and are left out: 1",)

    within(test)


def test_an_upstream_with_a_path_gets_it_before_each_path() -> None:
    seen: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await head_of(reader))
        writer.write(OK)

    async def test() -> None:
        async with between(connected, path="/api/orchestration/") as here:
            await here.say(GET)
            assert seen[0].startswith(b"GET /api/orchestration/_info HTTP/1.1\r\n")
            assert only(here).request.url == f"http://127.0.0.1:{here.port}/api/orchestration/_info"
            assert only(here).operation == "getServerInfo"

    within(test)


def test_an_upstream_with_https_is_reached_when_its_certificate_is_trusted(tmp_path: Path) -> None:
    authority = trustme.CA()
    certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(certificates)
    trusting, wary = ssl.create_default_context(), ssl.create_default_context()
    authority.configure_trust(trusting)

    async def test() -> None:
        async with between(answering(OK), server=certificates, client=trusting) as here:
            assert await here.say(GET) == OK
        async with between(answering(OK), server=certificates, client=wary) as here:
            answer = await here.say(GET)
            assert answer.startswith(b"HTTP/1.1 502")
            assert b"its certificate is not trusted" in answer

    within(test)


def test_bodies_and_queries_of_other_services_are_not_kept() -> None:
    answer = b'HTTP/1.1 200 OK\r\ncontent-length: 23\r\n\r\n{"access_token":"abcd"}'
    body = b"client_secret=hush"

    async def test() -> None:
        async with between(answering(answer)) as here:
            sent = b"POST /oauth/token?key=hush HTTP/1.1\r\nhost: p\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)
            assert await here.say(sent) == answer
            assert "hush" not in str(only(here))
            assert "abcd" not in str(only(here))

    within(test)
