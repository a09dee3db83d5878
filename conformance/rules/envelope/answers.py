"""What must hold for every answer: media type, schema, shape of errors, no body with 204, no 5xx."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from conformance.contract.schema.compiled import SchemaProblem
from conformance.rules.envelope.answered import answers
from conformance.rules.envelope.documented_requests import documented, odd
from conformance.rules.envelope.unread import unread_answers
from conformance.rules.evidence.answers import answer_text, cut, is_json, says_wait
from conformance.rules.evidence.losses import lost_again
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.plans import has_placeholder
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.evidence.validation import error_problems, schema_problems, undocumented_fields
from conformance.trace import Exchange
from conformance.wire.pointer import NOWHERE, value_at

_METHODS_NOT_JUDGED = frozenset({"HEAD", "OPTIONS", "TRACE", "CONNECT"})
_SHAPE_EXEMPT = frozenset({401, 403, 405, 429, 501, 505})
# Statuses that servers and gateways answer before the request reaches the API.
_TRANSPORT = frozenset({407, 408, 413, 414, 417, 421, 426, 431, 494})
_DATE = re.compile(r"/data/(\d+)/input/until")
_NO_DATE = 'is not a "date-time"'
_ONLY_DOCUMENTED = "only fields that the API documents"
_SHOWN_FIELDS = 5
_POSITION = re.compile(r"/\d+(?=/)")


def schema(index: TraceIndex) -> Iterator[Observation]:
    """A success body is JSON, declared as such, and valid for its operation and status."""
    for exchange in documented(index):
        operation = index.trace.api.by_action[exchange.operation or ""]
        if not exchange.ok or exchange.status == operation.success == 204:
            continue
        if exchange.status != operation.success:
            # cancelling a terminated instance may get any success status
            if operation.id != "cancelEvent":
                yield violated(exchange, expected=f"status {operation.success}", observed=answer_text(exchange))
        elif not is_json(exchange):
            yield violated(exchange, expected="content-type application/json", observed=_media_type(exchange))
        else:
            yield _schema(index, exchange)
    yield from unread_answers(index)


def _media_type(exchange: Exchange) -> str:
    declared = exchange.response.header("content-type") if exchange.response else None
    return cut(f"content-type {declared}") if declared else "no content-type"


def _schema(index: TraceIndex, exchange: Exchange) -> Observation:
    problems = [each for each in schema_problems(index, exchange) if not _told_as_given(index, exchange, each)]
    if not problems:
        return upheld(exchange)
    expected = f"a body that is valid for {exchange.operation}"
    return violated(exchange, expected=expected, observed=cut(str(problems[0])), pointer=problems[0].pointer)


def _told_as_given(index: TraceIndex, exchange: Exchange, problem: SchemaProblem) -> bool:
    """Whether it is the input of a delay whose date a variable may have made invalid; history shows its value."""
    place = _DATE.fullmatch(problem.pointer)
    if place is None or exchange.operation != "getInstanceHistory" or _NO_DATE not in problem.message:
        return False
    instance = index.instances.get(exchange.params["instanceID"])
    stages = instance.stages if instance is not None else []
    number = int(place[1])
    return not stages or has_placeholder(stages[number : number + 1])


def error_shape(index: TraceIndex) -> Iterator[Observation]:
    """A refusal of a documented request is a valid Error, declared as JSON."""
    for exchange in documented(index):
        if not _is_refusal(exchange):
            continue
        problems = error_problems(index, exchange)
        if not is_json(exchange):
            yield violated(exchange, expected="an Error as application/json", observed=_media_type(exchange))
        elif problems:
            pointer = problems[0].pointer
            yield violated(exchange, expected="a valid Error", observed=answer_text(exchange), pointer=pointer)
        else:
            yield upheld(exchange)


def _is_refusal(exchange: Exchange) -> bool:
    """Whether the API itself refused the request, and so has to answer with an Error."""
    status = exchange.status or 0
    return status >= 400 and status not in _SHAPE_EXEMPT and not says_wait(exchange) and not _by_parser(exchange)


def _by_parser(exchange: Exchange) -> bool:
    """Whether the HTTP parser refused the request: a parser closes the connection and writes no JSON."""
    if exchange.response is None or exchange.status in _TRANSPORT:
        return True
    closes = (exchange.response.header("connection") or "").lower() == "close"
    return exchange.status == 400 and closes and not is_json(exchange)


def no_5xx(index: TraceIndex) -> Iterator[Observation]:
    """Nothing that a client sends makes the server fail. 502 to 504 count if a request gets them every time."""
    for exchange in index.trace.exchanges:
        if exchange.status is None or says_wait(exchange) or exchange.status == 505:
            continue
        if exchange.status == 501 and exchange.operation is None:
            continue
        if exchange.status >= 500:
            yield violated(exchange, expected="an answer below 500", observed=answer_text(exchange))
        else:
            yield upheld(exchange)
    for lost in lost_again(index, "gateway"):
        observed = f"{answer_text(lost[-1])}, each time that it was sent"
        yield violated(*lost, expected="an answer below 500", observed=observed, proof="settled")


def no_content(index: TraceIndex) -> Iterator[Observation]:
    """A 204 has no body."""
    for exchange in index.trace.exchanges:
        if exchange.response is None or exchange.status != 204:
            continue
        length = (exchange.response.header("content-length") or "0").strip()
        if exchange.response.body or length.strip("0"):
            observed = answer_text(exchange) if exchange.response.body else f"204 with content-length {cut(length)}"
            yield violated(exchange, expected="a 204 without a body", observed=observed)
        else:
            yield upheld(exchange)


def documented_fields(index: TraceIndex) -> Iterator[Observation]:
    """Success bodies, and the Errors of refusals, hold only the fields that the API documents."""
    for exchange in documented(index):
        if not isinstance(exchange.json, dict) or not (_is_success(index, exchange) or _is_error(index, exchange)):
            continue
        extra = [field for field in undocumented_fields(index, exchange) if not _given(index, exchange, field)]
        if extra:
            observed = f"the body has {_named(extra)}"
            yield violated(exchange, expected=_ONLY_DOCUMENTED, observed=observed, pointer=extra[0])
        else:
            yield upheld(exchange)


def _named(pointers: Iterable[str]) -> str:
    """Some fields in words. One that every element of a list has is named once: how many there are says nothing."""
    kinds: dict[str, str] = {}
    for pointer in pointers:
        kinds.setdefault(_POSITION.sub("/*", pointer), pointer)
    some = list(kinds.values())
    return cut(", ".join(some[:_SHOWN_FIELDS]) + (" …" if len(some) > _SHOWN_FIELDS else ""))


def _is_success(index: TraceIndex, exchange: Exchange) -> bool:
    return exchange.status == index.trace.api.by_action[exchange.operation or ""].success


def _is_error(index: TraceIndex, exchange: Exchange) -> bool:
    return _is_refusal(exchange) and is_json(exchange) and not error_problems(index, exchange)


def _given(index: TraceIndex, exchange: Exchange, pointer: str) -> bool:
    """Whether a client gave this field of a configuration: the API leaves open what becomes of unknown keys.

    True where the trace does not show the creation of the configuration, since it cannot be known then.
    """
    above, inside, below = pointer.partition("/config/")
    if not inside:
        return False
    holder = value_at(exchange.json, above)
    workflow = index.workflows.get(str(holder.get("id"))) if isinstance(holder, dict) else None
    return workflow is None or value_at(workflow.created.request_json, f"/{below}") is not NOWHERE


def method_not_allowed(index: TraceIndex) -> Iterator[Observation]:
    """A method that a path of the API does not have gets 405."""
    for exchange in index.trace.exchanges:
        request = exchange.request
        if exchange.operation is not None or request.method.upper() in _METHODS_NOT_JUDGED:
            continue
        if exchange.status in (None, 401, 403, 429, 501, 505) or says_wait(exchange) or _by_parser(exchange):
            continue
        if index.trace.api.known_path(request.path) is None or any(map(odd, request.path.strip("/").split("/"))):
            continue
        if exchange.status == 405:
            yield upheld(exchange)
        else:
            yield violated(exchange, expected=f"405 for {request.method}", observed=answer_text(exchange))


RULES: dict[str, Rule] = {
    "envelope.answers": answers,
    "envelope.schema": schema,
    "envelope.error-shape": error_shape,
    "envelope.no-5xx": no_5xx,
    "envelope.no-content": no_content,
    "envelope.documented-fields": documented_fields,
    "envelope.method-not-allowed": method_not_allowed,
}
