"""Traces with other answers than they had."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from conformance.trace import Exchange, Trace
from conformance.wire import exact_json

SIGNALS = ("sendEvent", "cancelEvent")
"""What is sent to an instance and may change it."""


def edited(traces: Iterable[Trace], change: Callable[[Trace], Iterable[Exchange]]) -> Sequence[Trace]:
    """The traces of which ``change`` gives other exchanges, with these."""
    changed = [(trace, tuple(change(trace))) for trace in traces]
    return [replace(trace, exchanges=exchanges) for trace, exchanges in changed if exchanges != trace.exchanges]


def with_data(exchange: Exchange, data: Any) -> Exchange:
    """An answered exchange with a success body, with another ``data`` in it."""
    assert exchange.response is not None
    body = exact_json.encode({**exchange.json, "data": data})
    return replace(exchange, response=replace(exchange.response, body=body))
