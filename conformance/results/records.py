"""From an exchange to the record that results keep of it, and back."""

from __future__ import annotations

import re
from dataclasses import replace

from conformance.results.model import ExchangeRecord
from conformance.trace.exchange import Exchange, Failure, Headers, Request, Response
from conformance.trace.recording import Span, recorded
from conformance.wire.instant import MILLISECOND
from conformance.wire.redaction import redact_headers, redact_url

_CUT = re.compile(r"… \(cut; \d+ bytes in all\)\Z", re.ASCII)

BODY_LIMIT = 64 * 1024
"""Characters of a body that results keep; the HAR has it whole."""

MARKED_LIMIT = 1024 * 1024
"""Characters of a body that results keep when a part of it is marked: one far behind is to be seen, too."""


def record_of(exchange: Exchange, start: int = 0, limit: int = BODY_LIMIT) -> ExchangeRecord:
    """The record of an exchange; ``start`` is the client ns from which its times count, ``limit`` cuts bodies."""
    response = exchange.response or (exchange.failure.unread if exchange.failure else None)
    return ExchangeRecord(
        index=exchange.index,
        operation=exchange.operation,
        method=exchange.request.method,
        url=redact_url(exchange.request.url),
        sent_ms=(exchange.sent - start) / MILLISECOND,
        received_ms=(exchange.received - start) / MILLISECOND,
        client=exchange.client,
        step=exchange.step,
        request_headers=[list(pair) for pair in redact_headers(exchange.request.headers)],
        request_body=_text(exchange.request.body, limit),
        status=response.status if response else None,
        response_headers=[list(pair) for pair in redact_headers(response.headers)] if response else [],
        response_body=_text(response.body, limit) if response else None,
        failure=f"{exchange.failure.kind}: {exchange.failure.message}" if exchange.failure else None,
    )


def exchange_of(record: ExchangeRecord) -> Exchange:
    """An exchange again, as far as the record kept it: for a HAR of a run that was killed.

    One of which only the beginning of a body was kept counts as unanswered, so that nobody judges half an answer.
    """
    if any(_CUT.search(body) for body in (record.request_body, record.response_body) if body):
        told = f"answered with {record.status}, but only the beginning of a body was kept when the run was killed"
        record = replace(record, status=None, failure=told)
    body = record.request_body
    request = Request(
        record.method,
        record.url,
        record.url,
        headers=_pairs(record.request_headers),
        body=None if body is None else body.encode("utf-8", "replace"),
    )
    answer = (record.response_body or "").encode("utf-8", "replace")
    failure = Failure("aborted", record.failure) if record.failure else None
    answered = failure is None and record.status is not None
    response = Response(record.status or 0, _pairs(record.response_headers), answer) if answered else None
    sent, received = (round(value * MILLISECOND) for value in (record.sent_ms, record.received_ms))
    again = recorded(record.index, request, Span(sent, received), response or failure)
    # The record keeps no path relative to the API's root, from which the operation would follow.
    return replace(again, operation=record.operation, client=record.client, step=record.step)


def _text(body: bytes | None, limit: int) -> str | None:
    if body is None:
        return None
    text = body[: limit * 4 + 4].decode("utf-8", "backslashreplace")
    whole = len(text) <= limit and len(body) <= limit * 4 + 4
    return text if whole else f"{text[:limit]}… (cut; {len(body)} bytes in all)"  # see _CUT


def _pairs(headers: list[list[str]]) -> Headers:
    return tuple((pair[0], pair[1]) for pair in headers if len(pair) == 2)
