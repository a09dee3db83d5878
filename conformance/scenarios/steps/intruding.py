"""Steps that ask for an operation with a token that is to be refused for it."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.api import V1
from conformance.contract.calls import Call
from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.scenario.model import MARKER, Ask, Intrude
from conformance.scenarios.steps.kind import Place, StepKind
from conformance.target.ids import answered_id
from conformance.trace import Exchange, TokenKind

WORDS: Mapping[TokenKind, str] = {
    "absent": "without a token",
    "garbage": "with a token that nobody issued",
    "altered": "with its token, one character of it changed",
    "other-case": "with its token, small letters as capitals and the other way round",
    "foreign": "with a token of another issuer",
    "unsigned": "with a token that says that it is not signed",
    "in-query": "with its token in the query",
    "other-scheme": "with made-up credentials in place of a token",
    "scheme-alone": "with the scheme Bearer and no token",
    "lapsed": "with a token that has expired",
    "expired": "with a token that has expired",
    "read-only": "with a token for reading only",
    "write-only": "with a token for writing only",
}
EVENT = "from-nobody"


def _asked(step: Intrude, place: Place) -> Call:
    ids = {
        "flowId": step.workflow,
        "workflowID": step.workflow,
        "instanceID": step.instance,
    }
    names = V1.by_action[step.operation].path_parameters
    params = {name: place(ref) for name in names if (ref := ids.get(name)) is not None}
    if "number" in names:
        params["number"] = "0"
    return Call(step.operation, params, body=_body(step))


def _body(step: Intrude) -> str | None:
    if step.body is not None:
        return step.body
    if step.operation == "createWorkflow":
        return f'{{"name":"{MARKER}","stages":[]}}'
    return f'{{"name":"{EVENT}"}}' if step.operation == "sendEvent" else None


def learn_made(step: Ask | Intrude, exchange: Exchange, bindings: Bindings) -> None:
    """What was made all the same has to be removed again."""
    found = answered_id(exchange)
    if found and step.operation == "createWorkflow":
        bindings.bind_workflow(f"intruder-{exchange.index}", found, ())
    elif found and step.operation == "runWorkflow" and step.workflow is not None:
        bindings.bind_instance(f"intruder-{exchange.index}", found, step.workflow, {}, exchange)


def _line(step: Intrude) -> str:
    about = step.instance or step.workflow
    body = "" if step.body is None else ", with a malformed body"
    return f"{step.operation}{f' of {about}' if about else ''}, {WORDS[step.token]}{body}"


KINDS = (StepKind("intrude", Intrude, _line, asks=_asked, learn=learn_made),)
