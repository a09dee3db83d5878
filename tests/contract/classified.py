"""Requests as the tests of the classification write them, and the verdict on each."""

from __future__ import annotations

from conformance.contract.requests import Classification, classify

MALFORMED = "workflow.create-malformed"
BAD_STAGE = "workflow.create-bad-stage"
BAD_VARIABLES = "run.bad-variables"
BAD_EVENT = "event.malformed"


def create(body: bytes | str | None) -> Classification:
    return classify("createWorkflow", {}, [], body.encode() if isinstance(body, str) else body)


def stage(text: str) -> Classification:
    return create(f'{{"stages":[{{"noop":{{}}}},{text}]}}')


def run(body: str | None, query: tuple[tuple[str, str], ...] = ()) -> Classification:
    return classify("runWorkflow", {"workflowID": "w1"}, query, None if body is None else body.encode())


def send(body: str | None) -> Classification:
    return classify("sendEvent", {"instanceID": "i1"}, [], None if body is None else body.encode())


def verdict(found: Classification) -> str:
    return found.requirement or found.kind
