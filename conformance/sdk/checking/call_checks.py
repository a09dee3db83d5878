"""Checks of one call of a driver: it kept to the protocol, broke it, or answered what its author should look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conformance.sdk.campaign.player import said_last
from conformance.sdk.drawing.case import PlayedStep
from conformance.sdk.rules.comparing import compare
from conformance.wire import exact_json

Verdict = Literal["ok", "wrong", "note"]


@dataclass(frozen=True, slots=True)
class Line:
    """What was looked at, and what came of it.

    ``wrong``: the driver does not keep to the protocol. ``note``: what it returned differs from what was on the
    wire, which the driver or its SDK may have done.
    """

    about: str
    verdict: Verdict
    told: str = ""


def good(about: str, played_step: PlayedStep) -> Line:
    """A call that was answered well."""
    wrong = _protocol(played_step)
    if wrong is not None:
        return Line(about, "wrong", wrong)
    result = played_step.result
    if result is None or not result.ok:
        return Line(about, "wrong", f"the server answered well, and the driver told {result}")
    body = played_step.step.answer.body
    leaves = compare(played_step.operation, exact_json.parse(body).value, result.data) if body else []
    different = next((leaf for leaf in leaves if not leaf.equal), None)
    if different is not None:
        where = different.pointer or "the whole"
        return Line(about, "note", f"{where} is {different.expected} on the wire, and {different.observed} as told")
    if not body and result.data is not None:
        return Line(about, "note", f"the answer has no body, and the driver told {result}: data is null then")
    return Line(about, "ok")


def carried(about: str, played_step: PlayedStep) -> Line:
    """A call that was answered well, whose body is to arrive as it was given."""
    if (
        played_step.broken is None
        and not played_step.exchanges
        and played_step.result is not None
        and played_step.result.error is not None
    ):
        return Line(about, "note", f"nothing was sent; the driver told {played_step.result}")
    line = good(about, played_step)
    given, sent = (
        played_step.step.call.arguments.get("body"),
        played_step.exchanges[0].request_json if played_step.exchanges else None,
    )
    if line.verdict == "ok" and not exact_json.equal(given, sent):
        shown = exact_json.dumps(sent, escaped=False)[:120]
        return Line(about, "note", f"another body was sent than the one given: {shown}")
    return line


def refused(about: str, played_step: PlayedStep) -> Line:
    """A call that was answered with an Error."""
    wrong = _protocol(played_step)
    if wrong is not None:
        return Line(about, "wrong", wrong)
    status, told = played_step.step.answer.status, played_step.result
    error = told.error if told is not None else None
    if error is None:
        return Line(about, "wrong", f"the server answered {status}, and the driver told {told}: an error is due")
    wanted = exact_json.parse(played_step.step.answer.body).value
    parts = {
        "kind": ("http", error.kind),
        "status": (status, error.status),
        "errorCode": (wanted["errorCode"], error.code),
        "errorMessage": (wanted["errorMessage"], error.message),
    }
    other = [f"{name} is {got!r} in place of {due!r}" for name, (due, got) in parts.items() if got != due]
    return Line(about, "note", "; ".join(other)) if other else Line(about, "ok")


def unanswered(about: str, played_step: PlayedStep, kind: str) -> Line:
    """A call that got no answer; ``kind`` is that of the error which says so."""
    wrong = _protocol(played_step)
    if wrong is not None:
        return Line(about, "wrong", wrong)
    error = played_step.result.error if played_step.result is not None else None
    if error is None:
        return Line(about, "wrong", f"there was no answer, and the driver told {played_step.result}: an error is due")
    if error.kind != kind:
        return Line(about, "note", f"the error's kind is {error.kind} in place of {kind}")
    return Line(about, "ok")


def _protocol(played_step: PlayedStep) -> str | None:
    """What is wrong whatever was answered; None when nothing is."""
    if played_step.broken is not None:
        return said_last(played_step.broken, played_step.stderr)
    if not played_step.exchanges:
        return f"no request came to the base URL; the driver told {played_step.result}"
    first = played_step.exchanges[0]
    if first.operation != played_step.operation:
        return f"another request came: {first.request.method} {first.request.path}"
    return None
