"""What a run may send: only what the user allows, and nothing that could change what others have made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from conformance.contract.calls import Call
from conformance.target.coexistence.footprint import Footprint
from conformance.target.config import TargetConfig
from conformance.target.ids import GivenIds
from conformance.trace.ids import uuid_version

_REMOVALS = ("cancelEvent", "deleteWorkflow")
_MAKERS = ("createWorkflow", "runWorkflow")
_SAFE = ("GET", "HEAD")
FOREIGN = "its id may be that of something that others have made"
_USED_UP = "the requests that are allowed are used up"
# Beyond two requests for each thing that there is, removing takes some to look for more.
_SPARE = 12


class RequestPolicy:
    """Asked before each request. ``sent`` counts the requests so far, those included that wait for their turn."""

    def __init__(self, config: TargetConfig, footprint: Footprint, given: GivenIds) -> None:
        self._config = config
        self._footprint = footprint
        self._given = given
        self.sent = 0
        self._making = 0
        self._spent = False

    @property
    def spent(self) -> bool:
        """Whether what is left of the requests that are allowed was needed to remove what was made."""
        most = self._config.max_requests
        kept = 2 * len(self._footprint) + self._making
        if most is not None and self.sent + kept + min(_SPARE, most // 4) >= most:
            self._spent = True
        return self._spent

    @contextlib.contextmanager
    def making(self, operation: str | None) -> Iterator[None]:
        """While a request is under way: what it may make, nobody knows yet, and will have to be removed, too."""
        makes = operation in _MAKERS
        self._making += makes
        try:
            yield
        finally:
            self._making -= makes

    def objection(self, method: str, operation: str | None, *, cleaning: bool = False) -> str | None:
        """Why a request is not sent, None when it may be. ``cleaning``: it belongs to removing what was made."""
        if operation is not None and operation in self._config.excluded:
            return f"{operation} is excluded"
        if self._config.read_only and method.upper() not in _SAFE:
            return "only reads are allowed"
        most = self._config.max_requests
        if most is None or operation in _REMOVALS:
            return _USED_UP if most is not None and self.sent >= most else None
        # To look for more must not keep what is known from being removed.
        left = most - self.sent - len(self._footprint)
        return _USED_UP if left <= 0 or (self.spent and not cleaning) else None

    def ownership_check(self, method: str, params: Mapping[str, str]) -> Call | None:
        """The read that shows whether a request would change something of others; None where it cannot.

        No UUID is given twice, and a server that gives UUIDs has nothing of another form.
        """
        ids = [value for name, value in params.items() if name != "number"]
        if method.upper() in _SAFE or not ids or all(map(self._footprint.made_by_us, ids)):
            return None
        given = [*self._given.workflows, *self._given.instances]
        if given and all(map(uuid_version, given)):
            return None
        workflow = params.get("flowId") or params.get("workflowID")
        return Call("getInstance", params) if workflow is None else Call("getWorkflow", {"flowId": workflow})
