"""However much a target sends, only so much is read, and nothing is blamed on it for that."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from conformance.target import Recorder, Target, TargetConfig
from conformance.target.bodies import SHOWN
from conformance.trace import Exchange
from tests.target.server import Answer, RawServer, always, answer, serving

_LIMIT = 300_000


def ask(give: Answer, path: str = "/workflows/x", max_body: int = _LIMIT, times: int = 1) -> list[Exchange]:
    async def run() -> list[Exchange]:
        async with serving(give) as server, Target(TargetConfig(url=server.url, max_body=max_body)) as target:
            recorder = Recorder()
            clients = [target.client(recorder) for _ in range(times)]
            await asyncio.gather(*(client.request("GET", path) for client in clients))
            for client in clients:
                await client.aclose()
            return list(recorder.exchanges())

    return asyncio.run(run())


def packed(coding: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: {coding}\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def endless() -> Answer:
    begun: list[RawServer] = []

    async def give(server: RawServer) -> bytes:
        begun.append(server)
        return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + b"x" * (2 * _LIMIT)

    return give


@pytest.mark.parametrize(
    "give",
    [
        endless(),
        always(packed("gzip", gzip.compress(b" " * 10_000_000))),
        always(packed("deflate", zlib.compress(b" " * 10_000_000))),
        always(packed("deflate", zlib.compress(b" " * 10_000_000)[2:-4])),
    ],
    ids=["no end", "gzip bomb", "deflate bomb", "raw deflate bomb"],
)
def test_a_body_beyond_the_limit_is_not_read_to_its_end(give: Answer) -> None:
    (exchange,) = ask(give)
    assert exchange.failure is not None
    assert exchange.failure.kind == "aborted"
    assert "longer than 300000 bytes" in exchange.failure.message
    assert exchange.failure.unread is not None
    assert exchange.failure.unread.status == 200
    assert 0 < len(exchange.failure.unread.body) <= SHOWN
    assert exchange.lost_to is None


@pytest.mark.parametrize(
    "give",
    [
        always(packed("gzip", gzip.compress(b'{"data": 1}'))),
        always(packed("deflate", zlib.compress(b'{"data": 1}'))),
        always(packed("deflate", zlib.compress(b'{"data": 1}')[2:-4])),
        always(packed("something", b'{"data": 1}')),
    ],
)
def test_what_was_compressed_unasked_is_read(give: Answer) -> None:
    (exchange,) = ask(give)
    assert exchange.data == 1


def test_what_is_no_gzip_is_a_broken_answer() -> None:
    exchanges = ask(always(packed("gzip", b"this is none")))
    assert exchanges[0].failed_by("protocol")


def test_a_body_of_too_many_values_is_not_read_as_one() -> None:
    (exchange,) = ask(always(answer(f"[{'[],' * 400_000}[]]")), max_body=10_000_000)
    assert exchange.failure is not None
    assert "values" in exchange.failure.message


def test_long_bodies_are_read_few_at_a_time_and_held_together_only_so_far() -> None:
    exchanges = ask(always(answer('"' + "x" * 3_000_000 + '"')), times=20, max_body=10_000_000)
    whole = [each for each in exchanges if each.answered]
    cut = [each for each in exchanges if each.failure is not None]
    assert len(whole) == 16
    assert len(cut) == 4
    assert all(each.failure is not None and "room" in each.failure.message for each in cut)


def test_room_is_given_back() -> None:
    async def run() -> list[bool]:
        body = answer('"' + "x" * 3_000_000 + '"')
        async with serving(always(body)) as server, Target(TargetConfig(url=server.url)) as target:
            answered = []
            for _ in range(20):
                client = target.client(Recorder())
                answered.append((await client.request("GET", "/workflows/x")).answered)
                await client.aclose()
            return answered

    assert all(asyncio.run(run()))
