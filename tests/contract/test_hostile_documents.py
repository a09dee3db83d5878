"""Documents that misbehave: a clear error or a document that works, and nothing is fetched that nobody named."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.contract.document import ApiDocument, load_document
from conformance.contract.parsing import UnreadableDocument
from conformance.contract.paths import DOCUMENT, specs_dir
from conformance.contract.schema.responses import ResponseSchemas
from conformance.operations.plan import OperationSettings, plan_operations

BUNDLED: dict[str, Any] = yaml.safe_load((specs_dir() / DOCUMENT).read_text("utf-8"))


def info(schema: Any, **more: Any) -> dict[str, Any]:
    """A document with one operation whose answer has a schema."""
    answer = {"description": "d", "content": {"application/json": {"schema": schema}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/_info": {"get": {"operationId": "i", "responses": {"200": answer, **more}}}},
    }


def written(path: Path, value: Any) -> str:
    path.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
    return str(path)


def unreadable(source: str, *, allow_refs: bool = False) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        load_document(source, allow_refs=allow_refs)
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    return caught.value.message


def usable(document: ApiDocument) -> ApiDocument:
    """The document, once answers can be judged by it and cases drawn from it."""
    ResponseSchemas(document)
    plan_operations(document, OperationSettings(profile="smoke"))
    return document


@dataclass
class Site:
    """A web site: ``files`` by path, and the paths that were ``asked`` for."""

    url: str = ""
    files: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            value = found.files.get(self.path)
            self.send_response(404 if value is None else 302 if isinstance(value, str) else 200)
            if isinstance(value, str):
                self.send_header("location", value)
            self.end_headers()
            self.wfile.write(json.dumps(value).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        yield found
        server.shutdown()
        thread.join()


# -- references -------------------------------------------------------------------------------------


def test_files_of_its_folder_become_a_part_of_a_document(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    written(
        tmp_path / "parts" / "info.json", {"Info": {"type": "object", "properties": {"version": {"$ref": "v.yaml"}}}}
    )
    written(tmp_path / "parts" / "v.yaml", "type: string\nx-again: {$ref: 'info.json#/Info'}\n")
    document = usable(load_document(written(tmp_path / "a.json", info({"$ref": "parts/info.json#/Info"}))))
    text = json.dumps(document.raw)
    assert "info.json" not in text
    assert document.schemas["referenced-1"]["properties"]["version"] == {"$ref": "#/components/schemas/referenced-2"}


def test_path_items_may_stand_in_other_files(tmp_path: Path) -> None:
    written(tmp_path / "paths.yaml", yaml.safe_dump({"info": info({"type": "object"})["paths"]["/_info"]}))
    paths = {"/_info": {"$ref": "paths.yaml#/info"}}
    document = load_document(written(tmp_path / "a.json", {**info({}), "paths": paths}))
    assert set(document.operations) == {"getServerInfo"}


@pytest.mark.parametrize("reference", ["../secret.json", "/etc/hostname", "file:///etc/hostname", "link.json"])
def test_files_elsewhere_are_not_read(tmp_path: Path, reference: str) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    written(tmp_path / "secret.json", {"type": "string"})
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    source = written(folder / "a.json", info({"$ref": reference}))
    assert "outside its folder, and not fetched" in unreadable(source)
    if reference.endswith(".json"):
        assert usable(load_document(source, allow_refs=True)).operations


def test_no_url_is_fetched_that_nobody_named(tmp_path: Path, site: Site) -> None:
    site.files["/other.json"] = {"type": "object"}
    url = f"{site.url}/other.json"
    source = written(tmp_path / "a.json", info({"$ref": url}))
    assert "outside its folder, and not fetched" in unreadable(source)
    for schema in ({"$schema": url}, {"$id": url}, {"discriminator": {"propertyName": "a", "mapping": {"b": url}}}):
        usable(load_document(written(tmp_path / "b.json", info({"type": "object", **schema}))))
    example = {"description": "d", "content": {"application/json": {"examples": {"a": {"externalValue": url}}}}}
    usable(load_document(written(tmp_path / "c.json", info({"type": "object"}, default=example))))
    assert site.asked == []
    usable(load_document(source, allow_refs=True))
    assert site.asked == ["/other.json"]


def test_references_of_a_url_stay_at_its_origin(site: Site) -> None:
    site.files = {
        "/docs/a.json": info({"$ref": "../parts/b.json#/B"}),
        "/parts/b.json": {"B": {"type": "object"}},
        "/docs/far.json": info({"$ref": "http://127.0.0.2:1/b.json"}),
        "/docs/file.json": info({"$ref": "file:///etc/hostname"}),
        "/moved.json": "/docs/a.json",
        "/away.json": "http://127.0.0.2:1/a.json",
        "/loop.json": "/loop.json",
    }
    assert usable(load_document(f"{site.url}/docs/a.json")).schemas["referenced-1"] == {"type": "object"}
    assert load_document(f"{site.url}/moved.json").operations
    assert "of another origin, and not fetched" in unreadable(f"{site.url}/docs/far.json")
    assert "not fetched" in unreadable(f"{site.url}/docs/file.json")
    assert "has no files" in unreadable(f"{site.url}/docs/file.json", allow_refs=True)
    assert "redirects to another host" in unreadable(f"{site.url}/away.json")
    assert "redirects more than" in unreadable(f"{site.url}/loop.json")


def test_a_reference_to_nothing_is_told(tmp_path: Path) -> None:
    assert "No such file" in unreadable(written(tmp_path / "a.json", info({"$ref": "b.json"})))
    written(tmp_path / "b.json", {"type": "object"})
    assert "no such part" in unreadable(written(tmp_path / "a.json", info({"$ref": "b.json#/nowhere"})))


def test_schemas_that_contain_themselves_work(tmp_path: Path) -> None:
    tree = {"type": "object", "properties": {"inner": {"$ref": "#/components/schemas/Tree"}}}
    whole = {**info({"$ref": "#/components/schemas/Tree"}), "components": {"schemas": {"Tree": tree}}}
    usable(load_document(written(tmp_path / "a.json", whole)))
    written(tmp_path / "tree.json", {"type": "object", "properties": {"inner": {"$ref": "tree.json"}}})
    usable(load_document(written(tmp_path / "a.json", info({"$ref": "tree.json"}))))


def test_references_that_only_lead_to_each_other_end(tmp_path: Path) -> None:
    loop = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    whole = {**info({"$ref": "#/components/schemas/A"}), "components": {"schemas": loop}}
    load_document(written(tmp_path / "a.json", whole))
    paths = {"/_info": {"$ref": "#/paths/~1_info"}, "/workflows": info({})["paths"]["/_info"]}
    assert set(load_document(written(tmp_path / "b.json", {**info({}), "paths": paths})).operations) == {
        "listWorkflows"
    }


# -- size -------------------------------------------------------------------------------------------


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


def merges(levels: int) -> str:
    lines = ["a0: &a0 {b: 1, c: 2, d: 3}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bomb(12), "it comes to more than"),
        (merges(12), "none of the 12 operations"),
        ("[" * 5000, "neither YAML nor JSON"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "nested"),
        ("{" * 100_000, "nest"),
    ],
    ids=["aliases", "merges", "lists", "json", "mappings"],
)
def test_bombs_are_told_at_once(tmp_path: Path, text: str, message: str) -> None:
    began = time.process_time()
    assert message in unreadable(
        written(tmp_path / "a.yaml", f"openapi: 3.0.3\n{text}" if text.startswith("a0") else text)
    )
    assert time.process_time() - began < 20


def test_a_document_of_50_mb_works_and_only_its_operations_are_kept(tmp_path: Path) -> None:
    filler = {f"S{n}": {"type": "object", "description": "x" * 50_000} for n in range(1000)}
    whole = {**info({"$ref": "#/components/schemas/S7"}), "components": {"schemas": filler}}
    source = written(tmp_path / "a.json", whole)
    assert Path(source).stat().st_size > 50_000_000
    assert set(usable(load_document(source)).schemas) == {"S7"}


def test_what_is_larger_than_anybody_writes_is_told(tmp_path: Path) -> None:
    assert "of YAML; convert it to JSON" in unreadable(written(tmp_path / "a.yaml", "a: b\n" * 2_000_000))
    assert "larger than 64 MB" in unreadable(written(tmp_path / "a.json", " " * (65 * 1024 * 1024)))


# -- other documents of this API --------------------------------------------------------------------


def test_openapi_3_1_works(tmp_path: Path) -> None:
    whole = {**BUNDLED, "openapi": "3.1.0", "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema"}
    assert (
        len(usable(load_document(written(tmp_path / "a.json", json.loads(json.dumps(whole, default=str))))).operations)
        == 12
    )


def test_openapi_2_0_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match=r"is OpenAPI 2.0 \(Swagger\). Convert it to OpenAPI 3"):
        load_document(written(tmp_path / "a.json", {"swagger": "2.0", "paths": {}}))


def test_other_prefixes_and_names_of_parameters_do_not_matter(tmp_path: Path) -> None:
    renamed = json.loads(json.dumps(BUNDLED, default=str).replace("instanceID", "run_id").replace("flowId", "wf"))
    renamed["paths"] = {f"/gateway/v7{path}": item for path, item in renamed["paths"].items()}
    document = usable(load_document(written(tmp_path / "a.json", renamed)))
    assert (len(document.operations), document.prefix) == (12, "/gateway/v7")
