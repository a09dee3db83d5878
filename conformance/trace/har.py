"""Reading HAR 1.2 recordings of any program.

A recording proves less than a live run: its times are often cut to milliseconds and sometimes missing, and nobody
measured the target's latency. What is not proven is read as overlapping, so that no rule sees an order that a client
did not see.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from conformance.contract.api import V1, Api
from conformance.trace.exchange import Exchange, Failure, Headers, Request, Response
from conformance.trace.har_files import OWN_ANSWERS, NotAHar, OwnAnswers, Recording, recordings
from conformance.trace.recording import Span, recorded
from conformance.trace.trace import Trace
from conformance.wire.instant import MILLISECOND, parse_instant

_WITH_BODY = frozenset({"createWorkflow", "runWorkflow", "sendEvent"})
_KINDS = {"timeout": "timeout", "refused": "refused", "protocol": "protocol"}


LACKS_BODY = "the recording lacks the body of this answer"
"""Why an answer whose body was not recorded counts as none."""


class _BadEntry(ValueError):
    """What is wrong with one entry."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry read as far as the file goes; times in ns since 1970, None where the recording has none."""

    url: SplitResult
    request: Request
    response: Response | None
    failure: Failure | None
    sent: int | None
    received: int | None
    client: str
    bodiless: bool


def read_recordings(paths: Sequence[Path], api: Api = V1, prefix: str | None = None) -> list[Trace]:
    """A trace of each recording that paths lead to: the requests to its API server, without settle information.

    Exchanges are in order of sending. ``sent`` is rounded down and ``received`` up to the precision the recording has.
    An entry without times overlaps all others. ``prefix`` stands before the API's paths; None: found by itself.
    Raises NotAHar, NoRecording, and OwnAnswers for that of calls of an SDK.
    """
    traces = [_trace(recording, api, prefix) for recording in recordings(paths)]
    names = Counter(trace.id for trace in traces)
    return [
        replace(trace, id=f"{trace.id}-{number}") if names[trace.id] > 1 else trace
        for number, trace in enumerate(traces, start=1)
    ]


def _trace(recording: Recording, api: Api, given_prefix: str | None) -> Trace:
    read = [_numbered(recording.name, number, raw) for number, raw in enumerate(_entries(recording), start=1)]
    entries = list(dict.fromkeys(read))
    host, prefix = _server(entries, api, given_prefix)
    ours = [entry for entry in entries if entry.url.netloc == host]
    starts = [entry.sent for entry in ours if entry.sent is not None]
    origin = min(starts, default=0)
    horizon = max([*starts, *(entry.received for entry in ours if entry.received is not None)], default=0) + 1
    ordered = sorted(ours, key=lambda entry: origin if entry.sent is None else entry.sent)
    exchanges = tuple(
        _exchange(index, entry, Span(origin, horizon), (api, prefix)) for index, entry in enumerate(ordered)
    )
    unknown = sum(
        entry.bodiless and exchange.operation in _WITH_BODY for entry, exchange in zip(ordered, exchanges, strict=True)
    )
    notes = _notes(entries, ours, doubled=len(read) - len(entries), unknown=unknown)
    # What such a request asked for nobody knows, nor then what it brought about.
    kept = () if unknown else exchanges
    return Trace(Path(recording.name).stem, kept, origin=origin, source="recording", notes=notes, api=api)


def _entries(recording: Recording) -> list[Any]:
    path = recording.name
    try:
        document = json.loads(recording.content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotAHar(path, "it is not JSON in UTF-8") from error
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise NotAHar(path, "it has no log.entries")
    if isinstance(log, dict) and log.get(OWN_ANSWERS) is True:
        raise OwnAnswers(path)
    if not entries:
        raise NotAHar(path, "it holds no entries")
    return entries


def _numbered(path: str, number: int, raw: Any) -> _Entry:
    try:
        return _entry(raw)
    except _BadEntry as error:
        raise NotAHar(path, f"entry {number} {error}") from error


def _entry(raw: Any) -> _Entry:
    request = raw.get("request") if isinstance(raw, dict) else None
    if not isinstance(request, dict):
        raise _BadEntry("has no request")
    method, url = request.get("method"), request.get("url")
    if not isinstance(method, str) or not isinstance(url, str):
        raise _BadEntry("lacks the method or the URL of its request")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _BadEntry("has a URL that cannot be read") from error
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    sent, received = _times(raw)
    response, failure = _answer(raw)
    sending = Request(method, url, parts.path, query, _headers(request), _text(request.get("postData")))
    size = request.get("bodySize")
    bodiless = sending.body is None and isinstance(size, int) and size > 0
    return _Entry(parts, sending, response, failure, sent, received, str(raw.get("_client", "1")), bodiless)


def _times(raw: dict[str, Any]) -> tuple[int | None, int | None]:
    started = parse_instant(raw.get("startedDateTime"))
    if started is None:
        return None, None
    took = _duration(raw)
    # A time written with nine digits is exact; a coarser one may have been cut, so the end is rounded up by one unit.
    slack = 0 if started.digits == 9 else started.granularity
    return started.ns, None if took is None else started.ns + took + slack


def _duration(raw: dict[str, Any]) -> int | None:
    timings = raw.get("timings")
    parts = [value for key, value in timings.items() if key != "ssl"] if isinstance(timings, dict) else []
    total = sum(value for value in parts if isinstance(value, int | float) and value > 0)
    given = raw.get("time")
    milliseconds = given if isinstance(given, int | float) and given >= 0 else total
    return round(milliseconds * MILLISECOND) if milliseconds > 0 else None


def _answer(raw: dict[str, Any]) -> tuple[Response | None, Failure | None]:
    answer = raw.get("response")
    status = answer.get("status") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(status, int) or status < 100:
        return None, _failure(raw)
    content = answer.get("content")
    body = _text(content)
    if body is None and isinstance(content, dict) and isinstance(content.get("size"), int) and content["size"] > 0:
        return None, Failure("aborted", LACKS_BODY)
    return Response(status, tuple((name.lower(), value) for name, value in _headers(answer)), body or b""), None


def _failure(raw: dict[str, Any]) -> Failure:
    kind = _KINDS.get(str(raw.get("_failure")), "aborted")
    return Failure(kind, str(raw.get("_error") or "the recording holds no answer"))  # type: ignore[arg-type]


def _text(holder: Any) -> bytes | None:
    """The bytes of a ``content`` or ``postData`` object; None when the recording has none."""
    text = holder.get("text") if isinstance(holder, dict) else None
    if not isinstance(text, str):
        return None
    if holder.get("encoding") != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _BadEntry("has content that is not base64, though it says so") from error


def _headers(message: dict[str, Any]) -> Headers:
    """The headers without HTTP/2's pseudo headers, which repeat the request line."""
    found = message.get("headers")
    pairs = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    named = [(str(item.get("name", "")), str(item.get("value", ""))) for item in pairs]
    return tuple((name, value) for name, value in named if name and not name.startswith(":"))


def _server(entries: list[_Entry], api: Api, given: str | None) -> tuple[str, str]:
    """The host with the most requests that are operations, and its prefix: a browser records other hosts too."""
    by_host: dict[str, list[tuple[str, str]]] = {}
    for entry in entries:
        by_host.setdefault(entry.url.netloc, []).append((entry.request.method, entry.url.path))
    prefixes = {host: api.detect_prefix(paths) if given is None else given for host, paths in by_host.items()}
    hits = {
        host: sum(api.match(method, path, prefixes[host]) is not None for method, path in paths)
        for host, paths in by_host.items()
    }
    best = max(by_host, key=lambda host: (hits[host], len(by_host[host])))
    return best, prefixes[best]


def _exchange(index: int, entry: _Entry, span: Span, where: tuple[Api, str]) -> Exchange:
    api, prefix = where
    given = entry.request
    path = given.path.removeprefix(prefix) if given.path.startswith(f"{prefix}/") else given.path
    times = Span(
        (span.sent if entry.sent is None else entry.sent) - span.sent,
        (span.received if entry.received is None else entry.received) - span.sent,
    )
    return recorded(index, replace(given, path=path), times, entry.response or entry.failure, api, client=entry.client)


def _notes(entries: list[_Entry], ours: list[_Entry], doubled: int, unknown: int) -> tuple[str, ...]:
    left = len(entries) - len(ours)
    untimed = sum(entry.sent is None or entry.received is None for entry in ours)
    bodies = sum(entry.failure is not None and entry.failure.message == LACKS_BODY for entry in ours)
    told = [
        f"sent to other hosts, and left out: {left} of {len(entries)} entries" if left else "",
        f"without times, so in an order that is unknown: {untimed} of {len(ours)} entries" if untimed else "",
        f"recorded twice, with the same times, and counted once: {doubled} of {len(ours)} entries" if doubled else "",
        f"bodies are missing from {bodies} of {len(ours)} answers: record with content" if bodies else "",
        f"bodies of requests ({unknown}) are missing, so nothing can be judged: record with content" if unknown else "",
    ]
    return tuple(note for note in told if note)
