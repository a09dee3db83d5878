"""Lengths, chunks and codings that are wrong, or that no memory holds."""

from __future__ import annotations

import functools
import gzip
import zlib

from benchmarks.hostile.behaviours.behaviour import Behaviour
from benchmarks.hostile.handling import JSON, Handling, Headers, forever, framed, head

_CHUNKED: Headers = (*JSON, ("transfer-encoding", "chunked"))
_MEBI = 1 << 20
_MOST = 4096
"""No more MiB than this are sent, should nobody ever stop reading."""


@functools.cache
def _bomb(coding: str) -> bytes:
    """128 MiB of blanks, compressed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS + (16 if coding == "gzip" else 0))
    block = b" " * _MEBI
    return b"".join([*(packer.compress(block) for _ in range(128)), packer.flush()])


async def endless_body(handling: Handling) -> bool:
    await handling.send(head(200, JSON))
    for _ in range(_MOST):
        await handling.send(b"x" * _MEBI)
    return False


async def endless_json(handling: Handling) -> bool:
    await handling.send(head(200, JSON), b'{"data":[')
    for _ in range(_MOST):
        await handling.send(b'{"id":"a"},' * 100_000)
    return False


async def endless_blanks(handling: Handling) -> bool:
    await handling.send(head(200, JSON))
    for _ in range(_MOST):
        await handling.send(b" " * _MEBI)
    return False


async def endless_chunks(handling: Handling) -> bool:
    await handling.send(head(200, _CHUNKED))
    for _ in range(_MOST * 8):
        await handling.send(b"1\r\nx\r\n" * 20_000)
    return False


async def two_gigabytes(handling: Handling) -> bool:
    await handling.send(head(200, (*JSON, ("content-length", str(2 << 30)))))
    for _ in range(2048):
        await handling.send(b"x" * _MEBI)
    return False


async def length_too_long(handling: Handling) -> bool:
    answer = await handling.success()
    await handling.send(head(200, (*JSON, ("content-length", str(len(answer.body) + 7)))), answer.body)
    await forever()
    return False


async def length_too_short(handling: Handling) -> bool:
    answer = await handling.success()
    await handling.send(head(answer.status, (*JSON, ("content-length", str(len(answer.body) - 1)))), answer.body)
    return True


async def two_lengths(handling: Handling) -> bool:
    answer = await handling.success()
    lengths = (("content-length", str(len(answer.body))), ("content-length", "3"))
    await handling.send(head(200, (*JSON, *lengths)), answer.body)
    return False


async def length_is_a_word(handling: Handling) -> bool:
    answer = await handling.success()
    await handling.send(head(200, (*JSON, ("content-length", "much"))), answer.body)
    return False


async def length_below_zero(handling: Handling) -> bool:
    answer = await handling.success()
    await handling.send(head(200, (*JSON, ("content-length", "-1"))), answer.body)
    return False


async def length_and_chunks(handling: Handling) -> bool:
    answer = await handling.success()
    await handling.send(head(200, (*_CHUNKED, ("content-length", "3"))), b"%x\r\n" % len(answer.body), answer.body)
    await handling.send(b"\r\n0\r\n\r\n")
    return False


async def chunk_rubbish(handling: Handling) -> bool:
    await handling.send(head(200, _CHUNKED), b"many\r\nxxxx\r\n0\r\n\r\n")
    return False


async def chunk_beyond_all(handling: Handling) -> bool:
    await handling.send(head(200, _CHUNKED), b"FFFFFFFFFFFFFFFFFFFFFFFF\r\n{}")
    await forever()
    return False


async def chunks_cut(handling: Handling) -> bool:
    answer = await handling.success()
    await handling.send(head(200, _CHUNKED), b"%x\r\n" % len(answer.body), answer.body)
    return False


async def chunks_well(handling: Handling) -> bool:
    answer = await handling.upstream()
    if not answer.body:
        await handling.send(framed(answer))
        return True
    parts = [answer.body[at : at + 7] for at in range(0, len(answer.body), 7)]
    coded = b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in parts)
    await handling.send(head(answer.status, _CHUNKED), coded, b"0\r\nx-trailer: 1\r\n\r\n")
    return True


async def gzip_bomb(handling: Handling) -> bool:
    await handling.answer(200, _bomb("gzip"), (*JSON, ("content-encoding", "gzip")))
    return True


async def deflate_bomb(handling: Handling) -> bool:
    await handling.answer(200, _bomb("deflate"), (*JSON, ("content-encoding", "deflate")))
    return True


async def gzip_unasked(handling: Handling) -> bool:
    answer = await handling.upstream()
    if not answer.body:
        await handling.send(framed(answer))
        return True
    await handling.answer(answer.status, gzip.compress(answer.body), (*JSON, ("content-encoding", "gzip")))
    return True


async def gzip_that_is_none(handling: Handling) -> bool:
    answer = await handling.success()
    await handling.answer(answer.status, answer.body, (*JSON, ("content-encoding", "gzip")))
    return True


async def gzip_cut(handling: Handling) -> bool:
    answer = await handling.success()
    await handling.answer(answer.status, gzip.compress(answer.body)[:-12], (*JSON, ("content-encoding", "gzip")))
    return True


async def more_than_one_answer(handling: Handling) -> bool:
    whole = framed(await handling.upstream())
    await handling.send(whole, b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
    return True


BEHAVIOURS = (
    Behaviour("endless-body", endless_body, "a body without end, and no JSON"),
    Behaviour("endless-json", endless_json, "a list without end", violates=False),
    Behaviour("endless-blanks", endless_blanks, "blanks without end", violates=False),
    # Whether the limit of a body is reached in a run of six seconds depends on the machine.
    Behaviour(
        "endless-chunks", endless_chunks, "chunks of one byte without end", seldom=True, proven=("envelope.schema",)
    ),
    Behaviour("two-gigabytes", two_gigabytes, "a body of 2 GiB, and no JSON"),
    Behaviour("length-too-long", length_too_long, "a length beyond the body, then silence", seldom=True),
    Behaviour("length-too-short", length_too_short, "a length one byte short"),
    Behaviour("two-lengths", two_lengths, "two lengths that differ", seldom=True),
    Behaviour("length-is-a-word", length_is_a_word, "a length that is no number", seldom=True),
    Behaviour("length-below-zero", length_below_zero, "a length of -1", seldom=True),
    Behaviour("length-and-chunks", length_and_chunks, "chunks and a length that is wrong"),
    Behaviour("chunk-rubbish", chunk_rubbish, "a chunk size that is no number", seldom=True),
    Behaviour("chunk-beyond-all", chunk_beyond_all, "a chunk of 2^96 bytes", seldom=True),
    Behaviour("chunks-cut", chunks_cut, "chunks without the last one", seldom=True),
    Behaviour("chunks-well", chunks_well, "chunks with extensions and trailers, which are allowed", violates=False),
    Behaviour("gzip-bomb", gzip_bomb, "128 MiB of blanks, compressed to a thousandth", violates=False),
    Behaviour("deflate-bomb", deflate_bomb, "the same with deflate", violates=False),
    Behaviour("gzip-unasked", gzip_unasked, "compresses, though asked not to", violates=False),
    Behaviour("gzip-that-is-none", gzip_that_is_none, "says gzip, and sends it plain", seldom=True),
    Behaviour("gzip-cut", gzip_cut, "compresses, and cuts the end"),
    Behaviour("more-than-one-answer", more_than_one_answer, "another answer after the answer"),
)
