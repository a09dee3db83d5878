"""What a client owes: each rule from both sides, by traces written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.document import load_document
from conformance.contract.schema.requests import RequestSchemas
from conformance.sdk.proxy.results import client_catalogue, client_judge
from conformance.sdk.proxy.retry_rules import REPEATING
from conformance.sdk.proxy.rules import client_rules
from conformance.sdk.proxy.traffic import UNREADABLE
from conformance.trace import Exchange, Failure, Request, Response, Trace
from conformance.trace.recording import Span, recorded
from conformance.wire import exact_json
from conformance.wire.instant import MILLISECOND

JSON = (("Content-Type", "application/json; charset=utf-8"),)
STAGES: Any = {"stages": [{"noop": {}}]}
JUDGE = client_judge(load_document())
Said = dict[str, str]


def sent(method: str, path: str, body: Any = None, at: int = 0, **more: Any) -> Exchange:
    """An exchange that begins ``at`` ms and takes 1 ms. ``more``: query, headers, status, answer_headers, client."""
    content = body if body is None or isinstance(body, bytes) else exact_json.encode(body)
    headers = more.get("headers", () if content is None else JSON)
    request = Request(method, f"http://server{path}", path, more.get("query", ()), headers, content)
    status = more.get("status", 200)
    answer: Response | Failure = Response(status, more.get("answer_headers", ())) if status else Failure("aborted", "")
    if "failure" in more:
        answer = Failure("refused", more["failure"])
    span = Span(at * MILLISECOND, (at + more.get("took", 1)) * MILLISECOND)
    return recorded(0, request, span, answer, client=more.get("client", "connection 1"))


def judged(exchanges: Sequence[Exchange]) -> Said:
    """What is said of each requirement that has something to judge: upheld or violated."""
    trace = Trace("t", tuple(replace(each, index=number) for number, each in enumerate(exchanges)), source="proxy")
    judgement = JUDGE.judge(trace)
    assert judgement.crashes == {}
    return dict.fromkeys(judgement.upheld, "upheld") | dict.fromkeys(judgement.violations, "violated")


UNREAD = f"{UNREADABLE}: illegal request line"
SINGLE: list[tuple[str, str, Exchange]] = [
    ("http", "violated", sent("GET", "/workflows/é", failure=UNREAD)),
    ("http", "upheld", sent("GET", "/workflows/w")),
    ("operation", "violated", sent("GET", "/workflows/")),
    ("operation", "violated", sent("PATCH", "/workflows/w")),
    ("operation", "violated", sent("GET", "/instances//history")),
    ("operation", "upheld", sent("GET", "/instances/i/history")),
    ("operation", "nothing", sent("GET", "/health")),
    ("operation", "nothing", sent("POST", "/oauth/token")),
    ("operation", "nothing", sent("OPTIONS", "/workflows/w/unknown")),
    ("path-parameters", "violated", sent("GET", "/instances/undefined")),
    ("path-parameters", "violated", sent("GET", "/workflows/%7BflowId%7D")),
    ("path-parameters", "violated", sent("GET", "/instances/i/stages/one/history")),
    ("path-parameters", "upheld", sent("GET", "/instances/i/stages/1/history")),
    ("path-parameters", "upheld", sent("GET", "/workflows/undefined-behaviour")),
    ("path-parameters", "nothing", sent("GET", "/workflows")),
    ("query", "violated", sent("GET", "/instances", query=(("workflowId", "w"),))),
    ("query", "upheld", sent("GET", "/instances", query=(("workflowID", "w"), ("running", "true")))),
    ("query", "nothing", sent("GET", "/instances")),
    ("query-values", "violated", sent("GET", "/instances", query=(("running", "True"),))),
    ("query-values", "violated", sent("GET", "/instances", query=(("running", "true"), ("running", "true")))),
    ("query-values", "upheld", sent("POST", "/workflows/w/instances", query=(("wait", "false"),))),
    ("query-values", "nothing", sent("GET", "/instances", query=(("workflowID", "w"),))),
    ("body", "violated", sent("POST", "/workflows", {"stages": "none"})),
    ("body", "violated", sent("POST", "/workflows")),
    ("body", "violated", sent("POST", "/workflows", b"name=x")),
    ("body", "violated", sent("POST", "/instances/i/events", {})),
    ("body", "violated", sent("POST", "/workflows/w/instances", {"a": 1})),
    ("body", "violated", sent("POST", "/workflows/w/instances", {"a": 1}, query=(("foo", "1"),))),
    ("body", "violated", sent("POST", "/workflows/w/instances", {"a": 1}, query=(("wait", "yes"),))),
    ("body", "violated", sent("POST", "/workflows/a%2Fb/instances", {"a": 1})),
    ("body", "violated", sent("POST", "/workflows", {}, headers=(*JSON, ("Content-Encoding", "identity")))),
    ("body", "upheld", sent("POST", "/workflows", STAGES)),
    ("body", "upheld", sent("POST", "/workflows/w/instances", {"a": "1"})),
    # The bundled document takes plain event names only, so that every server takes what is made from it.
    ("body", "upheld", sent("POST", "/instances/i/events", {"name": "1:launch 🚀 at 批"})),
    ("body", "nothing", sent("POST", "/workflows/w/instances")),
    ("body", "nothing", sent("POST", "/workflows/w/instances", b"null")),
    ("body", "nothing", sent("POST", "/workflows", b"\x1f\x8b", headers=(*JSON, ("Content-Encoding", "gzip")))),
    ("content-type", "violated", sent("POST", "/workflows", STAGES, headers=(("content-type", "text/plain"),))),
    ("content-type", "violated", sent("POST", "/workflows", STAGES, headers=())),
    ("content-type", "upheld", sent("POST", "/workflows", STAGES)),
    ("content-type", "nothing", sent("POST", "/workflows/w/instances")),
    ("no-body", "violated", sent("PUT", "/instances/i/abort", {})),
    ("no-body", "upheld", sent("PUT", "/instances/i/abort")),
    ("no-body", "nothing", sent("POST", "/workflows", STAGES)),
    ("accept", "violated", sent("GET", "/workflows", headers=(("accept", "text/html"),))),
    ("accept", "upheld", sent("GET", "/workflows", headers=(("accept", "text/html, */*"),))),
]


@pytest.mark.parametrize(("name", "expected", "exchange"), SINGLE)
def test_a_single_request(name: str, expected: str, exchange: Exchange) -> None:
    assert judged([exchange]).get(f"client.{name}", "nothing") == expected


def _run(at: int, status: int | None = 201, body: Any = None, **more: Any) -> Exchange:
    return sent("POST", "/workflows/w/instances", body, at, status=status, **more)


RETRIES: list[tuple[str, list[Exchange]]] = [
    ("violated", [_run(0, 500), _run(100)]),
    ("violated", [_run(0, None), _run(100, None), _run(300)]),
    ("violated", [_run(0, 502), _run(100, client="connection 2")]),
    ("upheld", [_run(0, 500)]),
    ("upheld", [_run(0, 500), _run(100, body={"a": "b"})]),
    # The client runs the workflow again and again anyway.
    ("nothing", [_run(0), _run(100, 500), _run(200)]),
    ("nothing", [_run(0, 500), _run(120_000)]),
    # They were under way at the same time.
    ("nothing", [_run(0, 500, took=50), _run(10)]),
    ("nothing", [_run(0, 400), _run(100)]),
    ("nothing", [_run(0, 503, answer_headers=(("retry-after", "1"),)), _run(1100)]),
    ("nothing", [sent("GET", "/workflows", status=500), sent("GET", "/workflows", at=100)]),
]


@pytest.mark.parametrize(("expected", "exchanges"), RETRIES)
def test_a_post_that_is_sent_again(expected: str, exchanges: list[Exchange]) -> None:
    assert judged(exchanges).get("client.no-retry", "nothing") == expected


def _told(at: int = 0, after: str = "2", status: int = 429, **more: Any) -> Exchange:
    return sent("GET", "/workflows", at=at, status=status, answer_headers=(("retry-after", after),), **more)


def _next(at: int, client: str = "connection 1", **more: Any) -> Exchange:
    return sent("GET", "/instances", at=at, client=client, **more)


WAITS: list[tuple[str, list[Exchange]]] = [
    ("violated", [_told(), _next(500)]),
    ("violated", [_told(status=503), _next(500)]),
    ("violated", [_told(), _next(500, "connection 2")]),
    ("upheld", [_told(), _next(2001)]),
    ("upheld", [_told(), _next(1990)]),
    ("upheld", [_told(after="0"), _next(5)]),
    ("nothing", [_told()]),
    ("nothing", [_told(after="Sat, 28 Nov 2026 12:00:00 GMT"), _next(5)]),
    ("nothing", [_told(status=500), _next(5)]),
    # Requests overlap, so whoever uses the other connection need not know.
    ("nothing", [_told(took=20), _next(10, "connection 2", took=30), _next(500, "connection 2")]),
    ("violated", [_told(took=20), _next(10, "connection 2", took=30), _next(500)]),
]


@pytest.mark.parametrize(("expected", "exchanges"), WAITS)
def test_a_request_that_was_to_wait(expected: str, exchanges: list[Exchange]) -> None:
    assert judged(exchanges).get("client.retry-after", "nothing") == expected


def test_every_requirement_on_clients_is_proven_from_both_sides() -> None:
    single = {(f"client.{name}", said) for name, said, _ in SINGLE}
    several = {("client.no-retry", said) for said, _ in RETRIES} | {("client.retry-after", said) for said, _ in WAITS}
    wanted = {(name, said) for name in client_catalogue().by_id for said in ("upheld", "violated")}
    assert wanted <= single | several


def test_every_requirement_on_clients_has_a_rule() -> None:
    rules = {**client_rules(RequestSchemas(load_document())), **REPEATING}
    assert rules.keys() == client_catalogue().by_id.keys()
