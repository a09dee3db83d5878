"""What the headers of a request say about its body and about the answers that its client takes."""

from __future__ import annotations

from typing import TypeAlias

from conformance.trace import Exchange

Said: TypeAlias = tuple[bool, str, str]
"""Whether it is right, what was expected, and what came."""


def content_type(exchange: Exchange) -> Said | None:
    """A JSON body is declared as such; None without a body."""
    if exchange.request.body is None:
        return None
    given = header(exchange, "content-type")
    media = given.partition(";")[0].strip().lower()
    return media == "application/json", "content-type application/json for a JSON body", f"content-type {given!r}"


def accept(exchange: Exchange) -> Said:
    """JSON is among what the client takes."""
    given = header(exchange, "accept")
    takes = not given or any(media in given.lower() for media in ("application/json", "application/*", "*/*"))
    return takes, "an Accept header that allows application/json, or none", f"accept: {given}"


def header(exchange: Exchange, name: str) -> str:
    """The first value of a request's header, "" without one."""
    return next((value for key, value in exchange.request.headers if key.lower() == name), "")
