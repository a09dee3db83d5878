"""Playing the cases of one trace: its client, its share of the budget, and when to stop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from conformance.contract.calls import Call, PreparedRequest
from conformance.operations.binding import Resources, bind
from conformance.operations.plan import OperationSettings
from conformance.operations.template import CaseTemplate
from conformance.target import Recorder, Sender, Target, send
from conformance.target.coexistence.identity import mark_of
from conformance.target.finishing import to_the_end
from conformance.target.ids import answered_id
from conformance.target.pacing.polling import Pauses, poll
from conformance.trace import Exchange
from conformance.trace.markers import new_marker
from conformance.wire import exact_json
from conformance.wire.instant import MILLISECOND, SECOND

Query = tuple[tuple[str, str], ...]
"""Decoded pairs of name and value."""

_FAILURES_IN_A_ROW = 3
# Nothing waits for the answer of a run's case. Where runs are scarce, scenarios prove more with one.
_BEHIND = 4
# So many of them say enough there.
_SEVERAL = 5
_PATIENCE = 10 * SECOND
_FIRST_PAUSE = 10 * MILLISECOND
_LONGEST_PAUSE = SECOND // 2


class OperationPlay:
    """One trace in the making. ``runs`` is how many runWorkflow requests it may send; ``over`` says when it is time."""

    def __init__(
        self,
        target: Target,
        settings: OperationSettings,
        runs: int,
        on_case: Callable[[], None] = lambda: None,
        over: Callable[[], bool] = lambda: False,
    ) -> None:
        self.settings = settings
        self.recorder = Recorder()
        self._api = target.api
        self.run_id = target.config.run_id
        self._given = target.given
        self.clients = [self._client(target, number + 1) for number in range(settings.concurrency)]
        self.cases: list[dict[str, Any]] = []
        self._runs_left = runs
        self._run_cases = 0
        self._gate = target.gate
        self._failures = 0
        self._given_up: str | None = None
        self._on_case = on_case
        self._over = over

    def _client(self, target: Target, number: int) -> Sender:
        return target.client(self.recorder, str(number))

    async def aclose(self) -> None:
        """Close the connections."""
        await asyncio.gather(*(client.aclose() for client in self.clients))

    @property
    def stopped(self) -> str | None:
        """Why no further case should be played, None while there is no reason."""
        if self._given_up:
            return self._given_up
        if self._over():
            return "the time was up"
        return "the target stopped answering" if self._failures >= _FAILURES_IN_A_ROW else None

    def give_up(self, reason: str) -> None:
        """Play no further case, because what the cases need could not be had."""
        self._given_up = self.stopped or reason

    def marker(self) -> str:
        """A text that occurs nowhere else."""
        return f"{mark_of(self.run_id)} {new_marker()}"

    async def ask(self, action: str, query: Query = (), body: bytes | None = None, /, **params: str) -> Exchange:
        """Send a request that is no case but serves the cases; ``params`` are its path parameters."""
        return await self._send(self.clients[0], self._api.prepare(Call(action, params, query, body)))

    async def create(self, stages: Sequence[Mapping[str, Any]], name: str = "plain") -> str | None:
        """The id of a new workflow, None when the target gave none."""
        if self.stopped:
            return None
        body = exact_json.encode({"name": f"{mark_of(self.run_id)} {name}", "stages": list(stages)})
        return answered_id(await self.ask("createWorkflow", (), body))

    async def run(
        self, workflow: str | None, variables: Mapping[str, str] | None = None, *, wait: bool = False
    ) -> str | None:
        """The id of a new instance, None when the target gave none or the budget is spent."""
        if workflow is None or self._runs_left <= 0 or self.stopped:
            return None
        self._runs_left -= 1
        query: Query = (("wait", "true"),) if wait else ()
        body = None if variables is None else exact_json.encode(dict(variables))
        return answered_id(await self.ask("runWorkflow", query, body, workflowID=workflow))

    async def until(self, instance: str | None, reached: Callable[[Exchange], bool]) -> None:
        """Read an instance until it is in a state, or for some seconds if it never is."""
        if instance is None or self.stopped:
            return
        patience = time.monotonic_ns() + _PATIENCE

        async def look() -> bool:
            return reached(await self.ask("getInstance", instanceID=instance))

        pauses = Pauses(_FIRST_PAUSE, lambda: _LONGEST_PAUSE)
        await poll(look, pauses.resting(lambda: not self.stopped and time.monotonic_ns() < patience))

    async def play(self, case: CaseTemplate, resources: Resources, client: Sender | None = None) -> Exchange | None:
        """Send a case about one of the resources; None when the budget, the time or a target of few runs forbids it."""
        self._on_case()
        cost = int(case.operation == "runWorkflow" and case.method is None)
        # Where few runs are to be had, a scenario proves more with one.
        spare = cost and self._gate.scarce and self._run_cases >= _SEVERAL
        if self.stopped or spare or cost > self._runs_left:
            return None
        self._runs_left -= cost
        self._run_cases += cost
        step = len(self.cases)
        self.cases.append(_described(case, step))
        bound = bind(case, resources, Random(f"{self.settings.seed}:{case.operation}:{step}"), self._given)
        return await self._send(client or self.clients[0], bound.prepared(self._api), step, _BEHIND * cost)

    async def _send(
        self, client: Sender, prepared: PreparedRequest, step: int | None = None, behind: int = 0
    ) -> Exchange:
        # What creates something must be answered, or nobody could clean it up.
        exchange = await to_the_end(send(client, prepared, step=step, repeat=True, behind=behind))
        if not exchange.failed_by("aborted"):
            self._failures = self._failures + 1 if exchange.failure else 0
        return exchange


def _described(case: CaseTemplate, step: int) -> dict[str, Any]:
    described = {"step": step, "operation": case.operation, "phase": case.phase, "mode": case.mode}
    return described | {"description": case.description}
