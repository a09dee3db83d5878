"""Lists of version 2 are read page by page, by the rules that judge the bare arrays of version 1."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.contract.api import V1, V2
from conformance.contract.document import load_document
from conformance.contract.schema.responses import ResponseSchemas
from conformance.judging.judging import Judge, Judgement
from conformance.rules.evidence.listing import listing_of
from conformance.trace import Exchange, Request, Response, Trace
from conformance.trace.recording import Span, recorded
from conformance.wire import exact_json

JSON = (("content-type", "application/json"),)
WORKFLOW = {
    "id": "0a6f1f0e-7c55-4d3e-9d0a-6f3b9f4c2a11",
    "config": {"name": "", "stages": []},
    "createdAt": "2026-11-28T10:00:00Z",
    "updatedAt": "2026-11-28T10:00:00Z",
}
OTHER = {**WORKFLOW, "id": "5b1d3f77-0a8b-4a54-8a57-0f0d1d9ad3c2"}


def exchange(index: int, method: str, path: str, status: int, answer: Any, body: Any = None) -> Exchange:
    request = Request(method, f"http://server{path}", path, (), (), None if body is None else exact_json.encode(body))
    begin = index * 1000
    return recorded(index, request, Span(begin, begin + 500), Response(status, JSON, exact_json.encode(answer)), V2)


def page(*elements: Any, **more: Any) -> Mapping[str, Any]:
    return {"cursor": {"pageSize": 15, **more, "data": list(elements)}}


def judged(listed: Mapping[str, Any], schemas: ResponseSchemas | None = None) -> Judgement:
    created = exchange(0, "POST", "/v2/workflows", 201, {"data": WORKFLOW}, {"stages": []})
    return Judge(schemas).judge(Trace("t", (created, exchange(1, "GET", "/v2/workflows", 200, listed)), api=V2))


def document(tmp_path: Path) -> Path:
    """A small document of version 2: two operations, and a page of workflows."""
    text = {"type": "string"}
    config = {"type": "object", "required": ["stages"], "properties": {"name": text, "stages": {"type": "array"}}}
    workflow = {
        "type": "object",
        "required": [*WORKFLOW],
        "properties": {"id": text, "config": config, "createdAt": text, "updatedAt": text},
    }
    cursor = {
        "type": "object",
        "required": ["pageSize", "data"],
        "properties": {
            "pageSize": {"type": "integer"},
            "hasMore": {"type": "boolean"},
            "previous": text,
            "next": text,
            "data": {"type": "array", "items": workflow},
        },
    }

    def answers(name: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        body = {"type": "object", "required": [name], "properties": {name: schema}}
        return {"description": "", "content": {"application/json": {"schema": body}}}

    listed = {"operationId": "v2ListWorkflows", "responses": {"200": answers("cursor", cursor)}}
    created = {"operationId": "v2CreateWorkflow", "responses": {"201": answers("data", workflow)}}
    raw = {
        "openapi": "3.0.3",
        "info": {"title": "v2", "version": "2"},
        "paths": {"/v2/workflows": {"get": listed, "post": created}},
    }
    path = tmp_path / "v2.yaml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return path


def test_a_page_is_read_in_its_envelope() -> None:
    answer = exchange(0, "GET", "/v2/workflows", 200, page(WORKFLOW, "no object", OTHER, hasMore=True, next="n"))
    found = listing_of(V2, answer)
    assert found is not None
    assert (found.ids, found.more) == ([WORKFLOW["id"], OTHER["id"]], True)
    assert found.at(str(OTHER["id"])) == "/cursor/data/2"
    assert listing_of(V1, answer) is None


def test_a_document_of_version_2_has_our_actions(tmp_path: Path) -> None:
    read = load_document(str(document(tmp_path)), V2)
    assert {action: each.id for action, each in read.operations.items()} == {
        "listWorkflows": "v2ListWorkflows",
        "createWorkflow": "v2CreateWorkflow",
    }


def test_a_page_is_judged_by_that_document(tmp_path: Path) -> None:
    schemas = ResponseSchemas(load_document(str(document(tmp_path)), V2))
    assert "envelope.schema" in judged(page(WORKFLOW), schemas).upheld
    (wrong,) = judged({"cursor": {"pageSize": "15", "data": []}}, schemas).violations["envelope.schema"]
    assert "pageSize" in f"{wrong.pointer} {wrong.observed}"


@pytest.mark.parametrize(
    ("listed", "upheld", "violated"),
    [
        (page(WORKFLOW, hasMore=False), True, False),
        (page(OTHER, hasMore=False), False, True),
        (page(OTHER), False, True),
        (page(OTHER, hasMore=True, next="n"), False, False),
        (page(OTHER, previous="p"), False, False),
        (page(WORKFLOW, WORKFLOW, hasMore=True), False, True),
    ],
    ids=["there", "missing", "missing-without-has-more", "perhaps-later", "perhaps-earlier", "twice"],
)
def test_absence_is_judged_on_whole_lists_only(listed: Mapping[str, Any], upheld: bool, violated: bool) -> None:
    judgement = judged(listed)
    assert ("workflow.create-then-list" in judgement.upheld) == upheld
    assert ("workflow.create-then-list" in judgement.violations) == violated
