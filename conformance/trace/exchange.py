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


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whole. Header names are lower case."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key.lower() == name), None)


FailureKind = Literal["timeout", "refused", "protocol", "aborted"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no response. ``refused`` means that nothing was sent: the target was never reached."""

    kind: FailureKind
    message: str


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

    @property
    def status(self) -> int | None:
        """The status code, None without an answer."""
        return self.response.status if self.response else None

    @property
    def ok(self) -> bool:
        """Answered with a success status."""
        return self.response is not None and 200 <= self.response.status < 300

    def failed_by(self, kind: FailureKind) -> bool:
        """Whether there is no answer, for this reason."""
        return self.failure is not None and self.failure.kind == kind

    @cached_property
    def json(self) -> Any:
        """The response body read exactly, None when there is none or it is no JSON."""
        return exact_json.parse_or_none(self.response.body) if self.response else None

    @cached_property
    def request_json(self) -> Any:
        """The request body read exactly, None when there is none or it is no JSON."""
        return exact_json.parse_or_none(self.request.body)

    @cached_property
    def data(self) -> Any:
        """The ``data`` member of a success body, None when there is none."""
        return self.json.get("data") if self.ok and isinstance(self.json, dict) else None

    def query(self, name: str) -> str | None:
        """The single value of a query parameter; None when absent or repeated."""
        values = [value for key, value in self.request.query if key == name]
        return values[0] if len(values) == 1 else None

    def before(self, other: Exchange) -> bool:
        """Whether this exchange was over when the other began; only then is their order proven."""
        return self.received < other.sent
