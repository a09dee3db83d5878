"""The server's version: it is present, and the same on every call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.rules.evidence.answers import answer_text
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.evidence.wording import shown
from conformance.trace import Exchange


def version_of(exchange: Exchange) -> Any:
    """The body of a getServerInfo answer; it has no `data` around it."""
    return exchange.json.get("version") if isinstance(exchange.json, dict) else None


def version(index: TraceIndex) -> Iterator[Observation]:
    """The version is not empty and does not change."""
    first: Exchange | None = None
    for exchange in index.successes("getServerInfo"):
        found = version_of(exchange)
        if not isinstance(found, str) or not found:
            yield violated(exchange, expected="a version that is not empty", observed=answer_text(exchange))
        elif first is None:
            first = exchange
            yield upheld(exchange)
        elif found == version_of(first):
            yield upheld(first, exchange, proof="trace")
        else:
            yield changed_version(first, exchange)


def changed_version(first: Exchange, second: Exchange) -> Observation:
    """The violation that two calls with different versions show."""
    expected = f"version {shown(version_of(first))}, as before"
    observed = f"version {shown(version_of(second))}"
    return violated(first, second, expected=expected, observed=observed, proof="trace", pointer="/version")


RULES: dict[str, Rule] = {"info.version": version}
