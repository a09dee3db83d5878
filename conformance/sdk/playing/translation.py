"""Translating a caller's request and result into an exchange; the recorded traffic decides what was sent.

Rules judge servers by exchanges. Here the exchange is the caller's: the request is what was asked of the SDK, the
answer what the SDK handed over. Where that says the same as the wire for a caller, the answer is the wire's, byte for
byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.contract.api import V1
from conformance.contract.calls import PreparedRequest
from conformance.sdk.driver.protocol import Call, Result, SdkError
from conformance.sdk.rules.comparing import compare
from conformance.sdk.witness.answer import JSON_TYPE
from conformance.trace import Exchange, Failure, Response
from conformance.wire import exact_json

_NO_STATUS = 0
"""Stands for the status of an error that an SDK raised by itself, without one."""
_BOOLEANS = {"true": True, "false": False}


def call_of(asked: PreparedRequest, timeout_s: float, client: str) -> Call:
    """The call that asks an SDK for a request. Raises ValueError for one that no SDK has a method for."""
    found = V1.match(asked.method, asked.path)
    if found is None:
        raise ValueError(f"{asked.method} {asked.path} is no operation")
    arguments: dict[str, Any] = dict(found.params)
    if "number" in arguments:
        arguments["number"] = int(arguments["number"])
    arguments |= {name: _BOOLEANS.get(value, value) for name, value in asked.query}
    if asked.content:
        arguments["body"] = exact_json.parse(asked.content).value
    return Call(found.operation.action, arguments, client, timeout_s)


def told(call: Call, result: Result, wire: Sequence[Exchange]) -> Response | Failure:
    """The answer as the caller got it; ``wire`` is what the call has sent and got, in order."""
    last = next((each for each in reversed(wire) if each.operation == call.operation and each.response), None)
    if result.error is not None:
        return _refused(result.error, last)
    if last is not None and last.response is not None and last.ok and _same(call.operation, last, result.data):
        return last.response
    operation = V1.by_action[call.operation]
    whole = result.data if call.operation == "getServerInfo" else {"data": result.data}
    body = b"" if operation.success == 204 and result.data is None else exact_json.encode(whole)
    return Response(operation.success, JSON_TYPE, body)


def _same(operation: str, last: Exchange, data: Any) -> bool:
    assert last.response is not None
    if not last.response.body:
        return data is None
    return all(leaf.equal for leaf in compare(operation, last.json, data))


def _refused(error: SdkError, last: Exchange | None) -> Response | Failure:
    if error.kind in ("timeout", "connection"):
        return Failure("timeout" if error.kind == "timeout" else "protocol", f"the caller got an error ({error})")
    if last is None or last.response is None:
        # What was asked for was not sent at all; the caller has been refused all the same, and that is no chance.
        return Response(error.status or _NO_STATUS, JSON_TYPE, exact_json.encode(f"an error ({error})"))
    if last.ok:
        # The caller has no data of a good answer: there is nothing that the schema could be held to.
        return Response(error.status or last.response.status, JSON_TYPE, exact_json.encode(f"an error ({error})"))
    sent = last.json if isinstance(last.json, dict) else {}
    if error.status in (None, last.response.status) and error.code in (None, sent.get("errorCode")):
        return last.response
    return _error(error.status or last.response.status, error, sent)


def _error(status: int, error: SdkError, sent: Mapping[str, Any]) -> Response:
    said = {"errorCode": error.code or sent.get("errorCode"), "errorMessage": error.message or ""}
    return Response(status, JSON_TYPE, exact_json.encode(said))
