"""What a caller asked and got, as an exchange: the wire's answer where it says the same, the caller's where not."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.calls import PreparedRequest
from conformance.sdk.driver.protocol import Call, Result, SdkError
from conformance.sdk.playing.translation import call_of, told
from conformance.trace import Exchange, Failure, Request, Response
from conformance.trace.recording import Span, recorded
from conformance.wire import exact_json

JSON = (("content-type", "application/json"),)
WORKFLOW = {
    "id": "w",
    "config": {"name": "", "stages": [{"delay": {"duration": "1s"}}]},
    "createdAt": "2026-01-02T03:04:05.678901Z",
    "updatedAt": "2026-01-02T03:04:05.678901Z",
}
GET = Call("getWorkflow", {"flowId": "w"})


def wire(status: int, body: Any, method: str = "GET", path: str = "/workflows/w") -> Exchange:
    content = b"" if body is None else exact_json.encode(body)
    return recorded(0, Request(method, f"http://s{path}", path), Span(0, 1), Response(status, JSON, content))


GOOD = wire(200, {"data": WORKFLOW})
MISSING = wire(404, {"errorCode": "NOT_FOUND", "errorMessage": "none"})


def refused(**error: Any) -> Result:
    return Result(error=SdkError(**error))


def answered(result: Result, *seen: Exchange, call: Call = GET) -> tuple[int, Any]:
    answer = told(call, result, seen)
    assert isinstance(answer, Response)
    return answer.status, exact_json.parse_or_none(answer.body)


def test_what_means_the_same_to_a_caller_is_the_wires_answer() -> None:
    data = WORKFLOW | {"createdAt": "2026-01-02T04:04:05.678+01:00", "extra": None}
    assert told(GET, Result(data), [GOOD]) is GOOD.response


def test_what_differs_is_the_callers() -> None:
    assert answered(Result(WORKFLOW | {"id": "x"}), GOOD) == (200, {"data": WORKFLOW | {"id": "x"}})
    assert answered(Result({"version": "2"}), call=Call("getServerInfo")) == (200, {"version": "2"})


def test_a_success_without_a_body() -> None:
    call, done = Call("deleteWorkflow", {"flowId": "w"}), wire(204, None, "DELETE")
    assert told(call, Result(), [done]) is done.response
    assert answered(Result({}), done, call=call) == (204, {"data": {}})


def test_an_error_that_keeps_what_it_says_is_the_wires() -> None:
    for error in ({"kind": "http", "status": 404, "code": "NOT_FOUND"}, {"kind": "http"}, {"kind": "decode"}):
        assert told(GET, refused(**error), [MISSING]) is MISSING.response


def test_an_error_that_says_something_else_is_the_callers() -> None:
    other = refused(kind="http", status=404, code="INTERNAL", message="m")
    assert answered(other, MISSING) == (404, {"errorCode": "INTERNAL", "errorMessage": "m"})
    assert answered(refused(kind="http", status=500), MISSING)[0] == 500


def test_a_refusal_of_another_request_than_the_one_asked_for() -> None:
    cancelled = Call("cancelEvent", {"instanceID": "i"})
    deleted = wire(405, None, "DELETE", "/instances/i")
    assert answered(refused(kind="http", status=405), deleted, call=cancelled)[0] == 405


def test_a_good_answer_that_becomes_an_error_has_no_data() -> None:
    assert answered(refused(kind="decode", message="union"), GOOD) == (200, "an error (decode, union)")


@pytest.mark.parametrize(("kind", "failure"), [("timeout", "timeout"), ("connection", "protocol")])
def test_no_answer_is_none(kind: Any, failure: str) -> None:
    answer = told(GET, refused(kind=kind), [])
    assert isinstance(answer, Failure)
    assert answer.kind == failure


def test_an_sdk_that_refuses_by_itself_is_not_taken_for_chance() -> None:
    assert answered(refused(kind="other", message="no such type")) == (0, "an error (other, no such type)")


def test_a_request_becomes_the_call_that_asks_for_it() -> None:
    asked = PreparedRequest("POST", "/workflows/a%2Fb/instances", (("wait", "false"),), '{"x": "1"}')
    assert call_of(asked, 5.0, "c") == Call(
        "runWorkflow", {"workflowID": "a/b", "wait": False, "body": {"x": "1"}}, "c", 5.0
    )
    assert call_of(PreparedRequest("GET", "/instances/i/stages/3/history"), 5.0, "c").arguments["number"] == 3
    with pytest.raises(ValueError, match="PATCH /workflows is no operation"):
        call_of(PreparedRequest("PATCH", "/workflows"), 5.0, "c")
