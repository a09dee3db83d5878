"""Reading an API document: the bundled one, or one that somebody else wrote for the same API."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from conformance.contract.api import V1, Api
from conformance.contract.errors import UserError
from conformance.contract.operations import Operation
from conformance.contract.paths import DOCUMENT, specs_dir
from conformance.wire.redaction import mask_url

FETCH_TIMEOUT = 20.0
"""Seconds to wait for a document that is read from a URL."""

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_REMOTE = re.compile(r"https?://", re.IGNORECASE)


class UnreadableDocument(UserError):
    """The API document cannot be fetched, is no OpenAPI document, or uses what this suite cannot read."""


class ForeignDocument(UnreadableDocument):
    """The document describes none of the operations of this API."""


class _PlainLoader(yaml.SafeLoader):
    """YAML as JSON: an unquoted date-time in an example stays the text that it is."""


# The loader's own copy of the table, without timestamps; the base class keeps its.
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


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
    def schemas(self) -> Mapping[str, Any]:
        """Its component schemas by name."""
        components = self.raw.get("components")
        schemas = components.get("schemas") if isinstance(components, dict) else None
        return schemas if isinstance(schemas, dict) else {}

    @property
    def is_3_0(self) -> bool:
        """True for OpenAPI 3.0, whose schemas are a dialect of their own; 3.1 uses JSON Schema as it is."""
        return str(self.raw.get("openapi", "")).startswith("3.0")


def load_document(source: str | None = None, api: Api = V1) -> ApiDocument:
    """Read an API document, YAML or JSON, from a file or an http(s) URL; None means the bundled one.

    Operations are found by method and path, whatever a document calls them. Raises UnreadableDocument.
    """
    name = mask_url(source) if source else "bundled"
    data = _fetch(source) if source else (specs_dir() / DOCUMENT).read_bytes()
    raw = _mapping(name, data)
    described = dict(_described(raw, api))
    prefix = api.detect_prefix(described)
    found = {
        hit.operation.action: (hit.operation, item)
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
        raw=raw,
        operations={each.action: each for each in api.operations if each.action in found},
        described={key: item for key, (_, item) in found.items()},
        prefix=prefix,
        api=api,
    )


def _fetch(source: str) -> bytes:
    try:
        if _REMOTE.match(source):
            return httpx.get(source, timeout=FETCH_TIMEOUT, follow_redirects=True).raise_for_status().content
        return Path(source).read_bytes()
    except httpx.HTTPStatusError as error:
        reason = f"the server answered {error.response.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
    raise UnreadableDocument(
        f"The API document {mask_url(source)} cannot be read: {reason}.", "Give an existing file or a URL that answers."
    )


def _mapping(name: str, data: bytes) -> dict[str, Any]:
    hint = "Give an OpenAPI 3 document in YAML or JSON."
    try:
        value = _plain(yaml.load(data, Loader=_PlainLoader))
    except RecursionError as error:
        raise UnreadableDocument(f"The API document {name} is nested too deeply, or contains itself.", hint) from error
    except (yaml.YAMLError, ValueError) as error:
        reason = str(getattr(error, "problem", None) or error).splitlines()[0]
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise UnreadableDocument(f"The API document {name} is neither YAML nor JSON: {reason}{where}.", hint) from error
    if not isinstance(value, dict) or not str(value.get("openapi", "")).startswith("3."):
        raise UnreadableDocument(f"The file {name} is not an OpenAPI 3 document.", hint)
    return value


def _plain(value: Any) -> Any:
    """JSON's own shape: YAML allows keys that are no text, such as an unquoted status 200."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _described(raw: Mapping[str, Any], api: Api) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    paths = raw.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in _METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            if isinstance(operation, dict) and _same_shape(method, path, api):
                yield (method.upper(), path), operation


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
