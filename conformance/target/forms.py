"""Forms in which HTTP lets a client write one and the same request; whatever the form, it means the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Literal

from conformance.trace import Failure, Response

Form = Literal["charset", "encoded", "chunked", "accepting", "spaced"]
"""``charset``: JSON's media type with a parameter. ``encoded``: the hyphens of ids percent-encoded. ``chunked``: a body
whose length is not told in advance. ``accepting``: other media types are welcome, too, each with a weight. ``spaced``:
white space around a JSON body."""

JSON_TYPE, JSON_TYPE_WITH_CHARSET = "application/json", "application/json; charset=utf-8"
ACCEPTED = f"{JSON_TYPE};q=0.9, text/plain;q=0.5, */*;q=0.1"

WORDS: Mapping[Form, str] = {
    "charset": f"content-type {JSON_TYPE_WITH_CHARSET}",
    "encoded": "%2D for each hyphen in the path and the query",
    "chunked": "bodies in chunks, without content-length",
    "accepting": f"accept {ACCEPTED}",
    "spaced": "white space before and behind bodies",
}
"""What a form is, in a few words."""

_HYPHEN, _ENCODED_HYPHEN = "-", "%2D"
_CHUNK = 16
_SPACE = b"\n"
_LENGTH_REQUIRED = 411


def media_type(forms: Collection[Form]) -> str:
    """The content-type of a JSON body."""
    return JSON_TYPE_WITH_CHARSET if "charset" in forms else JSON_TYPE


def headers(forms: Collection[Form]) -> list[tuple[str, str]]:
    """What a request has besides."""
    return [("accept", ACCEPTED)] if "accepting" in forms else []


def place(encoded: str, forms: Collection[Form]) -> str:
    """A path or a query, percent-encoded where it must be, in its form (RFC 3986, 6.2.2.2: it means the same)."""
    return encoded.replace(_HYPHEN, _ENCODED_HYPHEN) if "encoded" in forms else encoded


def content(body: bytes | None, forms: Collection[Form]) -> bytes | AsyncIterator[bytes] | None:
    """A body as httpx sends it: bytes with their length told, or one chunk after another."""
    if body is None:
        return None
    spaced = _SPACE + body + _SPACE if "spaced" in forms else body
    return _chunks(spaced) if "chunked" in forms else spaced


async def _chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), _CHUNK):
        yield body[start : start + _CHUNK]


def unheard(response: Response | None, forms: Collection[Form]) -> Failure | None:
    """That a server wants the length of a body, as RFC 9110 (15.5.12) lets it, which says nothing of the operation."""
    if response is None or response.status != _LENGTH_REQUIRED or "chunked" not in forms:
        return None
    return Failure("aborted", "bodies whose length is not told in advance are refused here (411)")
