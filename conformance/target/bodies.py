"""Reading the bodies of answers as streams: however much a target sends, only so much of it is ever held."""

from __future__ import annotations

import asyncio
import weakref
import zlib
from collections.abc import AsyncIterator, Iterator

import httpx

from conformance.target.lists.list_filter import ListFilter
from conformance.trace import Failure, Headers, Response

MAX_BODY = 16 * 1024 * 1024
"""Bytes of a body, decoded, that are read unless the user says otherwise."""

LONGEST_LIST = 1 << 28
"""Bytes that are read of a list of which only a part is kept."""

SHOWN = 64 * 1024
"""Bytes that are kept of a body that was not read to its end."""

# A body that is longer than this waits for a place among the few such that are read at the same time.
_LONG = 256 * 1024
_AT_A_TIME = 3
# Bytes that the longest bodies may take together, for exchanges in memory; each value in them takes its own.
_HELD = 48 * 1024 * 1024
_COUNTED = 2 * 1024 * 1024
_VALUE = 100
# So many values in one body are more than any list has that is held whole.
_VALUES = 300_000
_STEP = 64 * 1024


class _TooLong(Exception):
    """A body is not read to its end: ``reason`` says why, as a part of a sentence."""

    def __init__(self, reason: str, begin: bytes) -> None:
        super().__init__(reason)
        self.reason = reason
        self.begin = begin


class Bodies:
    """Reads the bodies of one target. ``limit``: the bytes, decoded, that are read of one."""

    def __init__(self, limit: int = MAX_BODY) -> None:
        self._limit = limit
        self._places = asyncio.Semaphore(_AT_A_TIME)
        self._held = 0

    async def read(
        self, answer: httpx.Response, patience: asyncio.Timeout, list_filter: ListFilter | None = None
    ) -> Response | Failure:
        """The response with its whole body, or that the body was not read to its end, with the beginning of it.

        ``patience`` does not run while other long bodies are read. A list that is long goes through the
        ``list_filter``, and only what that keeps counts. Raises httpx.HTTPError for a body that is broken.
        """
        headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.headers.raw)
        try:
            body = await (self._body(answer, patience) if list_filter is None else self._filtered(answer, list_filter))
            return self._kept(Response(answer.status_code, headers, body))
        except _TooLong as cut:
            return _unread(answer.status_code, headers, cut)
        finally:
            await answer.aclose()

    async def _body(self, answer: httpx.Response, patience: asyncio.Timeout) -> bytes:
        parts: list[bytes] = []
        length = 0
        long = False
        try:
            async for part in _decoded(answer):
                parts.append(part)
                length += len(part)
                if length > self._limit:
                    raise _TooLong(f"it is longer than {self._limit} bytes", b"".join(parts[:2]))
                if length > _LONG and not long:
                    await _pausing(patience, self._places)
                    long = True
            return b"".join(parts)
        finally:
            if long:
                self._places.release()

    async def _filtered(self, answer: httpx.Response, list_filter: ListFilter) -> bytes:
        """A list as it is, or what is kept of a long one."""
        begin: list[bytes] = []
        length = 0
        async for part in _decoded(answer):
            length += len(part)
            begin.append(part)
            if length <= _LONG:
                continue
            shown = begin[0]
            try:
                while begin:
                    list_filter.feed(begin.pop(0))
            except ValueError as error:
                raise _TooLong(f"it is long, and cannot be taken apart ({error})", shown) from None
            if list_filter.size > self._limit or length > LONGEST_LIST:
                raise _TooLong(f"it is a list of more than {length} bytes", shown)
        return list_filter.body() if list_filter.read else b"".join(begin)

    def _kept(self, response: Response) -> Response:
        size = len(response.body)
        values = sum(map(response.body.count, (b",", b"[", b"{"))) if size > SHOWN else 0
        if values > _VALUES:
            raise _TooLong(f"it holds more than {_VALUES} values", response.body)
        if size <= _COUNTED:
            return response
        size += values * _VALUE
        if self._held + size > _HELD:
            raise _TooLong("other long bodies take the room that there is for them", response.body)
        self._held += size
        weakref.finalize(response, self._forget, size)
        return response

    def _forget(self, size: int) -> None:
        self._held -= size


async def _pausing(patience: asyncio.Timeout, places: asyncio.Semaphore) -> None:
    """Wait for a place; who waits for this suite's own sake is not waiting for the target."""
    now = asyncio.get_running_loop().time
    end, begun = patience.when(), now()
    patience.reschedule(None)
    await places.acquire()
    patience.reschedule(None if end is None else end + now() - begun)


async def _decoded(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The body in parts, each of a limited length. Raises httpx.DecodingError."""
    coding = answer.headers.get("content-encoding", "").strip().lower()
    decoder = Inflating(coding) if coding in ("gzip", "x-gzip", "deflate") else None
    async for raw in answer.aiter_raw():
        for part in (raw,) if decoder is None else decoder.parts(raw):
            yield part


class Inflating:
    """Decodes what was sent compressed, though nobody asked for it, a little at a time."""

    def __init__(self, coding: str) -> None:
        self._raw_is_possible = coding == "deflate"
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | (0 if coding == "deflate" else 16))

    def parts(self, raw: bytes) -> Iterator[bytes]:
        """What a part of the coded body adds. Raises httpx.DecodingError."""
        left = raw
        while left and not self._inflate.eof:
            yield self._next(left)
            left = self._inflate.unconsumed_tail

    def _next(self, coded: bytes) -> bytes:
        try:
            found = self._inflate.decompress(coded, _STEP)
        except zlib.error as error:
            if not self._raw_is_possible:
                raise httpx.DecodingError(str(error)) from error
            # Some servers call it deflate without the header that belongs to it.
            self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            self._raw_is_possible = False
            return self._next(coded)
        self._raw_is_possible = False
        return found


def _unread(status: int, headers: Headers, cut: _TooLong) -> Failure:
    message = f"the body of this answer (status {status}) was not read to its end: {cut.reason}"
    return Failure("aborted", message, Response(status, headers, cut.begin[:SHOWN]))
