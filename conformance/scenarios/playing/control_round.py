"""Control runs that share one workflow: each is a run of one noop stage, watched from its request to its end."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from conformance.contract.calls import Call
from conformance.scenarios.playing.view_lags import ViewLags
from conformance.target import Recorder, Sender, Target, send
from conformance.target.coexistence.identity import mark_of
from conformance.target.finishing import to_the_end
from conformance.target.pacing.polling import Pauses, poll
from conformance.target.pacing.run_gate import Place
from conformance.trace import Control, Exchange
from conformance.trace.roles import Role
from conformance.wire import exact_json

# A control is judged like any other trace; short ones keep a long run's memory flat.
_CONTROLS_PER_TRACE = 40
# Runs are held when they take so many times as long as they typically do, and so long at least.
_HELD, _LEAST_HELD_S = 2.0, 1.0
_NOOP = {"noop": dict[str, str]()}


class ControlRound:
    """One control workflow with its runs; it becomes one trace."""

    def __init__(self, target: Target, number: int) -> None:
        self._api = target.api
        self.recorder = Recorder()
        self.client: Sender = target.client(self.recorder, Role.CONTROL)
        self._gate = target.gate
        self._name = f"{mark_of(target.config.run_id)} control"
        self.number = number
        self.workflow: str | None = None
        self.begun = 0
        self.open = 0

    async def run(self, workflow: str) -> Exchange:
        place = await self._admitted()
        try:
            return await self._send(Call("runWorkflow", {"workflowID": workflow}), place)
        finally:
            place.leave()

    async def _admitted(self) -> Place:
        """Everybody waits for a control, so it goes before other runs.

        Where the runs in flight are held for long, it goes beyond the limit: only a control tells that they are late.
        """
        try:
            async with asyncio.timeout(max(_LEAST_HELD_S, _HELD * self._gate.typical_s)):
                return (await self._gate.enter(behind=0))[0]
        except TimeoutError:
            return self._gate.beside()

    async def control(self, workflow: str, pauses: Pauses, last: int, lags: ViewLags | None = None) -> Control:
        """Run the workflow and watch the instance to its end; no longer than to ``last``, a moment in client ns.

        ``lags``: other views are looked into then.
        """
        run = read = await self.run(workflow)
        instance = run.data_id
        if instance is None:
            return Control(run.sent, None)

        async def look() -> bool:
            nonlocal read
            read = await self.ask("getInstance", instanceID=instance)
            return _terminated(read)

        if await poll(look, pauses.resting(lambda: time.monotonic_ns() < last)):
            if lags is not None:
                await lags.measure(self._send, workflow, run)
            return Control(run.sent, read.received, run.received)
        return Control(run.sent, None)

    async def ask(self, action: str, body: str | None = None, /, **params: str) -> Exchange:
        return await self._send(Call(action, params, body=body))

    async def _send(self, call: Call, place: Place | None = None) -> Exchange:
        return await send(self.client, self._api.prepare(call), place=place, repeat=True)

    async def create(self) -> None:
        await to_the_end(self._create())

    async def _create(self) -> None:
        body = exact_json.dumps({"stages": [_NOOP], "name": self._name})
        self.workflow = (await self.ask("createWorkflow", body)).data_id

    def timed_out_since(self, moment: int) -> bool:
        """Whether a request sent after a moment (client ns) was not answered in time."""
        return any(each.failed_by("timeout") and each.sent >= moment for each in self.recorder.exchanges())

    @property
    def spent(self) -> bool:
        return self.workflow is None or self.begun >= _CONTROLS_PER_TRACE

    async def finish(self) -> tuple[Exchange, ...]:
        if self.workflow is not None:
            # On a slow target no other workflow has so many instances: here a list that is cut short shows.
            await self._send(Call("listInstances", query=(("workflowID", self.workflow),)))
            await self.ask("deleteWorkflow", flowId=self.workflow)
        await self.client.aclose()
        return self.recorder.exchanges()


def _terminated(read: Exchange) -> bool:
    # Also where the answer is malformed: a control measures time, and the rules judge what was said.
    data: Any = read.data
    return isinstance(data, dict) and (data.get("terminated") is True or isinstance(data.get("terminatedAt"), str))
