"""The one factory of exchanges: for the client, for HAR recordings, for the event log, and for a proxy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypedDict, Unpack

from conformance.contract.api import V1, Api
from conformance.trace.exchange import Exchange, Failure, Request, Response, TokenKind


class Details(TypedDict, total=False):
    """What is known of some exchanges only: see the fields of `Exchange`."""

    client: str
    step: int | None
    timeout: int | None
    expected_wait: int
    token: TokenKind


class Span(NamedTuple):
    """When an exchange was sent and when it was over, in ns of one clock."""

    sent: int
    received: int


def recorded(
    index: int,
    request: Request,
    span: Span,
    answer: Response | Failure | None,
    api: Api = V1,
    **details: Unpack[Details],
) -> Exchange:
    """The exchange of a request: its action and path parameters follow from method and path.

    ``request.path`` is relative to the API's root. ``answer`` is the response, or why there is none.
    """
    operation, params = action_of(request.method, request.path, api)
    return Exchange(
        index,
        request,
        span.sent,
        span.received,
        answer if isinstance(answer, Response) else None,
        answer if isinstance(answer, Failure) else None,
        operation=operation,
        params=params,
        **details,
    )


def action_of(method: str, path: str, api: Api = V1) -> tuple[str | None, Mapping[str, str]]:
    """The action that a method and a path (relative to the API's root) mean, with its path parameters decoded."""
    found = api.match(method, path)
    return (found.operation.action, found.params) if found else (None, {})
