from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from conformance.contract.document import ApiDocument, ForeignDocument, load_document
from conformance.contract.errors import UserError
from conformance.contract.operations import CORE_OPERATIONS, Operation
from conformance.contract.parsing import UnreadableDocument
from conformance.contract.paths import DOCUMENT, specs_dir
from conformance.wire.instant import parse_instant

FOREIGN = {
    "openapi": "3.0.0",
    "info": {"title": "gateway", "version": "1"},
    "paths": {
        "/api/x/_info": {"get": {"operationId": "info", "responses": {}}},
        "/api/x/workflows": {"parameters": [], "get": {"operationId": "v1List", "responses": {}}},
        "/api/x/workflows/{id}": {"get": {"responses": {}}},
        "/api/x/workflows/search": {"get": {"operationId": "search", "responses": {}}},
        "/api/x/v2/workflows": {"get": {"operationId": "v2ListWorkflows", "responses": {}}},
        "/api/x/triggers": {"get": {"responses": {}}},
    },
}


@pytest.fixture(name="bundled", scope="module")
def bundled_document() -> ApiDocument:
    return load_document()


def test_the_bundled_document_describes_every_operation(bundled: ApiDocument) -> None:
    validate(bundled.raw)
    assert tuple(bundled.operations.values()) == CORE_OPERATIONS
    assert (bundled.source, bundled.prefix) == ("bundled", "")
    assert bundled.sha256 == hashlib.sha256((specs_dir() / DOCUMENT).read_bytes()).hexdigest()


@pytest.mark.parametrize("operation", CORE_OPERATIONS, ids=lambda operation: operation.id)
def test_the_bundled_document_agrees_with_the_table(bundled: ApiDocument, operation: Operation) -> None:
    described = bundled.raw["paths"][operation.template][operation.method.lower()]
    parameters = bundled.raw["components"]["parameters"]
    named = [parameters[item["$ref"].rpartition("/")[2]] for item in described.get("parameters", ())]
    assert described["operationId"] == operation.id
    assert set(described["responses"]) == {str(operation.success), "default"}
    assert tuple(p["name"] for p in named if p["in"] == "path") == operation.path_parameters
    assert tuple(p["name"] for p in named if p["in"] == "query") == operation.query
    assert ("requestBody" in described) == operation.body
    security = described.get("security", bundled.raw["security"])
    assert security == [{"clientCredentials": [operation.scope]}]


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_a_foreign_document_is_read_by_method_and_path(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"foreign.{suffix}"
    path.write_text(json.dumps(FOREIGN), "utf-8")
    document = load_document(str(path))
    assert set(document.operations) == {"getServerInfo", "listWorkflows", "getWorkflow"}
    assert document.described["listWorkflows"]["operationId"] == "v1List"
    assert document.prefix == "/api/x"
    assert document.source == str(path)


def test_unquoted_times_and_statuses_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "openapi: 3.0.3\npaths:\n  /_info:\n    get:\n      responses: {200: {x-at: 2026-11-23T22:46:44Z}}\n", "utf-8"
    )
    response = load_document(str(path)).described["getServerInfo"]["responses"]["200"]
    assert parse_instant(response["x-at"]) is not None


def unreadable(source: object, kind: type[UserError] = UnreadableDocument) -> str:
    with pytest.raises(kind) as caught:
        load_document(str(source))
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "neither YAML nor JSON"),
        ("- a", "is not an OpenAPI 3 document"),
        ("swagger: '2.0'", "is OpenAPI 2.0"),
        ("", "is not an OpenAPI 3 document"),
        ("a: &a [*a]", "contains itself"),
        ("a: 2026-13-45T99:00:00Z", "is not an OpenAPI 3 document"),
        ("? [a, {}]\n: 1", "neither YAML nor JSON"),
    ],
)
def test_what_is_no_document(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, "utf-8")
    assert message in unreadable(path)


def test_a_document_with_none_of_the_operations(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("openapi: 3.0.3\npaths: {/pets: {get: {responses: {}}}, /v2/workflows: {get: {}}}", "utf-8")
    assert "none of the 12 operations" in unreadable(path, ForeignDocument)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "No such file" in unreadable(tmp_path / "missing.yaml")
    assert "directory" in unreadable(tmp_path)
    (tmp_path / "binary").write_bytes(b"\x00\xff\xfe")
    assert "neither YAML nor JSON" in unreadable(tmp_path / "binary")


class _Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found: Any = FOREIGN if self.path == "/openapi.json" else None
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture(name="site")
def served_files() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Files) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_document_from_a_url(site: str) -> None:
    assert load_document(f"{site}/openapi.json").prefix == "/api/x"
    assert "answered 404" in unreadable(f"{site}/other")


def test_a_url_that_nobody_answers(site: str) -> None:
    assert "cannot be read" in unreadable("http://127.0.0.1:1/openapi.json")
    assert "cannot be read" in unreadable("http://[bad/openapi.json")
