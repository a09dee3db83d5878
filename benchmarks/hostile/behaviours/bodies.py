"""Bodies that hold what no answer holds."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.hostile.behaviours.behaviour import Act, Behaviour
from benchmarks.hostile.handling import Handling, framed

_DEEP = 100_000


def says(body: bytes, status: int = 200) -> Act:
    """Answers always with this body."""

    async def act(handling: Handling) -> bool:
        await handling.answer(status, body)
        return True

    return act


def spoiled(old: bytes, new: bytes) -> Act:
    """Replaces something in the body of a well-behaved answer, everywhere."""

    async def act(handling: Handling) -> bool:
        answer = await handling.upstream()
        await handling.send(framed(replace(answer, body=answer.body.replace(old, new))))
        return True

    return act


def within(value: bytes) -> Act:
    """Adds a member that holds this value to the object that a well-behaved server answers."""
    return spoiled(b'{"', b'{"extra":' + value + b',"')


async def body_with_204(handling: Handling) -> bool:
    answer = await handling.upstream()
    await handling.send(
        framed(answer) if answer.status != 204 else b"HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\n"
    )
    return True


async def nothing_at_all(handling: Handling) -> bool:
    await handling.answer((await handling.upstream()).status, b"")
    return True


BEHAVIOURS = (
    Behaviour("empty-body", nothing_at_all, "the right status, and no body"),
    Behaviour("plain-text", says(b"OK"), "text"),
    Behaviour("json-null", says(b"null"), "null"),
    Behaviour("json-list", says(b"[]"), "a list in place of an object"),
    Behaviour("data-of-other-types", says(b'{"data":{"id":{},"config":7,"stages":true},"version":[]}'), "wrong types"),
    Behaviour("deep", says(b"[" * _DEEP + b"]" * _DEEP), "lists in lists, 100,000 deep"),
    Behaviour("deep-objects", within(b'{"a":' * _DEEP + b"1" + b"}" * _DEEP), "an extra field, 100,000 deep"),
    Behaviour("number-1e999", within(b"1e999"), "a number that no float holds"),
    Behaviour("number-1e1000000", within(b"1e1000000"), "a number of a million digits, written short"),
    Behaviour("number-10^5000", within(b"1" + b"0" * 5000), "an integer of 5,001 digits"),
    Behaviour("number-1MB", within(b"7" * 1_000_000), "an integer of a million digits"),
    Behaviour("fraction-1MB", within(b"0." + b"7" * 1_000_000), "a fraction of a million digits"),
    Behaviour("exponent-1MB", within(b"1e" + b"7" * 1_000_000), "an exponent of a million digits"),
    Behaviour(
        "version-is-a-number", says(b'{"version":1e1000000,"data":[1e1000000]}'), "huge numbers where texts are due"
    ),
    Behaviour("nan", within(b"NaN"), "NaN, which is no JSON"),
    Behaviour("infinity", within(b"-Infinity"), "-Infinity, which is no JSON"),
    Behaviour("duplicate-keys", spoiled(b'"id":', b'"id":"other","id":'), "keys that come twice", violates=False),
    Behaviour("long-text", within(b'"' + b"x" * 10_000_000 + b'"'), "an extra text of 10 MB"),
    Behaviour("many-values", within(b"[" + b"[]," * 4_000_000 + b"[]]"), "four million empty lists", violates=False),
    Behaviour("many-keys", within(b"{" + b",".join(b'"k%d":0' % n for n in range(200_000)) + b"}"), "200,000 keys"),
    Behaviour(
        "odd-keys", within(b'{"__proto__":{"polluted":1},"constructor":1,"":2}'), "keys that mean something to others"
    ),
    Behaviour("cut-json", spoiled(b"}", b""), "JSON without its closing braces"),
    Behaviour("trailing-text", spoiled(b"}", b"}}"), "JSON with something after it"),
    Behaviour("body-with-204", body_with_204, "a 204 with a length"),
)
