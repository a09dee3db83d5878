"""Which requests surely mean a documented operation."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange


def documented(index: TraceIndex) -> Iterator[Exchange]:
    """Requests that surely mean a documented operation: routers may resolve dots and slashes in a path themselves."""
    for exchange in index.trace.exchanges:
        if exchange.operation is not None and not has_odd_path(exchange):
            yield exchange


def has_odd_path(exchange: Exchange) -> bool:
    """Whether a path parameter holds text that a router, or the HTTP parser before it, may read in its own way."""
    return any(map(odd, exchange.params.values()))


def odd(value: str) -> bool:
    """Whether a path segment holds only dots, or any slash, URL delimiter or unprintable character."""
    return value.strip(". ") == "" or any(character in "/\\;?#%" or not character.isprintable() for character in value)
