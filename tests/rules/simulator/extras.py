"""What else clients ask a correct server, at the end of a simulated trace: workflows, unknown ids, broken requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.contract.api import V1
from conformance.trace import Exchange, Request, Trace
from conformance.wire import exact_json
from conformance.wire.instant import MILLISECOND
from tests.rules.bodies import UNKNOWN, error_body
from tests.rules.simulator.client import response

Asked = tuple[str, str, Any, int, Any]
"""A method, a path, the body (bytes, JSON, or None), and the status and body of the answer."""


def with_extras(trace: Trace) -> Trace:
    """The trace with these requests after all the others, one after the other."""
    now = max(exchange.received for exchange in trace.exchanges) + MILLISECOND
    extras = [_exchange(trace, number, now, asked) for number, asked in enumerate(_asked(trace))]
    return replace(trace, exchanges=(*trace.exchanges, *extras))


def _exchange(trace: Trace, number: int, start: int, asked: Asked) -> Exchange:
    method, target, body, status, answer = asked
    path, _, query = target.partition("?")
    pairs = tuple((key, value) for key, _, value in [query.partition("=")] if key)
    raw = body if body is None or isinstance(body, bytes) else exact_json.encode(body)
    found = V1.match(method, path)
    sent = start + number * MILLISECOND
    return Exchange(
        index=len(trace.exchanges) + number,
        request=Request(method, f"http://server{path}", path, pairs, (), raw),
        sent=sent,
        received=sent + MILLISECOND // 2,
        response=response(status, answer),
        operation=found.operation.id if found else None,
        params=found.params if found else {},
    )


def _asked(trace: Trace) -> Iterator[Asked]:
    made = [e for e in trace.exchanges if e.operation == "createWorkflow" and e.ok]
    gone = {e.params["flowId"] for e in trace.exchanges if e.operation == "deleteWorkflow" and e.status == 204}
    alive = [each.data for each in made if each.data["id"] not in gone]
    yield "GET", "/_info", None, 200, {"version": "1.0"}
    yield "GET", "/_info", None, 200, {"version": "1.0"}
    yield "PATCH", "/workflows", None, 405, None
    for workflow in alive:
        yield "GET", f"/workflows/{workflow['id']}", None, 200, {"data": workflow}
        yield "POST", f"/workflows/{workflow['id']}/instances", {"v": 1}, 400, error_body(400)
    for name in gone:
        yield "GET", f"/workflows/{name}", None, 404, error_body(404)
        yield "POST", f"/workflows/{name}/instances", None, 404, error_body(404)
        yield "DELETE", f"/workflows/{name}", None, 404, error_body(404)
    yield from _broken()
    # Without the creations, nobody knows what the list holds.
    if made:
        yield "GET", "/workflows", None, 200, {"data": alive}
    yield from _unknown()
    ended = [e for e in trace.exchanges if e.operation == "getInstance" and e.ok]
    for read in ended[:1]:
        yield "POST", f"/instances/{read.params['instanceID']}/events", {}, 400, error_body(400)
        yield "GET", f"/instances/{read.params['instanceID']}/stages/x/history", None, 400, error_body(400)


def _broken() -> Iterator[Asked]:
    yield "POST", "/workflows", {"name": "marker-0123456789-malformed"}, 400, error_body(400)
    yield "POST", "/workflows", b'{"stages":', 400, error_body(400)
    yield (
        "POST",
        "/workflows",
        {"name": "marker-0123456789-bad-stage", "stages": [{"bogus": {}}]},
        400,
        error_body(400),
    )


def _unknown() -> Iterator[Asked]:
    refused = 404, error_body(404)
    yield "GET", f"/workflows/{UNKNOWN}", None, *refused
    yield "DELETE", f"/workflows/{UNKNOWN}", None, *refused
    yield "POST", f"/workflows/{UNKNOWN}/instances", None, *refused
    yield "POST", f"/instances/{UNKNOWN}/events", {"name": "go"}, *refused
    yield "PUT", f"/instances/{UNKNOWN}/abort", None, *refused
    yield "GET", f"/instances/{UNKNOWN}/history", None, *refused
    yield "GET", f"/instances?workflowID={UNKNOWN}", None, 200, {"data": []}
