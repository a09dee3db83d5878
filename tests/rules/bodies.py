"""The values in hand-written traces: timestamps, ids, errors, stages and activities as the API shows them."""

from __future__ import annotations

from typing import Any

from conformance.wire.instant import MILLISECOND, Instant, parse_instant

Span = tuple[float, float | None] | tuple[float, float | None, str | None]
"""A stage as a read shows it: started, ended (None: open), and its error."""

Stages = list[dict[str, Any]]
NOOP: Stages = [{"noop": {}}]
WAIT: Stages = [{"wait_event": {"event": "go"}}]
CODES = {400: "VALIDATION", 404: "NOT_FOUND"}
ACTIVITIES = {
    "noop": "RunNoop",
    "delay": "RunDelay",
    "wait_event": "RunWaitEvent",
    "send": "RunSend",
    "update": "RunUpdate",
}
_EPOCH = parse_instant("2026-01-01T00:00:00Z")
assert _EPOCH is not None
EPOCH = _EPOCH.ns


def ns(ms: float) -> int:
    """Milliseconds as ns."""
    return round(ms * MILLISECOND)


def stamp(ms: float, *, digits: int = 9) -> str:
    """The server's timestamp at a moment, with this many digits of the second's fraction."""
    text = Instant(EPOCH + ns(ms)).isoformat()
    return text if digits == 9 else text[: -(10 - digits) if digits else -11] + "Z"


def uuid(kind: int, number: int) -> str:
    """A well-formed UUID of version 4, different for every pair."""
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


UNKNOWN = uuid(0xFFFF, 0xABC)
"""An id of the server's own form that it never gave."""


def error_body(status: int) -> dict[str, str]:
    """A valid Error for a status."""
    return {"errorCode": CODES.get(status, "INTERNAL"), "errorMessage": f"refused with {status}"}


def error_of(span: Span) -> dict[str, str]:
    return {"error": span[2]} if len(span) == 3 and span[2] is not None else {}


def times_of(span: Span) -> dict[str, str]:
    ended = {} if span[1] is None else {"terminatedAt": stamp(span[1])}
    return {"startedAt": stamp(span[0]), **ended}


def activity(name: str, given: Any, output: Any = None, span: Span = (0, 1), attempt: int = 1) -> dict[str, Any]:
    """One entry of a stage's history."""
    done = {} if output is None else {"output": {name: output}}
    state = {"terminated": span[1] is not None, "attempt": attempt}
    return {"name": name, "input": {name: given}, **done, **state, **times_of(span), **error_of(span)}
