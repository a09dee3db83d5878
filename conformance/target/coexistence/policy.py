"""What a run may send: only what the user allows, and nothing that could change what others have made."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.contract.calls import Call
from conformance.target.coexistence.footprint import Footprint
from conformance.target.config import TargetConfig
from conformance.target.ids import GivenIds
from conformance.trace.ids import uuid_version

_REMOVALS = ("cancelEvent", "deleteWorkflow")
_SAFE = ("GET", "HEAD")
FOREIGN = "its id may be that of something that others have made"
# Beyond two requests for each thing that there is, removing takes some to look for more.
_SPARE = 12


class RequestPolicy:
    """Asked before each request. ``sent`` counts the requests so far."""

    def __init__(self, config: TargetConfig, footprint: Footprint, given: GivenIds) -> None:
        self._config = config
        self._footprint = footprint
        self._given = given
        self.sent = 0
        self._spent = False

    @property
    def spent(self) -> bool:
        """Whether what is left of the requests that are allowed was needed to remove what was made."""
        most = self._config.max_requests
        if most is not None and self.sent + 2 * len(self._footprint) + min(_SPARE, most // 4) >= most:
            self._spent = True
        return self._spent

    def objection(self, method: str, operation: str | None) -> str | None:
        """Why a request is not sent, None when it may be."""
        if operation is not None and operation in self._config.excluded:
            return f"{operation} is excluded"
        if self._config.read_only and method.upper() not in _SAFE:
            return "only reads are allowed"
        most = self._config.max_requests
        if most is not None and (self.sent >= most or (self.spent and operation not in _REMOVALS)):
            return "the requests that are allowed are used up"
        return None

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
