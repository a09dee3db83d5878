"""Status lines and headers that no client should have to read."""

from __future__ import annotations

import asyncio

from benchmarks.hostile.behaviours.behaviour import Act, Behaviour
from benchmarks.hostile.handling import JSON, Handling, Headers, forever, framed, head


def raw(*parts: bytes) -> Act:
    """Sends bytes, and closes."""

    async def act(handling: Handling) -> bool:
        await handling.send(*parts)
        return False

    return act


def with_headers(headers: Headers, status: int | None = None) -> Act:
    """Answers well, with these headers besides."""

    async def act(handling: Handling) -> bool:
        answer = await (handling.success() if status else handling.upstream())
        if not answer.body:
            await handling.send(framed(answer))
            return True
        length = ("content-length", str(len(answer.body)))
        kept = JSON if not any(name == "content-type" for name, _ in headers) else ()
        await handling.send(head(status or answer.status, (*kept, *headers, length)), answer.body)
        return True

    return act


async def flood_of_1xx(handling: Handling) -> bool:
    while True:
        await handling.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 2000)


async def some_1xx(handling: Handling) -> bool:
    await handling.send(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" * 3)
    await handling.pass_on()
    return True


async def switching(handling: Handling) -> bool:
    await handling.send(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n")
    await forever()
    return False


async def endless_head(handling: Handling) -> bool:
    await handling.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await handling.send(b"x-more: and more\r\n" * 1000)
        await asyncio.sleep(0)


async def http10(handling: Handling) -> bool:
    await handling.send(framed(await handling.upstream()).replace(b"HTTP/1.1", b"HTTP/1.0", 1))
    return False


_MANY: Headers = tuple((f"x-{number}", "y") for number in range(50_000))
_OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"

BEHAVIOURS = (
    Behaviour("1xx-flood", flood_of_1xx, "100 Continue without end", seldom=True),
    Behaviour("1xx-some", some_1xx, "early hints before the answer, which are allowed", violates=False),
    Behaviour("101", switching, "changes to another protocol, unasked", seldom=True),
    Behaviour("many-headers", with_headers(_MANY), "50,000 headers", seldom=True),
    Behaviour("long-header", with_headers((("x-long", "y" * 1_000_000),)), "a header of 1 MB", seldom=True),
    Behaviour("endless-head", endless_head, "headers without end", seldom=True),
    Behaviour("header-without-colon", raw(_OK, b"nonsense\r\ncontent-length: 2\r\n\r\n{}"), "no header", seldom=True),
    Behaviour("header-with-nul", raw(_OK, b"x: \x00\r\ncontent-length: 2\r\n\r\n{}"), "NUL in a header", seldom=True),
    Behaviour("folded-header", with_headers((("x", "a\r\n b"),)), "a header on two lines", violates=False),
    Behaviour("http-9.9", raw(b"HTTP/9.9 200 OK\r\n\r\n"), "a version that there is not"),
    Behaviour("http-0.9", raw(b"<html>hello</html>"), "no head at all", seldom=True),
    Behaviour("ssh", raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "the banner of something else", seldom=True),
    Behaviour("http-1.0", http10, "HTTP/1.0, which is allowed", violates=False),
    Behaviour("status-999", with_headers((), 999), "a status that there is not"),
    Behaviour("status-000", raw(b"HTTP/1.1 000 None\r\n\r\n"), "status 000", seldom=True),
    Behaviour("status-of-words", raw(b"HTTP/1.1 fine OK\r\n\r\n"), "a word for a status", seldom=True),
    Behaviour("304", with_headers((), 304), "304 to who has nothing"),
    Behaviour("large-cookies", with_headers((("set-cookie", f"a={'b' * 60_000}"),)), "a large cookie", violates=False),
    Behaviour("no-content-type", raw(b'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"data":[]}'), "no media type"),
    Behaviour(
        "charset",
        with_headers((("content-type", "application/json; charset=latin-1"),)),
        "two media types",
        violates=False,
    ),
    Behaviour(
        "only-line-feeds",
        raw(b'HTTP/1.1 200 OK\ncontent-type: application/json\ncontent-length: 11\n\n{"data":[]}'),
        "no carriage returns",
    ),
)
