"""What an SDK sends: for each requirement, a request that upholds it and one that violates it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from conformance.sdk.drawing.case import PlayedStep
from conformance.sdk.driver.protocol import Result, SdkError
from conformance.sdk.rules.requests import RULES
from conformance.sdk.witness.answer import Answer, json_answer
from tests.sdk.rules.cases import JSON, Sent, broken_too, played, played_step, step, verdicts, with_body

LIST = Sent("GET", "/workflows")
RUN = Sent("POST", "/workflows/w/instances")
INSTANCES = Sent("GET", "/instances")
CREATE = Sent("POST", "/workflows")
EVENT = Sent("POST", "/instances/i/events")
UNAVAILABLE = json_answer(503, {"errorCode": "INTERNAL", "errorMessage": "later"})


class Sides(NamedTuple):
    """A call, the requests that uphold a requirement, and those that violate it."""

    requirement: str
    operation: str
    arguments: dict[str, Any]
    upheld: tuple[Sent, ...]
    violated: tuple[Sent, ...]
    answer: Answer = Answer()


def _created(requirement: str, given: dict[str, Any], wrong: dict[str, Any]) -> Sides:
    upheld, violated = with_body(CREATE, given), with_body(CREATE, wrong)
    return Sides(f"sdk-request.{requirement}", "createWorkflow", {"body": given}, (upheld,), (violated,))


def _amount(amount: Any) -> dict[str, Any]:
    return {"stages": [{"send": {"amount": {"amount": amount, "asset": "EUR/2"}}}]}


SIDES = [
    Sides(
        "sdk-request.operation",
        "cancelEvent",
        {"instanceID": "i"},
        (Sent("PUT", "/instances/i/abort"),),
        (Sent("DELETE", "/instances/i"),),
    ),
    Sides(
        "sdk-request.path-reserved",
        "getWorkflow",
        {"flowId": "a/b"},
        (Sent("GET", "/workflows/a%2Fb"),),
        (Sent("GET", "/workflows/a/b"),),
    ),
    Sides(
        "sdk-request.path-unicode",
        "getWorkflow",
        {"flowId": "é"},
        (Sent("GET", "/workflows/%C3%A9"),),
        (Sent("GET", "/workflows/%E9"),),
    ),
    Sides(
        "sdk-request.wait",
        "runWorkflow",
        {"workflowID": "w", "wait": False},
        (RUN._replace(query=(("wait", "false"),)),),
        (RUN,),
    ),
    Sides("sdk-request.wait", "runWorkflow", {"workflowID": "w"}, (RUN,), (RUN._replace(query=(("wait", "true"),)),)),
    Sides(
        "sdk-request.running",
        "listInstances",
        {"running": False},
        (INSTANCES._replace(query=(("running", "false"),)),),
        (INSTANCES._replace(query=(("running", "False"),)),),
    ),
    Sides(
        "sdk-request.workflow-id",
        "listInstances",
        {"workflowID": "a&b"},
        (INSTANCES._replace(query=(("workflowID", "a&b"),)),),
        (INSTANCES._replace(query=(("workflowID", "a"), ("b", ""))),),
    ),
    Sides(
        "sdk-request.no-extra-query",
        "listWorkflows",
        {},
        (LIST,),
        (LIST._replace(query=(("pageSize", "15"),)),),
    ),
    Sides(
        "sdk-request.content-type",
        "createWorkflow",
        {"body": {"stages": []}},
        (with_body(CREATE._replace(headers=(("Content-Type", "application/json; charset=utf-8"),)), {}),),
        (with_body(CREATE._replace(headers=(("content-type", "text/plain"),)), {}),),
    ),
    Sides(
        "sdk-request.accept",
        "listWorkflows",
        {},
        (LIST._replace(headers=(("accept", "application/json;q=1, text/plain;q=0.5"),)),),
        (LIST._replace(headers=(("accept", "application/xml"),)),),
    ),
    Sides(
        "sdk-request.accept",
        "listWorkflows",
        {},
        (LIST._replace(headers=()),),
        (LIST._replace(headers=(("accept", "text/html"),)),),
    ),
    _created("body", {"stages": [{"send": {"metadata": {"a": "b"}}}]}, {"stages": [{"send": {}}]}),
    _created("body-unicode", {"name": "a\u0000b", "stages": []}, {"name": "ab", "stages": []}),
    _created("body-integers", _amount(2**53 + 1), _amount(2**53)),
    _created("body-decimals", _amount(Decimal("0.1")), _amount(Decimal("0.10000000149011612"))),
    _created("body-empty-maps", {"stages": [{"noop": {}}]}, {"stages": [{}]}),
    _created("body-absent", {"stages": []}, {"name": None, "stages": []}),
    Sides("sdk-request.no-body", "listWorkflows", {}, (LIST,), (LIST._replace(body=b"{}"),)),
    Sides("sdk-request.once", "listWorkflows", {}, (LIST,), (LIST, LIST)),
    Sides(
        "sdk-request.no-hidden-retry",
        "sendEvent",
        {"instanceID": "i", "body": {"name": "go"}},
        (EVENT,),
        (EVENT, EVENT),
        UNAVAILABLE,
    ),
]


@pytest.mark.parametrize("sides", SIDES, ids=lambda sides: sides.requirement)
def test_each_requirement_from_both_sides(sides: Sides) -> None:
    asked = step(sides.operation, sides.answer, **sides.arguments)
    for sent, upheld in ((sides.upheld, True), (sides.violated, False)):
        case = played(sides.requirement, played_step(asked, Result(), *sent))
        assert verdicts(sides.requirement, case) == [upheld]
        # That a POST was sent twice is seen even if the driver broke the protocol on the way.
        if sides.requirement != "sdk-request.no-hidden-retry":
            assert verdicts(sides.requirement, broken_too(case)) == []


def test_every_requirement_on_requests_is_there() -> None:
    assert {sides.requirement for sides in SIDES} == RULES.keys()


def test_a_call_that_sends_nothing_violates_what_its_case_is_about() -> None:
    asked = step("createWorkflow", Answer(), body=_amount(2**53 + 1))
    refused = PlayedStep(asked, Result(error=SdkError("other", text="TypeError")), ())
    nothing = played("sdk-request.body-integers", refused)
    assert verdicts("sdk-request.body-integers", nothing) == [False]
    assert verdicts("sdk-request.body", nothing) == []
    assert verdicts("sdk-request.once", nothing) == []


def test_an_id_that_is_not_encoded_says_nothing_of_the_query() -> None:
    asked = step("getWorkflow", Answer(), flowId="a?b")
    cut = played("sdk-request.path-reserved", played_step(asked, Result(), Sent("GET", "/workflows/a", (("b", ""),))))
    assert verdicts("sdk-request.path-reserved", cut) == [False]
    assert verdicts("sdk-request.no-extra-query", cut) == []
    assert verdicts("sdk-request.operation", cut) == []
    filtered = step("listInstances", Answer(), workflowID="a&b")
    cut = played(
        "sdk-request.workflow-id",
        played_step(filtered, Result(), INSTANCES._replace(query=(("workflowID", "a"), ("b", "")))),
    )
    assert verdicts("sdk-request.no-extra-query", cut) == []


def test_a_read_that_failed_may_be_sent_again() -> None:
    asked = step("listWorkflows", UNAVAILABLE)
    case = played("sdk-error.status", played_step(asked, SdkError("http", 503), LIST, LIST))
    assert verdicts("sdk-request.no-hidden-retry", case) == []
    assert verdicts("sdk-request.once", case) == []


def test_headers_are_looked_at_whatever_a_case_is_about() -> None:
    asked = step("listWorkflows", Answer())
    case = played("sdk-answer.lists", played_step(asked, Result([]), LIST._replace(headers=JSON)))
    assert verdicts("sdk-request.accept", case) == [True]
    assert verdicts("sdk-request.wait", case) == []


def test_the_path_that_was_due_is_told_as_it_goes_over_the_wire() -> None:
    asked = step("getInstanceStageHistory", Answer(), instanceID="a/b", number=0)
    cut = played("sdk-request.path-reserved", played_step(asked, Result(), Sent("GET", "/instances/a/b")))
    (seen,) = RULES["sdk-request.path-reserved"](cut)
    assert (seen.expected, seen.observed) == ("GET /instances/a%2Fb/stages/0/history", "GET /instances/a/b")
