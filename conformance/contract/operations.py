"""The twelve core operations, and finding the operation that a method and a path mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

_PARAMETER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Operation:
    """One operation: ``template`` is its path below the prefix, ``success`` the status of its one good answer.

    ``query`` names its query parameters; ``mutates`` tells whether a success changes something; ``body`` whether it
    takes a JSON body.
    """

    id: str
    method: str
    template: str
    success: int
    query: tuple[str, ...] = ()
    mutates: bool = False
    body: bool = False

    @property
    def scope(self) -> str:
        """The OAuth2 scope that a token needs for it."""
        return "orchestration:write" if self.mutates else "orchestration:read"

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The names of its path parameters, in the order of the path."""
        return tuple(_PARAMETER.findall(self.template))

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The template cut at its slashes."""
        return tuple(self.template.strip("/").split("/"))


@dataclass(frozen=True, slots=True)
class Match:
    """An operation with the percent-decoded values of its path parameters."""

    operation: Operation
    params: dict[str, str]


CORE_OPERATIONS: tuple[Operation, ...] = (
    Operation("getServerInfo", "GET", "/_info", 200),
    Operation("listWorkflows", "GET", "/workflows", 200),
    Operation("createWorkflow", "POST", "/workflows", 201, mutates=True, body=True),
    Operation("getWorkflow", "GET", "/workflows/{flowId}", 200),
    Operation("deleteWorkflow", "DELETE", "/workflows/{flowId}", 204, mutates=True),
    Operation(
        "runWorkflow", "POST", "/workflows/{workflowID}/instances", 201, query=("wait",), mutates=True, body=True
    ),
    Operation("listInstances", "GET", "/instances", 200, query=("workflowID", "running")),
    Operation("getInstance", "GET", "/instances/{instanceID}", 200),
    Operation("sendEvent", "POST", "/instances/{instanceID}/events", 204, mutates=True, body=True),
    Operation("cancelEvent", "PUT", "/instances/{instanceID}/abort", 204, mutates=True),
    Operation("getInstanceHistory", "GET", "/instances/{instanceID}/history", 200),
    Operation("getInstanceStageHistory", "GET", "/instances/{instanceID}/stages/{number}/history", 200),
)

OPERATIONS_BY_ID: Mapping[str, Operation] = {operation.id: operation for operation in CORE_OPERATIONS}

_LONGEST_FIRST = sorted(CORE_OPERATIONS, key=lambda operation: -len(operation.segments))


def match(method: str, path: str, prefix: str = "") -> Match | None:
    """The operation of a request; ``path`` is raw (still percent-encoded, no query). None when it is none of ours."""
    wanted = method.upper()
    return next((found for found in _on_path(path, prefix) if found.operation.method == wanted), None)


def known_path(path: str, prefix: str = "") -> tuple[str, ...] | None:
    """The methods documented on a path, or None for a path that the API does not have."""
    return tuple(found.operation.method for found in _on_path(path, prefix)) or None


def detect_prefix(paths: Iterable[tuple[str, str]]) -> str:
    """The one prefix with which most of the (method, path) pairs are operations; the shortest of equals, "" for none.

    A prefix never ends in ``/v2``: what lies below is another version of the API, not the same one behind a gateway.
    """
    counts = Counter(prefix for method, path in paths for prefix in _prefixes(method, path))
    return min(counts, key=lambda prefix: (-counts[prefix], len(prefix), prefix), default="")


def _on_path(path: str, prefix: str) -> Iterator[Match]:
    root = prefix.rstrip("/")
    if not path.startswith(f"{root}/"):
        return
    segments = path[len(root) + 1 :].split("/")
    for operation in _LONGEST_FIRST:
        params = _bind(operation.segments, segments)
        if params is not None:
            yield Match(operation, params)


def _bind(template: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    if len(template) != len(segments):
        return None
    params: dict[str, str] = {}
    for expected, given in zip(template, segments, strict=True):
        if expected.startswith("{") and given:
            params[expected[1:-1]] = unquote(given)
        elif expected != given:
            return None
    return params


def _prefixes(method: str, path: str) -> Iterator[str]:
    cuts = [index for index, character in enumerate(path) if character == "/"]
    for prefix in (path[:cut] for cut in cuts):
        if not prefix.lower().endswith("/v2") and match(method, path, prefix) is not None:
            yield prefix
