"""The twelve core operations: what identifies each of them, and how its request is built."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

_PARAMETER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Operation:
    """One operation: ``template`` is its path below the prefix, ``success`` the status of its one good answer.

    ``action`` is what it does, whatever the version of the API: rules judge actions. ``id`` is its operationId in the
    documents of its ``version``. ``query`` names its query parameters; ``mutates`` tells whether a success changes
    something; ``body`` whether it takes a JSON body.
    """

    action: str
    method: str
    template: str
    success: int
    query: tuple[str, ...] = ()
    mutates: bool = False
    body: bool = False
    version: str = "v1"

    @property
    def id(self) -> str:
        """The operationId: the action, with the version in front from version 2 on."""
        return self.action if self.version == "v1" else f"{self.version}{self.action[0].upper()}{self.action[1:]}"

    @property
    def scope(self) -> str:
        """The OAuth2 scope that a token needs for it."""
        return "orchestration:write" if self.mutates else "orchestration:read"

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The names of its path parameters, in the order of the path."""
        return tuple(_PARAMETER.findall(self.template))

    def path(self, params: Mapping[str, str], encode: Callable[[str], str] | None = None) -> str:
        """The path of a request, each parameter in one segment of its own. Raises KeyError.

        ``encode`` makes a segment of a value; it percent-encodes unless another one is given.
        """
        made = encode or encoded_segment
        return "/" + "/".join(made(params[part[1:-1]]) if part.startswith("{") else part for part in self.segments)

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The template cut at its slashes."""
        return tuple(self.template.strip("/").split("/"))


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


def encoded_segment(value: str) -> str:
    """A path segment that stays one: slashes are escaped, and so are dots that a gateway would resolve."""
    if value in {".", ".."}:
        return value.replace(".", "%2E")
    return quote(value, safe="", errors="surrogatepass")
