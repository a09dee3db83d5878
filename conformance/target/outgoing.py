"""Making the HTTP request that is sent, and the request as it is recorded."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from conformance.target import forms, sending
from conformance.target.authentication.presenting import QUERY_NAME, Header, common_headers, shown
from conformance.target.config import TargetConfig
from conformance.target.connecting import RawTarget
from conformance.target.sender import RequestOptions
from conformance.trace import Request, traceparent
from conformance.wire.redaction import REDACTED

Asked = tuple[str, str, str | None]
"""A method, a path relative to the API's root, percent-encoded, and the token that goes with the request."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request for httpx, and what is recorded of it, in which secrets are masked."""

    http: httpx.Request
    recorded: Request


def prepared(
    http: httpx.AsyncClient, base: httpx.URL, config: TargetConfig, asked: Asked, options: RequestOptions
) -> Outgoing:
    """A request in the form that its options want."""
    method, path, token = asked
    written, body = options.get("forms", ()), options.get("body")
    headers = _headers(config, token, options)
    query = tuple(options.get("query", ()))
    sent_path = forms.place(sending.encoded_path(path), written)
    raw = [sending.raw_header(name, value) for name, value, _ in headers]
    refused = options.get("refused")
    secret = ((QUERY_NAME, refused.token or ""),) if refused is not None and refused.in_query else ()
    sent_query = forms.place(sending.encoded_query((*query, *secret)), written)
    outgoing = http.build_request(method, base, headers=raw, content=forms.content(body, written))
    if refused is not None:
        # A session that began with the right token would let the request in.
        outgoing.headers.pop("cookie", None)
    outgoing.url = RawTarget(outgoing.url, f"{config.prefix}{sent_path}{sent_query}".encode("ascii"))
    query = (*query, *((name, REDACTED) for name, _ in secret))
    url = f"{config.url}{sent_path}{forms.place(sending.encoded_query(query), written)}"
    return Outgoing(outgoing, Request(method.upper(), url, sent_path, query, shown(headers), body))


def _headers(config: TargetConfig, token: str | None, options: RequestOptions) -> list[Header]:
    """The headers of a request, those of its own last."""
    written = options.get("forms", ())
    own = [(name, value, False) for name, value in (*forms.headers(written), *options.get("headers", ()))]
    media_type = None if options.get("body") is None else forms.media_type(written)
    content_type = options.get("content_type", media_type)
    if content_type is not None:
        own.insert(0, ("content-type", content_type, False))
    taken = {name.lower() for name, _, _ in own}
    common = common_headers(config.headers, token, options.get("refused"))
    common.append((traceparent.HEADER, traceparent.new_traceparent(), False))
    return [header for header in common if header[0].lower() not in taken] + own
