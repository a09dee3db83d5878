from __future__ import annotations

import pytest

from conformance.contract.api import V1, V2, Match
from conformance.contract.operations import CORE_OPERATIONS, Operation


def test_there_are_twelve() -> None:
    assert len(CORE_OPERATIONS) == len(V1.by_action) == 12


@pytest.mark.parametrize(
    ("method", "path", "operation", "params"),
    [
        ("GET", "/_info", "getServerInfo", {}),
        ("get", "/workflows", "listWorkflows", {}),
        ("POST", "/workflows", "createWorkflow", {}),
        ("DELETE", "/workflows/a%2Fb", "deleteWorkflow", {"flowId": "a/b"}),
        ("POST", "/workflows/w/instances", "runWorkflow", {"workflowID": "w"}),
        ("GET", "/instances/i%20/stages/-1/history", "getInstanceStageHistory", {"instanceID": "i ", "number": "-1"}),
        ("GET", "/instances/history", "getInstance", {"instanceID": "history"}),
        ("PUT", "/instances/i/abort", "cancelEvent", {"instanceID": "i"}),
    ],
)
def test_match(method: str, path: str, operation: str, params: dict[str, str]) -> None:
    assert V1.match(method, path) == Match(V1.by_action[operation], params)
    assert V1.match(method, f"/api/orchestration{path}", "/api/orchestration") == V1.match(method, path)


@pytest.mark.parametrize(
    ("method", "path", "prefix"),
    [
        ("GET", "/v2/workflows", ""),
        ("GET", "/workflows/", ""),
        ("GET", "/workflows//instances", ""),
        ("PATCH", "/workflows", ""),
        ("GET", "/other/workflows", "/api"),
        ("GET", "/apiworkflows", "/api"),
        ("GET", "workflows", ""),
        ("GET", "", ""),
    ],
)
def test_no_match(method: str, path: str, prefix: str) -> None:
    assert V1.match(method, path, prefix) is None


def test_known_path() -> None:
    assert V1.known_path("/workflows") == ("GET", "POST")
    assert V1.known_path("/api/workflows/w", "/api") == ("GET", "DELETE")
    assert V1.known_path("/triggers") is None


@pytest.mark.parametrize(
    ("paths", "prefix"),
    [
        ([], ""),
        ([("GET", "/nothing/here")], ""),
        ([("GET", "/workflows")], ""),
        ([("GET", "/api/orchestration/workflows"), ("GET", "/api/orchestration/workflows/w")], "/api/orchestration"),
        ([("GET", "/v2/workflows"), ("GET", "/api/v2/workflows"), ("GET", "/api/instances")], "/api"),
        ([("GET", "/v2/workflows")], ""),
        ([("GET", "/workflows/_info"), ("GET", "/workflows")], ""),
        ([("GET", "/a/_info"), ("GET", "/b/_info"), ("GET", "/b/instances")], "/b"),
    ],
)
def test_detect_prefix(paths: list[tuple[str, str]], prefix: str) -> None:
    assert V1.detect_prefix(paths) == prefix


@pytest.mark.parametrize("prefix", ["", "/api", "/a/b/c"])
@pytest.mark.parametrize("operation", CORE_OPERATIONS, ids=lambda operation: operation.id)
def test_every_operation_is_found_by_its_own_template(operation: Operation, prefix: str) -> None:
    found = V1.match(operation.method, prefix + operation.template, prefix)
    assert found is not None
    assert found.operation is operation
    assert tuple(found.params) == operation.path_parameters


def test_scopes() -> None:
    assert {operation.scope for operation in CORE_OPERATIONS if operation.method == "GET"} == {"orchestration:read"}
    assert {operation.scope for operation in CORE_OPERATIONS if operation.method != "GET"} == {"orchestration:write"}


@pytest.mark.parametrize("operation", V2.operations, ids=lambda operation: operation.id)
def test_version_2_has_the_same_actions_below_a_root_of_its_own(operation: Operation) -> None:
    first = V1.by_action[operation.action]
    assert (operation.template, operation.method) == (f"/v2{first.template}", first.method)
    assert operation.id == f"v2{first.id[0].upper()}{first.id[1:]}"
    path = operation.path(dict.fromkeys(operation.path_parameters, "a/b"))
    assert V2.match(operation.method, path) == Match(operation, dict.fromkeys(operation.path_parameters, "a/b"))
    assert V1.match(operation.method, path) is None
