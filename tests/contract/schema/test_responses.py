from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from conformance.contract.document import load_document
from conformance.contract.operations import CORE_OPERATIONS, Operation
from conformance.contract.parsing import UnreadableDocument
from conformance.contract.requests import classify
from conformance.contract.schema.compiled import Compiler
from conformance.contract.schema.documented import Documented
from conformance.contract.schema.oas import convert
from conformance.contract.schema.responses import ResponseSchemas
from conformance.wire import exact_json

BUNDLED = load_document()
SCHEMAS = ResponseSchemas(BUNDLED)
TIME = "2026-11-23T22:46:34.346468949Z"
WORKFLOW = {"id": "w", "config": {"name": "", "stages": [{"noop": {}}]}, "createdAt": TIME, "updatedAt": TIME}
INSTANCE = {"id": "i", "workflowID": "w", "createdAt": TIME, "updatedAt": TIME, "terminated": False}


def workflow(**changes: Any) -> dict[str, Any]:
    return {"data": {**WORKFLOW, **changes}}


def instance(**changes: Any) -> dict[str, Any]:
    return {"data": {**INSTANCE, **changes}}


def history(name: str, given: Any) -> dict[str, Any]:
    return {"data": [{"name": name, "input": given, "terminated": False, "startedAt": TIME}]}


def pointers(operation_id: str, value: Any) -> list[str]:
    operation = BUNDLED.operations[operation_id]
    return [problem.pointer for problem in SCHEMAS.problems(operation_id, operation.success, value)]


@pytest.mark.parametrize("operation", [o for o in CORE_OPERATIONS if o.success != 204], ids=lambda o: o.id)
def test_response_examples_are_valid_and_documented(operation: Operation) -> None:
    content = BUNDLED.described[operation.id]["responses"][str(operation.success)]["content"]["application/json"]
    for example in content["examples"].values():
        assert SCHEMAS.problems(operation.id, operation.success, example["value"]) == ()
        assert SCHEMAS.undocumented(operation.id, operation.success, example["value"]) == ()


@pytest.mark.parametrize("operation", [o for o in CORE_OPERATIONS if o.body], ids=lambda o: o.id)
def test_request_examples_are_valid(operation: Operation) -> None:
    content = BUNDLED.described[operation.id]["requestBody"]["content"]["application/json"]
    checked = Compiler(BUNDLED).compile(content["schema"])
    params = dict.fromkeys(operation.path_parameters, "x")
    for example in content["examples"].values():
        assert checked.problems(example["value"]) == ()
        assert classify(operation.id, params, [], exact_json.encode(example["value"])).kind == "valid"


def test_parameter_and_error_examples_are_valid() -> None:
    for parameter in BUNDLED.raw["components"]["parameters"].values():
        assert Compiler(BUNDLED).compile(parameter["schema"]).problems(parameter["example"]) == ()
    content = BUNDLED.raw["components"]["responses"]["Error"]["content"]["application/json"]
    for example in content["examples"].values():
        assert SCHEMAS.error_problems(example["value"]) == ()


def test_every_component_compiles() -> None:
    compiler = Compiler(BUNDLED)
    assert all(compiler.named(name) is not None for name in BUNDLED.schemas)
    assert compiler.named("Missing") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (workflow(), []),
        (workflow(extra=None), []),
        (workflow(config={"stages": [{"a": 1, "b": 2}]}), []),
        (workflow(config={"stages": [7]}), ["/data/config/stages/0"]),
        (workflow(config={"stages": [], "name": None}), ["/data/config/name"]),
        (workflow(createdAt="2026-11-23 22:46"), ["/data/createdAt"]),
        (workflow(createdAt="2026-02-30T00:00:00Z"), ["/data/createdAt"]),
        (workflow(id="\ud800"), []),
        (workflow(id="\ud800", updatedAt=5), ["/data/updatedAt"]),
        (workflow(createdAt="\ud800"), ["/data/createdAt"]),
        (workflow(createdAt=["\ud800", {"\udfff": 1}]), ["/data/createdAt"]),
        ({"\ud800": 1}, [""]),
        ({}, [""]),
        ([], [""]),
        (None, [""]),
    ],
)
def test_workflows(value: Any, expected: list[str]) -> None:
    assert pointers("getWorkflow", value) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"terminatedAt": None}, ["/data/terminatedAt"]),
        ({"error": None}, ["/data/error"]),
        ({"terminated": 1}, ["/data/terminated"]),
        ({"status": [{"stage": Decimal("0.0"), "instanceID": "i", "startedAt": TIME}]}, []),
        ({"status": [{"stage": True, "instanceID": "i", "startedAt": TIME}]}, ["/data/status/0/stage"]),
        ({"workflow": WORKFLOW}, []),
        ({"workflow": {}}, ["/data/workflow"] * 4),
    ],
)
def test_instances(changes: dict[str, Any], expected: list[str]) -> None:
    assert pointers("getInstance", instance(**changes)) == expected


SENT = {"amount": {"asset": "USD/2", "amount": 10**40}, "source": {"account": {"id": "world"}}}


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("RunNoop", {}, []),
        ("RunDelay", {"duration": "1s"}, []),
        ("RunDelay", {"duration": 1}, ["/data/0/input/duration"]),
        ("RunDelay", {"until": "later"}, ["/data/0/input/until"]),
        ("RunWaitEvent", {"event": "go"}, []),
        ("RunWaitEvent", {}, ["/data/0/input"]),
        ("RunSend", SENT, []),
        ("RunSend", {**SENT, "amount": {"asset": "USD", "amount": Decimal("1E+2")}}, []),
        ("RunSend", {**SENT, "amount": {"asset": "USD", "amount": Decimal("1.5")}}, ["/data/0/input/amount/amount"]),
        ("RunSend", {**SENT, "amount": {"asset": "USD", "amount": True}}, ["/data/0/input/amount/amount"]),
        ("RunSend", {**SENT, "timestamp": None}, ["/data/0/input/timestamp"]),
        (
            "RunUpdate",
            {"account": {"id": "a", "ledger": "l", "metadata": {"k": 1}}},
            ["/data/0/input/account/metadata/k"],
        ),
        ("RunOther", {}, ["/data/0/name"]),
        ("RunNoop", None, ["/data/0/input"]),
    ],
)
def test_history_inputs_follow_the_kind_that_the_name_implies(name: str, given: Any, expected: list[str]) -> None:
    assert list(dict.fromkeys(pointers("getInstanceHistory", history(name, given)))) == expected


@pytest.mark.parametrize(
    ("operation_id", "value", "expected"),
    [
        ("getWorkflow", workflow(deletedAt=None), ("/data/deletedAt",)),
        ("getWorkflow", workflow(config={"stages": [{"send": {"x": 1}}], "a/b": 1}), ("/data/config/a~1b",)),
        ("getInstance", instance(status=[{"stage": 0, "runID": "x"}]), ("/data/status/0/runID",)),
        ("getInstance", {**instance(), "cursor": {}}, ("/cursor",)),
        ("getServerInfo", {"version": "1", "name": "x"}, ("/name",)),
        ("getInstanceHistory", history("RunDelay", {"duration": "1s", "event": "go"}), ("/data/0/input/event",)),
        ("getInstanceHistory", history("RunUpdate", {"account": {"metadata": {"free": "x"}}}), ()),
        ("getInstanceHistory", history("RunOther", {"a": 1}), ()),
        ("getServerInfo", [], ()),
    ],
)
def test_undocumented_fields(operation_id: str, value: Any, expected: tuple[str, ...]) -> None:
    success = BUNDLED.operations[operation_id].success
    assert SCHEMAS.undocumented(operation_id, success, value) == expected


def test_another_status_has_no_schema() -> None:
    assert SCHEMAS.problems("getWorkflow", 201, 7) == ()
    assert SCHEMAS.undocumented("getWorkflow", 404, {"x": 1}) == ()
    assert SCHEMAS.problems("deleteWorkflow", 204, {}) == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"errorCode": "NOT_FOUND", "errorMessage": ""}, []),
        ({"errorCode": "OTHER", "errorMessage": ""}, ["/errorCode"]),
        ({"errorCode": "INTERNAL"}, [""]),
        ("not found", [""]),
    ],
)
def test_errors(value: Any, expected: list[str]) -> None:
    assert [problem.pointer for problem in SCHEMAS.error_problems(value)] == expected


POSTING = {"amount": 10**30, "asset": "USD/2", "source": "world", "destination": "b"}
TRANSACTION = {"id": 1, "timestamp": TIME, "metadata": {}, "reverted": False, "postings": [POSTING]}


def test_activities_follow_their_name() -> None:
    created = {"CreateTransaction": {"data": TRANSACTION}}
    assert SCHEMAS.activity_problems("CreateTransaction", "output", created) == ()
    negative = {"CreateTransaction": {"data": {**TRANSACTION, "postings": [{**POSTING, "amount": -1}]}}}
    found = SCHEMAS.activity_problems("CreateTransaction", "output", negative)
    assert [problem.pointer for problem in found] == ["/CreateTransaction/data/postings/0/amount"]
    assert "AddAccountMetadata" in str(SCHEMAS.activity_problems("AddAccountMetadata", "input", created)[0])
    assert SCHEMAS.activity_problems("CreateTransaction", "input", {**created, "GetWallet": {"id": "x"}})
    assert SCHEMAS.activity_problems("Unheard", "input", {"Unheard": {}})
    assert SCHEMAS.activity_problems("CreateTransaction", "input", None)
    assert SCHEMAS.activity_problems("AddAccountMetadata", "output", {}) == ()


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ({"stages": []}, True),
        ({"stages": [{"bogus": {}}], "name": "x", "extra": 1}, True),
        ({"stages": [[]]}, False),
        ({"name": "x"}, False),
        ({"stages": [], "name": 1}, False),
        (None, False),
    ],
)
def test_configurations_are_held_to_the_loose_schema(value: Any, valid: bool) -> None:
    assert (SCHEMAS.config_problems(value) == ()) is valid


def foreign(tmp_path: Path, version: str, schema: Any) -> ResponseSchemas:
    responses = {"200": {"$ref": "#/components/responses/Info"}}
    raw = {
        "openapi": version,
        "paths": {"/_info": {"get": {"responses": responses}}},
        "components": {"responses": {"Info": {"content": {"application/json": {"schema": schema}}}}},
    }
    path = tmp_path / "foreign.json"
    path.write_text(json.dumps(raw), "utf-8")
    return ResponseSchemas(load_document(str(path)))


def test_a_foreign_document_is_used_where_it_has_a_schema(tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["build"], "properties": {"build": {"type": "string", "nullable": True}}}
    schemas = foreign(tmp_path, "3.0.0", schema)
    assert schemas.problems("getServerInfo", 200, {"build": None}) == ()
    assert schemas.problems("getServerInfo", 200, {"version": "1"})
    assert schemas.undocumented("getServerInfo", 200, {"version": "1", "build": "x"}) == ("/version",)
    assert [str(problem) for problem in schemas.problems("listWorkflows", 200, {})] == [
        'the body: "data" is a required property'
    ]
    assert schemas.error_problems({})


@pytest.mark.parametrize("schema", [{"$ref": "#/components/schemas/Gone"}, {"type": "strin"}, {"pattern": "("}])
def test_a_schema_that_cannot_be_used_is_explained(tmp_path: Path, schema: Any) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        foreign(tmp_path, "3.1.0", schema)
    assert "cannot be used" in caught.value.message
    assert "\n" not in str(caught.value)


def test_references_in_a_circle_end() -> None:
    again = {"$ref": "#/components/schemas/Tree"}
    tree = {"properties": {"left": again}, "allOf": [again]}
    circle = {"$ref": "#/components/schemas/Circle"}
    documented = Documented({"Tree": tree, "Circle": circle})
    assert list(documented.undocumented(tree, {"left": {"left": {}, "other": 1}})) == ["/left/other"]
    assert list(documented.undocumented(circle, {"a": 1})) == []


def test_the_old_dialect_is_translated() -> None:
    converted = convert({"type": "integer", "minimum": 0, "exclusiveMinimum": True, "format": "int64"}, True)
    assert converted == {"type": "integer", "exclusiveMinimum": 0}
    nullable = convert({"nullable": True, "allOf": [{"type": "string", "description": "x"}]}, True)
    validator = jsonschema_rs.Draft202012Validator(nullable)
    assert [validator.is_valid(value) for value in (None, "x", 1)] == [True, True, False]
    assert convert({"properties": {"example": {"type": "string"}}}, True)["properties"]["example"] == {"type": "string"}
