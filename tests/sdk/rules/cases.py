"""Cases that were played, written by hand: what was asked, what went over the wire, what the caller got."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from conformance.contract.api import V1
from conformance.sdk.drawing.case import Case, Played, PlayedStep, Step
from conformance.sdk.driver.protocol import Call, Result, SdkError
from conformance.sdk.rules import SDK_RULES
from conformance.sdk.witness.answer import Answer
from conformance.trace import Exchange
from conformance.trace.exchange import Request, Response
from conformance.trace.recording import Span, recorded
from conformance.wire import exact_json

GOOD = Answer()
JSON = (("content-type", "application/json"), ("accept", "application/json"))


class Sent(NamedTuple):
    """A request as the witness saw it."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = JSON
    body: bytes | None = None


def exchange(sent: Sent, answer: Answer = GOOD, host: str = "127.0.0.1:1") -> Exchange:
    """A request and its answer."""
    query = f"?{urlencode(sent.query)}" if sent.query else ""
    request = Request(sent.method, f"http://{host}{sent.path}{query}", sent.path, sent.query, sent.headers, sent.body)
    return recorded(0, request, Span(0, 1), Response(answer.status, answer.headers, answer.body))


def step(operation: str, answer: Answer, **arguments: Any) -> Step:
    """A call with its answer."""
    return Step(Call(operation, arguments), answer)


def played_step(asked: Step, result: Result | SdkError | None, *sent: Sent, broken: str | None = None) -> PlayedStep:
    """A step with its result and its requests; without any given, the request that the operation makes."""
    operation = V1.by_action[asked.call.operation]
    usual = Sent(operation.method, operation.template.format_map(_Ids(asked.call.arguments)))
    result = Result(error=result) if isinstance(result, SdkError) else result
    return PlayedStep(asked, result, tuple(exchange(each, asked.answer) for each in sent or (usual,)), broken=broken)


class _Ids(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "0" if key == "number" else "id-1"


def played(theme: str, *parts: PlayedStep, **others: Any) -> Played:
    """A case of a theme that was played."""
    return Played(Case(theme, tuple(each.step for each in parts)), parts, **others)


def verdicts(requirement: str, case: Played) -> list[bool]:
    """What a requirement's rule says of a case: upheld or violated, in order."""
    return [each.upheld for each in SDK_RULES[requirement](case)]


def with_body(sent: Sent, value: Any) -> Sent:
    """A request with a JSON body."""
    return sent._replace(body=exact_json.encode(value))


def broken_too(case: Played) -> Played:
    """The same case, in which the driver broke the protocol each time."""
    return replace(case, steps=tuple(replace(each, result=None, broken="it ended") for each in case.steps))
