"""A version of the API as a value: its operations, how a request finds its operation, and how lists are wrapped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal
from urllib.parse import unquote

from conformance.contract.calls import Call, PreparedRequest
from conformance.contract.operations import CORE_OPERATIONS, Operation

Envelope = Literal["data", "cursor"]
"""How a list is wrapped: ``{data: [...]}``, or page by page as ``{cursor: {pageSize, hasMore, next, data: [...]}}``."""


@dataclass(frozen=True, slots=True)
class Match:
    """An operation with the percent-decoded values of its path parameters."""

    operation: Operation
    params: dict[str, str]


@dataclass(frozen=True)
class Api:
    """One version of the API. ``lists`` is the envelope of its lists of workflows and instances.

    An exchange carries the action of its operation, so that the rules of one action judge every version.
    """

    version: str
    operations: tuple[Operation, ...]
    lists: Envelope = "data"

    @cached_property
    def by_action(self) -> Mapping[str, Operation]:
        """The operations by what they do."""
        return {operation.action: operation for operation in self.operations}

    def prepare(self, call: Call, encode: Callable[[str], str] | None = None) -> PreparedRequest:
        """The request of a call: the one place where a path is made. Raises KeyError for what it does not know.

        ``encode`` makes a segment of the path of a parameter's value; it percent-encodes unless another one is given.
        """
        operation = self.by_action[call.action]
        path = operation.path(call.params, encode)
        return PreparedRequest(call.method or operation.method, path, call.query, call.body)

    def match(self, method: str, path: str, prefix: str = "") -> Match | None:
        """The operation of a request; None when it is none of ours. ``path`` is still percent-encoded."""
        wanted = method.upper()
        return next((found for found in self._on_path(path, prefix) if found.operation.method == wanted), None)

    def known_path(self, path: str, prefix: str = "") -> tuple[str, ...] | None:
        """The methods documented on a path, or None for a path that the API does not have."""
        return tuple(found.operation.method for found in self._on_path(path, prefix)) or None

    def on_path(self, path: str, prefix: str = "") -> Match | None:
        """An operation on a path, whatever the method; None for a path that the API does not have."""
        return next(self._on_path(path, prefix), None)

    def detect_prefix(self, paths: Iterable[tuple[str, str]]) -> str:
        """The one prefix with which most (method, path) pairs are operations; the shortest of equals, "" for none.

        A prefix never ends in ``/v2``: below it lies another version of the API, not the same one behind a gateway.
        """
        counts = Counter(prefix for method, path in paths for prefix in self._prefixes(method, path))
        return min(counts, key=lambda prefix: (-counts[prefix], len(prefix), prefix), default="")

    @cached_property
    def _longest_first(self) -> list[Operation]:
        return sorted(self.operations, key=lambda operation: -len(operation.segments))

    def _on_path(self, path: str, prefix: str) -> Iterator[Match]:
        root = prefix.rstrip("/")
        if not path.startswith(f"{root}/"):
            return
        segments = path[len(root) + 1 :].split("/")
        for operation in self._longest_first:
            params = _bind(operation.segments, segments)
            if params is not None:
                yield Match(operation, params)

    def _prefixes(self, method: str, path: str) -> Iterator[str]:
        cuts = [index for index, character in enumerate(path) if character == "/"]
        for prefix in (path[:cut] for cut in cuts):
            if not prefix.lower().endswith("/v2") and self.match(method, path, prefix) is not None:
                yield prefix


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


V1 = Api("v1", CORE_OPERATIONS)
"""The version that the suite offers."""

V2 = Api(
    "v2",
    tuple(replace(each, version="v2", template=f"/v2{each.template}") for each in CORE_OPERATIONS),
    lists="cursor",
)
"""The same operations with paged lists. Traces of it can be read and judged; no traffic is made for it yet."""
