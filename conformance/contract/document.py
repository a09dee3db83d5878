"""Reading an API document: the bundled one, or one that somebody else wrote for the same API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from conformance.contract.api import V1, Api
from conformance.contract.operations import Operation
from conformance.contract.parsing import UnreadableDocument, fetch, parse
from conformance.contract.paths import DOCUMENT, specs_dir
from conformance.contract.references import bundled, pruned
from conformance.wire.pointer import value_at
from conformance.wire.redaction import mask_url

_MOST_HOPS = 20
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class ForeignDocument(UnreadableDocument):
    """The document describes none of the operations of this API."""


@dataclass(frozen=True)
class ApiDocument:
    """An OpenAPI document and what it says about our operations.

    ``source`` is the file or URL it was read from ("bundled" for our own), ``sha256`` the digest of its bytes;
    ``operations`` holds those of our operations that it describes, and ``described`` their operation objects as
    written, both by their action; ``prefix`` is what its paths have before ours; ``api`` is the version that it was
    read for.
    """

    source: str
    sha256: str
    raw: dict[str, Any] = field(repr=False)
    operations: Mapping[str, Operation]
    described: Mapping[str, Mapping[str, Any]] = field(repr=False)
    prefix: str = ""
    api: Api = V1

    @property
    def missing(self) -> tuple[str, ...]:
        """The actions of the API that it does not describe."""
        return tuple(each.action for each in self.api.operations if each.action not in self.operations)

    @property
    def schemas(self) -> Mapping[str, Any]:
        """Its component schemas by name."""
        components = self.raw.get("components")
        schemas = components.get("schemas") if isinstance(components, dict) else None
        return schemas if isinstance(schemas, dict) else {}

    @property
    def is_3_0(self) -> bool:
        """True for OpenAPI 3.0, whose schemas are a dialect of their own; 3.1 uses JSON Schema as it is."""
        return str(self.raw.get("openapi", "")).startswith("3.0")


def load_document(source: str | None = None, api: Api = V1, *, allow_refs: bool = False) -> ApiDocument:
    """Read an API document, YAML or JSON, from a file or an http(s) URL; None means the bundled one.

    Operations are found by method and path, whatever a document calls them. What it refers to elsewhere is read from
    its own folder or origin; ``allow_refs``: from anywhere. Raises UnreadableDocument.
    """
    name = mask_url(source) if source else "bundled"
    data = fetch(source) if source else (specs_dir() / DOCUMENT).read_bytes()
    raw = parse(name, data)
    _must_be_openapi_3(name, raw)
    if source:
        try:
            raw = bundled(raw, source, everywhere=allow_refs)
        except RecursionError:
            raise UnreadableDocument(f"The API document {name} is nested too deeply.", "Give a plainer one.") from None
    described = dict(_described(raw, api))
    prefix = api.detect_prefix(described)
    found = {
        hit.operation.action: (hit.operation, path, item)
        for (method, path), item in described.items()
        if (hit := api.match(method, path, prefix)) is not None
    }
    if not found:
        raise ForeignDocument(
            f"The API document {name} describes none of the {len(api.operations)} operations of this API.",
            f"Check that it is the orchestration API's, version {api.version[1:]}.",
        )
    return ApiDocument(
        source=name,
        sha256=hashlib.sha256(data).hexdigest(),
        raw=pruned(raw, {path for _, path, _ in found.values()}) if source else raw,
        operations={each.action: each for each in api.operations if each.action in found},
        described={key: item for key, (_, _, item) in found.items()},
        prefix=prefix,
        api=api,
    )


@cache
def bundled_document() -> ApiDocument:
    """The bundled API document, read once; callers must not change it."""
    return load_document()


def _must_be_openapi_3(name: str, raw: Mapping[str, Any]) -> None:
    if str(raw.get("swagger", "")).startswith("2"):
        raise UnreadableDocument(
            f"The API document {name} is OpenAPI 2.0 (Swagger).", "Convert it to OpenAPI 3, by swagger2openapi for one."
        )
    if not str(raw.get("openapi", "")).startswith("3."):
        raise UnreadableDocument(
            f"The file {name} is not an OpenAPI 3 document.", "Give an OpenAPI 3 document in YAML or JSON."
        )


def _described(raw: Mapping[str, Any], api: Api) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    paths = raw.get("paths")
    for path, given in paths.items() if isinstance(paths, dict) else ():
        item = _item(raw, given)
        for method in _METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            if isinstance(operation, dict) and _same_shape(method, path, api):
                yield (method.upper(), path), operation


def _item(raw: Mapping[str, Any], item: Any) -> Any:
    """A path item, or what it refers to."""
    for _ in range(_MOST_HOPS):
        reference = item.get("$ref") if isinstance(item, dict) else None
        if not isinstance(reference, str):
            break
        item = value_at(raw, reference.removeprefix("#"))
    return item


def _same_shape(method: str, path: str, api: Api) -> bool:
    """Whether the path's parameters stand where ours do, so that /workflows/search is not taken for getWorkflow."""
    given = path.strip("/").split("/")
    return any(
        operation.method == method.upper()
        and len(given) >= len(operation.segments)
        and all(
            (ours[0] == "{") == theirs.startswith("{")
            for ours, theirs in zip(operation.segments, given[-len(operation.segments) :], strict=True)
        )
        for operation in api.operations
    )
