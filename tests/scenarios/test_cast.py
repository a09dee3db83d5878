"""Whom a scenario may act on: only what is its own."""

from __future__ import annotations

from conformance.scenarios.cast import listed_ids
from conformance.trace import Exchange, Request, Response
from conformance.wire import exact_json


def _listing(*instances: tuple[str, str]) -> Exchange:
    body = exact_json.encode({"data": [{"id": name, "workflowID": workflow} for name, workflow in instances]})
    request = Request("GET", "http://server/instances", "/instances", (("workflowID", "mine"), ("running", "true")))
    return Exchange(0, request, 0, 1, Response(200, (), body), operation="listInstances")


def test_instances_of_others_are_left_alone_when_a_server_ignores_the_filter() -> None:
    assert listed_ids(_listing(("a", "mine"), ("b", "theirs"), ("c", "mine"))) == ["a", "c"]
