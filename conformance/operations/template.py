"""A request for one operation, with places for the ids of its workflow or instance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from conformance.contract.api import V1, Api
from conformance.contract.calls import Call, PreparedRequest
from conformance.contract.requests import Classification, classify

Phase = Literal["crafted", "examples", "coverage", "fuzzing"]
Mode = Literal["positive", "negative"]
Ids = Literal["mixed", "own", "unknown", "generated"]

WORKFLOW_PARAMETERS = frozenset({"flowId", "workflowID"})


@dataclass(frozen=True, slots=True)
class CaseTemplate:
    """One case. ``params`` are decoded path parameters, ``query`` decoded pairs, ``body`` the bytes to send.

    ``ids`` says what becomes of parameters that name a workflow or an instance: replaced by one that exists (``own``),
    by one that nobody made (``unknown``), mostly the former (``mixed``), or sent as generated. ``method`` is None for
    the operation's own.
    """

    operation: str
    params: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    phase: Phase = "crafted"
    mode: Mode = "positive"
    ids: Ids = "mixed"
    description: str = ""
    method: str | None = None

    @property
    def request(self) -> tuple[object, ...]:
        """What makes two cases the same request."""
        return (self.operation, self.method, self.params, self.query, self.body, self.ids)

    def classification(self) -> Classification:
        """What the contract says about this request, whatever its ids name."""
        return classify(self.operation, dict(self.params), self.query, self.body)

    def with_ids(self, ids: Mapping[str, str]) -> CaseTemplate:
        """The same case about other workflows and instances; parameters that ``ids`` lacks stay."""
        return replace(
            self,
            params=tuple((name, ids.get(name, value)) for name, value in self.params),
            query=tuple((name, ids.get(name, value)) for name, value in self.query),
        )

    def prepared(self, api: Api = V1) -> PreparedRequest:
        """The request in a version of the API."""
        made = api.prepare(Call(self.operation, dict(self.params), self.query, self.body))
        return made if self.method is None else replace(made, method=self.method)
