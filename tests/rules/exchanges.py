"""Traces built exchange by exchange, whatever the operation: the time, the controls, and the answers by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypedDict, Unpack

from conformance.contract.api import V1
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Control, Exchange, Failure, Request, Response, Settling, TokenKind, Trace
from conformance.wire import exact_json
from tests.rules.bodies import EPOCH, error_body, ns

JSON_HEADERS = (("content-type", "application/json"),)
STEP = 0.5


class Options(TypedDict, total=False):
    """What every exchange can be told. ``at`` and ``took`` are ms, ``timeout`` and ``expected_wait`` too."""

    at: float
    took: float
    status: int
    answer: Any
    failure: Any
    headers: Sequence[tuple[str, str]]
    client: str
    timeout: float
    expected_wait: float
    token: TokenKind


class ExchangeBuilder:
    """Builds one trace, exchange by exchange; times are ms."""

    def __init__(self, **trace: Any) -> None:
        """``trace``: fields of the Trace that differ from the default, such as ``source`` or ``features``."""
        self.now = 0.0
        self.exchanges: list[Exchange] = []
        self.workflow_bodies: dict[str, dict[str, Any]] = {}
        self.instance_bodies: dict[str, dict[str, Any]] = {}
        self.deleted: set[str] = set()
        self._controls: list[Control] = []
        self._settling: dict[str, Any] | None = None
        self._trace = trace

    @property
    def last(self) -> Exchange:
        """The exchange added last."""
        return self.exchanges[-1]

    # -- time -----------------------------------------------------------------------------------------------------

    def wait(self, ms: float) -> None:
        """Let time pass."""
        self.now += ms

    def settling(self, **fields: Any) -> None:
        """Give the trace a Settling with these fields (ns), even if no control has run."""
        self._settling = fields

    def control(self, started: float, finished: float | None) -> None:
        """Add a control run (ms)."""
        self._controls.append(Control(ns(started), None if finished is None else ns(finished)))

    def settled(self) -> None:
        """Run a control and wait until every effect of what was sent so far must be seen."""
        started = self.now + STEP
        self.control(started, started + 10)
        self.now += 400

    # -- any exchange ---------------------------------------------------------------------------------------------

    def exchange(
        self,
        method: str,
        path: str,
        default: Any = None,
        *,
        query: Sequence[tuple[str, str]] = (),
        body: Any = None,
        **options: Unpack[Options],
    ) -> Exchange:
        """Add an exchange. ``default``: (status, answer) unless the options say otherwise; ``body``: JSON or bytes."""
        sent = options.get("at", self.now)
        received = sent + options.get("took", STEP)
        found = V1.match(method, path)
        timeout = options.get("timeout")
        made = Exchange(
            index=len(self.exchanges),
            request=Request(method, f"http://server{path}", path, tuple(query), (), _bytes(body)),
            sent=ns(sent),
            received=ns(received),
            response=None if "failure" in options else _response(default or (404, None), options),
            failure=Failure(options["failure"], "no answer") if "failure" in options else None,
            operation=found.operation.id if found else None,
            params=found.params if found else {},
            client=options.get("client", "1"),
            timeout=None if timeout is None else ns(timeout),
            expected_wait=ns(options.get("expected_wait", 0)),
            token=options.get("token", "own"),
        )
        self.exchanges.append(made)
        self.now = max(self.now, received) + STEP
        return made

    # -- the result -----------------------------------------------------------------------------------------------

    def trace(self) -> Trace:
        """The trace: exchanges in order of sending, numbered anew."""
        ordered = sorted(self.exchanges, key=lambda each: each.sent)
        numbered = tuple(replace(each, index=index) for index, each in enumerate(ordered))
        settling = None
        if self._controls or self._settling is not None:
            settling = Settling(controls=tuple(self._controls), **(self._settling or {}))
        fields = {"id": "t1", "settling": settling, "origin": EPOCH, **self._trace}
        return Trace(exchanges=numbered, **fields)

    def index(self, **options: Any) -> TraceIndex:
        """The index of the trace; ``options`` are those of TraceIndex."""
        return TraceIndex(self.trace(), **options)


def _bytes(body: Any) -> bytes | None:
    return body if body is None or isinstance(body, bytes) else exact_json.encode(body)


def _response(default: tuple[int, Any], options: Options) -> Response:
    status = options.get("status", default[0])
    answer = options.get("answer", default[1] if status == default[0] else None)
    if answer is None and status >= 400:
        answer = error_body(status)
    raw = b"" if answer is None or (status == 204 and "answer" not in options) else _bytes(answer) or b""
    headers = options.get("headers", JSON_HEADERS if raw else ())
    return Response(status, tuple(headers), raw)
