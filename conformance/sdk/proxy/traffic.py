"""What went through the proxy, as far as it may be kept: exchanges in order of sending, without secrets in bodies."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

import h11
import httpx

from conformance.contract.api import V1
from conformance.target.bodies import MAX_BODY, SHOWN, Inflating
from conformance.trace import Exchange, Failure, Headers, Request, Response, Trace
from conformance.trace.controls import own_settling
from conformance.trace.recording import Span, recorded
from conformance.wire.redaction import mask_url

PLAIN = frozenset({"", "identity"})
"""Values of Content-Encoding with which a body is as it came."""
_ZIPPED = frozenset({"gzip", "x-gzip", "deflate"})
UNREADABLE = "the proxy answered 400, as this request is no HTTP/1.1"
"""How the failure of a request begins that nobody could read."""
_LONGEST_REQUEST = 64 * 1024 * 1024


@dataclass
class OpenExchange:
    """An exchange under way. ``sent`` is when its head went to the server, in ns of the monotonic clock.

    ``begun``: the client has got a part of its answer. ``whole``: the client has sent all of its request. ``refused``:
    why the proxy itself has to answer, else None.
    """

    client: str
    request: h11.Request
    sent: int
    content: bytearray = field(default_factory=bytearray)
    answer: h11.Response | None = None
    body: bytearray = field(default_factory=bytearray)
    begun: bool = False
    whole: bool = False
    refused: str | None = None
    request_cut: bool = False
    answer_cut: bool = False

    def add_content(self, data: bytes) -> None:
        """Bytes of the request's body."""
        self.request_cut = self.request_cut or len(self.content) + len(data) > _LONGEST_REQUEST
        if not self.request_cut:
            self.content += data

    def add_body(self, data: bytes) -> None:
        """Bytes of the answer's body."""
        self.answer_cut = self.answer_cut or len(self.body) + len(data) > MAX_BODY
        if not self.answer_cut:
            self.body += data


@dataclass(frozen=True, slots=True)
class _Kept:
    """An exchange that is over, its path still with whatever the client has before the API's."""

    request: Request
    span: Span
    answer: Response | Failure
    client: str


class Traffic:
    """Collects exchanges. ``prefix`` is the path before the API's; None: found by itself once all is there.

    ``url_of`` gives the URL of a request's target. ``on_exchange`` is called with each exchange that is over, whose
    operation is then known as far as it alone tells. ``errors`` are those of the proxy itself,
    ``began`` is the beginning in ns since 1970.
    """

    def __init__(
        self,
        url_of: Callable[[str], str],
        prefix: str | None = None,
        on_exchange: Callable[[Exchange], None] = lambda _: None,
    ) -> None:
        self.began = time.time_ns()
        self._origin = self.began - time.monotonic_ns()
        self.errors: list[str] = []
        self._url_of = url_of
        self._prefix = prefix
        self._on_exchange = on_exchange
        self._kept: list[_Kept] = []
        self._too_long = 0
        self._unfinished = 0

    def __len__(self) -> int:
        return len(self._kept)

    def finish(self, open_exchange: OpenExchange, failure: Failure | None = None) -> None:
        """Keep an exchange that is over, with its answer unless there is a ``failure``."""
        if not open_exchange.whole:
            self._unfinished += 1
            return
        received = time.monotonic_ns()
        request = self._request(open_exchange)
        prefix = self._own_prefix(request)
        ours = V1.match(request.method, request.path, prefix) is not None
        answer = failure or _answered(open_exchange)
        if not ours:
            # A token endpoint may lie behind the same gateway: what is not of this API keeps its secrets.
            request, answer = _without_bodies(request, answer)
        self._too_long += ours and open_exchange.request_cut
        self._keep(_Kept(request, Span(open_exchange.sent, received), answer, open_exchange.client), prefix)

    def refuse(self, line: bytes, reason: str, client: str) -> None:
        """Keep a request that was no HTTP/1.1, of which ``line`` is the first line, and which went nowhere."""
        method, _, rest = line.decode("utf-8", "replace").partition(" ")
        path, _, query = rest.rpartition(" ")[0].partition("?")
        now = time.monotonic_ns()
        request = Request(method, mask_url(self._url_of(f"{path}?{query}" if query else path)), path)
        kept = _Kept(request, Span(now, now), Failure("refused", f"{UNREADABLE}: {reason}"), client)
        self._keep(kept, self._own_prefix(request))

    def _keep(self, kept: _Kept, prefix: str) -> None:
        self._kept.append(kept)
        self._on_exchange(_exchange(len(self._kept) - 1, kept, prefix))

    def trace(self) -> Trace:
        """All that was kept, as the trace that rules judge; nothing where a request's body was too long to be kept."""
        pairs = [(kept.request.method, kept.request.path) for kept in self._kept]
        prefix = V1.detect_prefix(pairs) if self._prefix is None else self._prefix
        ordered = sorted(self._kept, key=lambda kept: kept.span.sent)
        exchanges = tuple(_exchange(index, kept, prefix) for index, kept in enumerate(ordered))
        notes = []
        if self._too_long:
            notes.append(f"the bodies of {self._too_long} requests were too long to be kept, so nothing can be judged")
        if self._unfinished:
            notes.append(f"requests that were not sent to their end, and are left out: {self._unfinished}")
        kept = () if self._too_long else exchanges
        settling = own_settling(kept)
        return Trace("proxy", kept, settling, self._origin, source="proxy", notes=tuple(notes))

    def _own_prefix(self, request: Request) -> str:
        return V1.detect_prefix([(request.method, request.path)]) if self._prefix is None else self._prefix

    def _request(self, open_exchange: OpenExchange) -> Request:
        target = open_exchange.request.target.decode("ascii")
        path, _, query = target.partition("?")
        return Request(
            open_exchange.request.method.decode("ascii"),
            self._url_of(target),
            path,
            tuple(parse_qsl(query, keep_blank_values=True)),
            _headers(open_exchange.request),
            bytes(open_exchange.content) or None,
        )


def _exchange(index: int, kept: _Kept, prefix: str) -> Exchange:
    path = kept.request.path
    below = path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
    return recorded(index, replace(kept.request, path=below), kept.span, kept.answer, client=kept.client)


def _headers(message: h11.Request | h11.Response) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in message.headers.raw_items())


def _answered(open_exchange: OpenExchange) -> Response | Failure:
    """The answer with its body decoded, or why its body was not read."""
    assert open_exchange.answer is not None
    headers = tuple((name.lower(), value) for name, value in _headers(open_exchange.answer))
    status, body = open_exchange.answer.status_code, bytes(open_exchange.body)
    if open_exchange.answer_cut:
        return _unread(Response(status, headers, body), f"it is longer than {MAX_BODY} bytes")
    coding = next((value for name, value in headers if name == "content-encoding"), "").strip().lower()
    if coding in PLAIN or not body:
        return Response(status, headers, body)
    if coding not in _ZIPPED:
        return _unread(Response(status, headers, b""), f"it is coded as {coding}, which this suite does not read")
    try:
        decoded = bytearray()
        for part in Inflating(coding).parts(body):
            decoded += part
            if len(decoded) > MAX_BODY:
                return _unread(Response(status, headers, bytes(decoded)), f"it is longer than {MAX_BODY} bytes")
    except httpx.DecodingError as error:
        return _unread(Response(status, headers, b""), f"it is not {coding} ({error})")
    return Response(status, headers, bytes(decoded))


def _unread(response: Response, reason: str) -> Failure:
    message = f"the body of this answer (status {response.status}) was not read to its end: {reason}"
    return Failure("aborted", message, replace(response, body=response.body[:SHOWN]))


def _without_bodies(request: Request, answer: Response | Failure) -> tuple[Request, Response | Failure]:
    bare = replace(request, url=mask_url(request.url), query=(), body=None)
    if isinstance(answer, Response):
        return bare, replace(answer, body=b"")
    return bare, replace(answer, unread=None)
