"""Rules for every client: what its requests through the proxy must and must not do.

A rule sees requests and answers, not what the client's caller asked for. So each judges only what no caller can want,
and a rule about several requests only what the same client sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from conformance.contract.api import V1
from conformance.contract.requests import classify_body
from conformance.contract.schema.requests import RequestSchemas
from conformance.rules.evidence.answers import cut
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.sdk.proxy.traffic import PLAIN, UNREADABLE
from conformance.sdk.rules import headers
from conformance.trace import Exchange
from conformance.wire import exact_json

_ROOTS = frozenset(operation.segments[0] for operation in V1.operations)
_NOT_JUDGED = frozenset({"HEAD", "OPTIONS", "TRACE", "CONNECT"})
_INTEGER = re.compile(r"-?\d+", re.ASCII)
_NO_VALUES = frozenset({"undefined", "null", "None", "nil", "<nil>", "NaN", "[object Object]", "[object Promise]"})
_BOOLEANS = ("wait", "running")


def client_rules(schemas: RequestSchemas) -> Mapping[str, Rule]:
    """The rules by the ids of their requirements, those about single requests; ``schemas`` are the bodies'."""
    judged: Mapping[str, Callable[[Exchange], headers.Said | None]] = {
        "client.path-parameters": _path_parameters,
        "client.query": _query,
        "client.query-values": _query_values,
        "client.body": lambda exchange: _body(exchange, schemas),
        "client.content-type": _content_type,
        "client.no-body": _no_body,
        "client.accept": headers.accept,
    }
    alone = {name: _of_operations(judge) for name, judge in judged.items()}
    return {"client.http": _http, "client.operation": _operation, **alone}


def _of_operations(judge: Callable[[Exchange], headers.Said | None]) -> Rule:
    """A rule that looks at each request to an operation."""

    def rule(index: TraceIndex) -> Iterator[Observation]:
        for exchange in index.trace.exchanges:
            said = judge(exchange) if exchange.operation is not None and is_http(exchange) else None
            if said is not None:
                yield upheld(exchange) if said[0] else violated(exchange, expected=said[1], observed=cut(said[2]))

    return rule


def is_http(exchange: Exchange) -> bool:
    """Whether the proxy could read a request; of others nothing but their first line is known."""
    return exchange.failure is None or not exchange.failure.message.startswith(UNREADABLE)


def _http(index: TraceIndex) -> Iterator[Observation]:
    for exchange in index.trace.exchanges:
        if is_http(exchange):
            yield upheld(exchange)
        elif exchange.failure is not None:
            reason = exchange.failure.message.removeprefix(f"{UNREADABLE}: ")
            observed = cut(f"{exchange.request.method} {exchange.request.path}: {reason}")
            yield violated(exchange, expected="a request that is HTTP/1.1", observed=observed)


def _operation(index: TraceIndex) -> Iterator[Observation]:
    """Other paths may belong to other services behind the same gateway; those below the API's own do not."""
    for exchange in index.trace.exchanges:
        if exchange.operation is not None:
            yield upheld(exchange)
        elif _below_the_api(exchange):
            methods = V1.known_path(exchange.request.path)
            expected = f"a method of the API on this path: {', '.join(methods)}" if methods else "a path of the API"
            observed = cut(f"{exchange.request.method} {exchange.request.path}")
            yield violated(exchange, expected=expected, observed=observed)


def _below_the_api(exchange: Exchange) -> bool:
    root = exchange.request.path.split("/")[1:2]
    return bool(root) and root[0] in _ROOTS and exchange.request.method not in _NOT_JUDGED and is_http(exchange)


def _path_parameters(exchange: Exchange) -> headers.Said | None:
    if not exchange.params:
        return None
    for name, value in exchange.params.items():
        if value in _NO_VALUES or value == f"{{{name}}}":
            return False, f"an id as {name}", f"{name} is {value}"
        if name == "number" and not _INTEGER.fullmatch(value):
            return False, "an integer as number", f"number is {value}"
    return True, "", ""


def _query(exchange: Exchange) -> headers.Said | None:
    documented = V1.by_action[exchange.operation or ""].query
    if not exchange.request.query:
        return None
    extra = [name for name, _ in exchange.request.query if name not in documented]
    return not extra, "only query parameters that the operation has", f"the query parameter {', '.join(extra)}"


def _query_values(exchange: Exchange) -> headers.Said | None:
    given = [(name, value) for name, value in exchange.request.query if name in _BOOLEANS]
    if not given:
        return None
    wrong = [f"{name}={value}" for name, value in given if value not in ("true", "false")]
    twice = len({name for name, _ in given}) < len(given)
    observed = ", ".join(wrong) if wrong else "the same parameter more than once"
    return not (wrong or twice), "true or false, once", observed


def _body(exchange: Exchange, schemas: RequestSchemas) -> headers.Said | None:
    operation, body = exchange.operation or "", exchange.request.body
    if not V1.by_action[operation].body or headers.header(exchange, "content-encoding").strip().lower() not in PLAIN:
        return None
    expected = f"a body that is valid for {operation}"
    if body is None:
        return (False, expected, "no body") if schemas.requires_body(operation) else None
    # What is odd about the path or the query excuses no body: rules of their own judge those.
    kind = classify_body(operation, body).kind
    try:
        problems = schemas.problems(operation, exact_json.parse(body).value)
    except exact_json.NotJson as error:
        return (False, expected, f"no JSON: {error}") if kind == "invalid" else None
    # A document may describe requests more strictly than the API does, so that what is made from it is surely taken.
    if not problems or kind == "valid":
        return True, "", ""
    return (False, expected, str(problems[0])) if kind == "invalid" else None


def _content_type(exchange: Exchange) -> headers.Said | None:
    return headers.content_type(exchange) if V1.by_action[exchange.operation or ""].body else None


def _no_body(exchange: Exchange) -> headers.Said | None:
    if V1.by_action[exchange.operation or ""].body:
        return None
    body = exchange.request.body
    return body is None, "no body", f"the body {(body or b'').decode('utf-8', 'backslashreplace')}"
