"""Whom a scenario may act on: only what is its own."""

from __future__ import annotations

from random import Random

from conformance.scenarios.cast import Cast, listed_ids
from conformance.scenarios.model import UNKNOWN
from conformance.target.ids import unknown_like
from conformance.trace import Exchange, Request, Response
from conformance.wire import exact_json


def _listing(*instances: tuple[str, str]) -> Exchange:
    body = exact_json.encode({"data": [{"id": name, "workflowID": workflow} for name, workflow in instances]})
    request = Request("GET", "http://server/instances", "/instances", (("workflowID", "mine"), ("running", "true")))
    return Exchange(0, request, 0, 1, Response(200, (), body), operation="listInstances")


def test_instances_of_others_are_left_alone_when_a_server_ignores_the_filter() -> None:
    assert listed_ids(_listing(("a", "mine"), ("b", "theirs"), ("c", "mine"))) == ["a", "c"]


def test_an_unknown_id_is_like_those_of_its_kind() -> None:
    cast = Cast("seed")
    cast.workflows["w1"] = "wf_0123456789"
    cast.meet("i1", "run_abcdefghij", "w1", {}, _listing())
    assert len(cast.place(UNKNOWN)) == len("wf_0123456789")
    assert len(cast.place(UNKNOWN, of_instance=True)) == len("run_abcdefghij")


def test_a_prefix_that_all_ids_have_stays() -> None:
    known = ["wf_01hx3k9q2m", "wf_07zz4n1p6k", "wf_0cc2d4e6g8"]
    made = unknown_like(known, Random(1))
    assert made.startswith("wf_0")
    assert made not in known
    assert set(made) <= set("".join(known))
