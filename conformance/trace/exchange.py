"""One request with its response, or with the way it failed, and when both happened on the client's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from conformance.wire import exact_json

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent. ``path`` is relative to the API's root and still percent-encoded; ``query`` is decoded."""

    method: str
    url: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return _first(self.headers, name)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Response:
    """What came back, whole. Header names are lower case."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return _first(self.headers, name)


def _first(headers: Headers, name: str) -> str | None:
    return next((value for key, value in headers if key.lower() == name), None)


UNSENT = -1
"""The index of a request that the client was not allowed to send."""
GATEWAY_STATUSES = frozenset({502, 503, 504})
"""What gateways answer when they cannot reach the server: it says nothing about the operation."""

UNDOCUMENTED = "(not documented)"
"""What stands for the operation of a request to a method and path that the document does not have."""

ENOUGH_LOST = 4
"""From this sum of `Exchange.loss` on, what one request was lost to is no chance any more."""

TokenKind = Literal[
    "own",
    "absent",
    "garbage",
    "altered",
    "other-case",
    "foreign",
    "unsigned",
    "in-query",
    "other-scheme",
    "scheme-alone",
    "lapsed",
    "expired",
    "read-only",
    "write-only",
]
"""The token of a request: the run's own, or one to be refused for: none at all, a text that nobody issued, a real one
with a character changed, one of another issuer, one that says that it is not signed, the run's own in the query,
made-up credentials of the scheme Basic, the scheme Bearer and nothing after it, one that has just expired (within what
clocks may differ) or long ago, one without the scope of writing, or of reading."""

Loss = Literal["gateway", "timeout", "protocol"]
FailureKind = Literal["timeout", "refused", "protocol", "aborted"]
_LOST: Mapping[FailureKind, Loss] = {"timeout": "timeout", "protocol": "protocol"}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no response. ``refused`` means that nothing was sent: the target was never reached.

    ``unread`` is an answer that the client did not read to its end, with the beginning of its body; else None.
    """

    kind: FailureKind
    message: str
    unread: Response | None = None


@dataclass(frozen=True)
class Exchange:
    """One exchange. ``sent`` and ``received`` are ns on the client's monotonic clock; effects lie in between or later.

    ``received`` is when the answer was complete, or when it was given up. ``operation`` is the operationId, None when
    the request matches no documented method and path. ``timeout`` is the patience in ns that the client had.
    """

    index: int
    request: Request
    sent: int
    received: int
    response: Response | None = None
    failure: Failure | None = None
    operation: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    client: str = "1"
    step: int | None = None
    timeout: int | None = None
    expected_wait: int = 0
    token: TokenKind = "own"

    @property
    def unsent(self) -> bool:
        """Whether the client was not allowed to send the request: then the exchange is in no trace."""
        return self.index == UNSENT

    @property
    def answered(self) -> bool:
        """Whether there is an answer that speaks of the operation; else its effect may or may not have happened."""
        return self.response is not None and self.response.status not in GATEWAY_STATUSES

    @property
    def status(self) -> int | None:
        """The status code of an answer that speaks of the operation, None without one: see ``answered``."""
        return self.response.status if self.response is not None and self.answered else None

    @property
    def ok(self) -> bool:
        """Answered with a success status."""
        return self.response is not None and 200 <= self.response.status < 300

    @property
    def refused(self) -> bool:
        """Answered with a client error (4xx)."""
        return 400 <= (self.status or 0) < 500

    @property
    def lost_to(self) -> Loss | None:
        """What the answer was lost to, by chance or not: a gateway's error, the timeout, a closed connection.

        None when it was answered, when the client itself gave up, when it was asked to wait, or when nothing was sent.
        """
        if self.response is not None:
            asked_to_wait = self.response.status == 503 and self.response.header("retry-after") is not None
            return None if self.answered or asked_to_wait else "gateway"
        return _LOST.get(self.failure.kind) if self.failure is not None else None

    @property
    def loss(self) -> int:
        """How much a lost answer weighs: a timeout more than what comes at once. 0 when nothing was lost."""
        return 0 if self.lost_to is None else 2 if self.lost_to == "timeout" else 1

    def failed_by(self, kind: FailureKind) -> bool:
        """Whether there is no answer, for this reason."""
        return self.failure is not None and self.failure.kind == kind

    @cached_property
    def json(self) -> Any:
        """The body of the operation's answer read exactly, None when there is none or it is no JSON."""
        return exact_json.parse_or_none(self.response.body) if self.response and self.answered else None

    @cached_property
    def request_json(self) -> Any:
        """The request body read exactly, None when there is none or it is no JSON."""
        return exact_json.parse_or_none(self.request.body)

    @cached_property
    def data(self) -> Any:
        """The ``data`` member of a success body, None when there is none."""
        return self.json.get("data") if self.ok and isinstance(self.json, dict) else None

    @property
    def data_id(self) -> str | None:
        """The id in the ``data`` of a success body, None when there is none or it is no text."""
        found = self.data.get("id") if isinstance(self.data, dict) else None
        return found if isinstance(found, str) else None

    def query(self, name: str) -> str | None:
        """The single value of a query parameter; None when absent or repeated."""
        values = [value for key, value in self.request.query if key == name]
        return values[0] if len(values) == 1 else None

    def before(self, other: Exchange) -> bool:
        """Whether this exchange was over when the other began; only then is their order proven."""
        return self.received < other.sent
