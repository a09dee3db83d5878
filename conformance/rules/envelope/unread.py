"""Answers that were not read to their end: what their beginning proves, and nothing else of them is judged."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.rules.evidence.answers import cut, media_type
from conformance.rules.evidence.observation import Observation, violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Response

_BLANK = b" \t\r\n"
_SHOWN = 100


def unread_answers(index: TraceIndex) -> Iterator[Observation]:
    """Violations only: success bodies that begin as no JSON object does, or that are declared as something else."""
    for exchange in index.trace.exchanges:
        unread = exchange.failure.unread if exchange.failure is not None else None
        if unread is not None and exchange.operation is not None:
            yield from _begun(index, exchange, unread)


def _begun(index: TraceIndex, exchange: Exchange, unread: Response) -> Iterator[Observation]:
    success = index.trace.api.by_action[exchange.operation or ""].success
    begin = unread.body.lstrip(_BLANK)
    if unread.status != success or success == 204:
        return
    if media_type(unread) != "application/json":
        declared = unread.header("content-type")
        yield violated(
            exchange, expected="content-type application/json", observed=cut(f"content-type {declared or 'missing'}")
        )
    elif begin and begin[:1] != b"{":
        shown = begin[:_SHOWN].decode("utf-8", "replace")
        yield violated(
            exchange,
            expected=f"a body that is valid for {exchange.operation}",
            observed=cut(f"a very long body that begins with {shown}"),
        )
