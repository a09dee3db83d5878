"""Judging one answer: whether it says anything about the request, and whether it is the refusal demanded."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.requests import Classification, classify
from conformance.rules.evidence.observation import Observation, Proof, upheld, violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Response

_LONGEST = 200
_ERROR = 400
# They speak of who asks, how often, how long it took or how much was sent, not of what was asked.
_ABOUT_SOMETHING_ELSE = frozenset({401, 403, 407, 408, 413, 414, 429, 431})


def says_wait(exchange: Exchange) -> bool:
    """A 503 or 429 with Retry-After: come back later."""
    response = exchange.response
    return response is not None and response.status in (429, 503) and response.header("retry-after") is not None


def inconclusive(exchange: Exchange) -> bool:
    """Whether there is no answer, or one that says nothing about the request itself.

    Why a request is refused that has a token of another kind is a matter of the requirements about tokens alone.
    """
    if exchange.status is None or exchange.status in _ABOUT_SOMETHING_ELSE or says_wait(exchange):
        return True
    return exchange.token != "own" and 400 <= exchange.status < 500


def speaks(index: TraceIndex, exchange: Exchange) -> bool:
    """Whether an answer says something about what the request names.

    An error does not, where the API leaves open what becomes of such a request: of an unknown parameter, say, or a
    body that is not due. It may be refused for that alone, and a server that breaks (`envelope.no-5xx`) broke by that.
    """
    if inconclusive(exchange):
        return False
    return (exchange.status or 0) < _ERROR or classification(index, exchange).kind != "open"


def is_json(exchange: Exchange) -> bool:
    """Whether the answer declares the media type application/json, with or without parameters."""
    return exchange.response is not None and media_type(exchange.response) == "application/json"


def media_type(response: Response) -> str:
    """The media type that an answer declares, without parameters; "" where it declares none."""
    return (response.header("content-type") or "").split(";")[0].strip().lower()


def classification(index: TraceIndex, exchange: Exchange) -> Classification:
    """What the contract says of a request to a documented operation: valid, invalid or open."""
    known: dict[int, Classification] = index.memo.setdefault("classification", {})
    if exchange.index not in known:
        request = exchange.request
        known[exchange.index] = classify(exchange.operation or "", exchange.params, request.query, request.body)
    return known[exchange.index]


def is_valid(index: TraceIndex, exchange: Exchange) -> bool:
    """Whether the contract calls the request valid."""
    return classification(index, exchange).kind == "valid"


def is_invalid(index: TraceIndex, exchange: Exchange) -> bool:
    """Whether the contract calls the request invalid."""
    return classification(index, exchange).kind == "invalid"


def invalid_by(index: TraceIndex, requirement: str, operation: str) -> Iterator[Exchange]:
    """The requests to an operation that put a requirement about invalid ones to the test."""
    for exchange in index.of(operation):
        found = classification(index, exchange)
        if found.kind == "invalid" and found.requirement == requirement:
            yield exchange


def cut(text: str) -> str:
    """A text for a report, at most 200 characters of it."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def answer_text(exchange: Exchange) -> str:
    """An answer in words: the status and the start of the body, or why there is none."""
    if exchange.response is None:
        return f"no answer ({exchange.failure.kind})" if exchange.failure else "no answer"
    body = exchange.response.body[: 4 * _LONGEST].decode("utf-8", "replace").strip()
    return cut(f"{exchange.response.status} {body}".strip())


def error_code(exchange: Exchange) -> object:
    """The errorCode of an answer, None without one."""
    return exchange.json.get("errorCode") if isinstance(exchange.json, dict) else None


def error_message(exchange: Exchange) -> object:
    """The errorMessage of an answer, None without one."""
    return exchange.json.get("errorMessage") if isinstance(exchange.json, dict) else None


def refusal(
    exchange: Exchange,
    status: int,
    code: str,
    *,
    why: str,
    causes: tuple[Exchange, ...] = (),
    proof: Proof = "response",
) -> Iterator[Observation]:
    """Upheld when the answer has this status and error code, violated when it has another, else nothing.

    ``why`` it is due; ``causes`` are the exchanges that make it so.
    """
    if inconclusive(exchange):
        return
    subject = next(iter(exchange.params.values()), "")
    if exchange.status == status and error_code(exchange) == code:
        yield upheld(*causes, exchange, proof=proof, subject=subject)
    else:
        expected = f"{status} {code}: {why}"
        yield violated(
            *causes, exchange, expected=expected, observed=answer_text(exchange), proof=proof, subject=subject
        )
