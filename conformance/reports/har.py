"""Writing a run's exchanges as HAR 1.2: exact bodies and times, credentials redacted."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable
from http.client import responses
from pathlib import Path
from typing import Any, TextIO

from conformance import __version__
from conformance.trace.exchange import Exchange, Request
from conformance.trace.har_files import OWN_ANSWERS
from conformance.wire.instant import MILLISECOND, Instant
from conformance.wire.redaction import redact_headers, redact_query, redact_url

HarItem = tuple[str, int, Exchange]
"""The id of a trace, its origin (ns since 1970 of client ns 0), and one of its exchanges."""


def write_har(path: Path, items: Iterable[HarItem], *, own_answers: bool = False) -> int:
    """Stream the exchanges into a HAR file, one entry a line; returns how many there were. ``.gz``: compressed.

    ``own_answers``: this suite itself answered, so that there is no server to judge.
    """
    mark = f'"{OWN_ANSWERS}":true,' if own_answers else ""
    creator = json.dumps({"name": "orchestration-conformance", "version": __version__})
    count = 0
    with _text_file(path) as out:
        out.write(f'{{"log":{{"version":"1.2","creator":{creator},{mark}"entries":[')
        for trace_id, origin, exchange in items:
            out.write(("," if count else "") + "\n" + json.dumps(_entry(trace_id, origin, exchange)))
            count += 1
        out.write("\n]}}\n")
    return count


def _text_file(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "wt", compresslevel=6, encoding="utf-8")
    return path.open("w", encoding="utf-8")


def _entry(trace_id: str, origin: int, exchange: Exchange) -> dict[str, Any]:
    took = (exchange.received - exchange.sent) / MILLISECOND
    entry: dict[str, Any] = {
        "startedDateTime": Instant(origin + exchange.sent).isoformat(),
        "time": took,
        "request": _request(exchange.request),
        "response": _response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "_trace": trace_id,
        "_client": exchange.client,
        "_step": exchange.step,
        "_operation": exchange.operation,
    }
    if exchange.failure:
        entry |= {"_failure": exchange.failure.kind, "_error": exchange.failure.message}
    return entry


def _request(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {
        "method": request.method,
        "url": redact_url(request.url),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _named(redact_headers(request.headers)),
        "queryString": _named(redact_query(request.query)),
        "headersSize": -1,
        "bodySize": len(request.body or b""),
    }
    if request.body is not None:
        found["postData"] = {"mimeType": _media_type(request.headers), **_text(request.body)}
    return found


def _response(exchange: Exchange) -> dict[str, Any]:
    response = exchange.response
    body = response.body if response else b""
    headers = response.headers if response else ()
    status = response.status if response else 0
    return {
        "status": status,
        "statusText": _reason(status),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _named(redact_headers(headers)),
        "content": {"size": len(body), "mimeType": _media_type(headers), **_text(body)},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(body),
    }


def _reason(status: int) -> str:
    return responses.get(status, "")


def _named(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _media_type(headers: Iterable[tuple[str, str]]) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")


def _text(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode("ascii"), "encoding": "base64"}
