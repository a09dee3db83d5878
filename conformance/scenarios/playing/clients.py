"""The clients of one scenario, and sending its steps through them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.contract.calls import Call
from conformance.scenarios.playing.bindings import Bindings, MissingReference, delay_ns
from conformance.scenarios.playing.long_lists import LongLists
from conformance.scenarios.playing.overdue import controlled, until_overdue
from conformance.scenarios.playing.pending_runs import PendingRuns
from conformance.scenarios.playing.settling import Settler
from conformance.scenarios.scenario.model import (
    MARKER,
    Ask,
    Create,
    CreateRaw,
    Intrude,
    Run,
    RunRaw,
    Step,
    instance_of,
    is_nobodys,
    workflow_of,
)
from conformance.scenarios.scenario.relative_times import comes_soon, concrete
from conformance.scenarios.steps.registry import asked, kind_of
from conformance.target import Recorder, Sender, Target, send
from conformance.target.authentication.presenting import presented
from conformance.target.coexistence.footprint import Made
from conformance.target.coexistence.identity import mark_of, marked
from conformance.target.finishing import later, to_the_end, unless
from conformance.target.forms import Form
from conformance.target.pacing.run_gate import Place
from conformance.target.sender import RequestOptions
from conformance.trace import Exchange
from conformance.trace.markers import new_marker
from conformance.wire.instant import SECOND

_LONGEST_WAIT_S = 90.0
# The first on top of what a run may take to begin, which counts up to the second.
_LEAVES_AFTER_S, _LONGEST_LEAVING_S = 1.0, 15.0
_LOST_AFTER = 3
_BEHIND = 1


class ScenarioClients:
    """Sends steps as requests, and keeps the scenario's bindings up to date. One recorder, a client for each lane.

    Once ``stop`` says so, nobody waits for anything any longer. ``lists`` is shared with the parties around. ``reuse``:
    whether connections serve more than one exchange. ``forms``: how HTTP writes the requests of numbered steps; all
    else, such as cleaning up, has to work whatever the target makes of them. ``urgent``, which may be set: its runs go
    before most others, also the first one.
    """

    def __init__(
        self,
        target: Target,
        settler: Settler,
        bindings: Bindings,
        stop: Callable[[], bool] = lambda: False,
        lists: LongLists | None = None,
        *,
        reuse: bool = True,
        forms: tuple[Form, ...] = (),
    ) -> None:
        self.target = target
        self.settler = settler
        self.bindings = bindings
        self.stop = stop
        self.lists = LongLists() if lists is None else lists
        self.reuse = reuse
        self.forms = forms
        self.urgent = False
        self.recorder = Recorder()
        self.notes: list[str] = []
        self.last_change = time.monotonic_ns()
        self._runs = PendingRuns()
        self._idle: list[Sender] = []
        self._clients: list[Sender] = []
        self._waits: list[asyncio.Task[None]] = []
        self._refused = 0
        self._held: Place | None = None

    @property
    def lost(self) -> bool:
        """Whether the target has not even accepted a connection several times in a row."""
        return self._refused >= _LOST_AFTER

    @property
    def behind(self) -> int | None:
        """How many runs that wait at the gate may go before the scenario's next one; None: all of them.

        What has begun goes on soon: its instances are to live side by side, and a scenario cut short proves little.
        """
        return _BEHIND if self.urgent or self._runs.any_begun else None

    def last_run(self, workflow: str) -> int:
        """When the last run of a workflow went out (client ns): now while one waits for admission, 0 if none did."""
        return self._runs.last(workflow)

    def acquire(self, name: str | None = None) -> Sender:
        """A client that no other lane uses; give it back with ``release``."""
        if name is None and self._idle:
            return self._idle.pop(0)
        client = self.target.client(self.recorder, name or str(len(self._clients) + 1), reuse=self.reuse)
        self._clients.append(client)
        return client

    def release(self, clients: list[Sender]) -> None:
        """Let others use these clients."""
        self._idle = [*clients, *self._idle]

    def meet(self, ref: str, found: str, workflow: str, listed: Exchange) -> None:
        """Bind an instance that no answer has named yet, which the list of a workflow (a reference) shows.

        It is the run's own like its workflow: what is not known as that the run neither moves on nor cancels, unless
        the target gives UUIDs.
        """
        own, footprint = self.bindings.place(workflow), self.target.footprint
        if footprint.made_by_us(own):
            footprint.find(Made("instance", found, own))
        self.bindings.bind_instance(ref, found, workflow, {}, listed)

    async def close(self) -> None:
        """Close every client, and give back what the run of a workflow that was not created would have used."""
        if self._held is not None:
            self._held.leave()
        for wait in self._waits:
            wait.cancel()
        await asyncio.gather(*self._waits, return_exceptions=True)
        for client in self._clients:
            await client.aclose()

    async def perform(
        self, step: Step, client: Sender, number: int | None = None, place: Place | None = None
    ) -> Exchange | None:
        """Send the one request that a step means. None, with a note, when its reference never came to exist, when it
        is one more of the longest lists, or when it was time to stop before a run was admitted or answered.

        What creates something is done to its end even when cancelled: else nobody could clean it up. ``place`` is for a
        run that is admitted.
        """
        runs, hurried = isinstance(step, Run | RunRaw), self._hurried(step)
        if place is None and self.is_refused(step):
            place = self.target.gate.beside()
        if place is None and runs:
            place, self._held = self._held, None
        if place is None and (runs or hurried):
            place = await self._turn(step, number)
            if place is None:
                return None
        if hurried:
            self._held, place = place, None
        creates = isinstance(step, Create | CreateRaw | Run | RunRaw | Intrude | Ask)
        work = self._perform(step, client, number, place)
        try:
            return await (to_the_end(work) if creates and not getattr(step, "wait", False) else work)
        finally:
            if place is not None:
                place.leave()

    def is_refused(self, step: Step) -> bool:
        """Whether a step is a run that has to be refused, which waits for no turn of its own.

        What a server remembers for a moment shows only if it comes at once.
        """
        known = isinstance(step, Run) and (step.workflow in self.bindings.deleted or is_nobodys(step.workflow))
        return known or isinstance(step, RunRaw)

    def _hurried(self, step: Step) -> bool:
        """Whether a workflow is created only once its run is admitted: a moment near now may pass in the meantime."""
        return isinstance(step, Create) and self.target.gate.slow and comes_soon(step.stages)

    async def _turn(self, step: Step, number: int | None) -> Place | None:
        """A run's place at the gate; None, with a note, when it is time to stop before."""
        with self._runs.waiting(step.ref if isinstance(step, Create) else str(workflow_of(step))):
            places = await unless(self.stop, self.target.gate.enter(behind=self.behind))
        if places is None:
            self.notes.append(f"step {number} was left out: it was time to stop before its turn came")
            return None
        return places[0]

    async def _perform(self, step: Step, client: Sender, number: int | None, place: Place | None) -> Exchange | None:
        if (why := self._why_not(step)) is not None:
            self.notes.append(f"step {number} was left out: {why}")
            return None
        ready = self._concrete(step)
        try:
            wanted = asked(ready, partial(self.bindings.place, of_instance=instance_of(ready) is not None))
        except MissingReference as missing:
            self.notes.append(f"step {number} was left out: {missing} never came to exist")
            return None
        if wanted is None:
            raise TypeError(f"{type(step).__name__} is no single request")
        options: RequestOptions = {"step": number, "expected_wait_s": self._expected_wait_s(ready), "place": place}
        options["forms"] = () if number is None else self.forms
        if isinstance(ready, Run):
            options["known_end"] = self._runs.begun(wanted.params["workflowID"], waits=bool(ready.wait))
        if isinstance(ready, Intrude):
            options["refused"] = refused = await presented(self.target.tokens, ready.token)
            if refused is None:
                self.notes.append(f"step {number} was left out: no {ready.token} token is to be had")
                return None
        asking = self._send(wanted, client, options)
        exchange = await (self._run(ready, asking) if isinstance(ready, Run) else asking)
        if exchange is None:
            self.last_change = time.monotonic_ns()
            if isinstance(ready, Run) and ready.leaves:
                return None
            self.notes.append(f"step {number} was given up: it was time to stop, and the run was not answered")
            return None
        if exchange.unsent and exchange.failure is not None:
            self.notes.append(f"step {number} was left out: {exchange.failure.message.removeprefix('not sent: ')}")
        self._learn(ready, exchange)
        return exchange

    def _why_not(self, step: Step) -> str | None:
        """Why a step is left out; None where it is not."""
        if self.lists.enough(step):
            return "lists of all instances are very long here"
        if kind_of(step).mutates and self.bindings.may_concern_others(step):
            return "its id may be that of something else here"
        return None

    def _learn(self, step: Step, exchange: Exchange) -> None:
        kind_of(step).learn(step, exchange, self.bindings)
        if isinstance(step, Run):
            self._runs.answered(exchange)
        known = self._runs.ended(exchange)
        if known is not None:
            waiting = until_overdue(self.settler, exchange.received, known, self.target.config.timeout_s)
            self._waits.append(asyncio.create_task(waiting))
        self.lists.learn(step, exchange)
        if kind_of(step).mutates:
            self.last_change = max(self.last_change, exchange.received)

    async def _send(self, wanted: Call, client: Sender, options: RequestOptions) -> Exchange:
        sent = replace(wanted, body=_with_marker(wanted.body, self.target.config.run_id))
        # To create a workflow twice harms nothing, and without it the rest of the scenario would be in vain.
        whole: RequestOptions = {**options, "repeat": wanted.action == "createWorkflow"}
        exchange = await send(client, self.target.api.prepare(sent), **whole)
        self._refused = self._refused + 1 if exchange.failed_by("refused") else 0
        return exchange

    def _concrete(self, step: Step) -> Step:
        if isinstance(step, Create):
            name = None if step.name is None else marked(step.name, self.target.config.run_id)
            lead = int(self.target.gate.lead_s * SECOND)
            return replace(step, name=name, stages=tuple(concrete(step.stages, time.time_ns(), lead)))
        return step

    async def _run(self, run: Run, asking: Coroutine[Any, Any, Exchange]) -> Exchange | None:
        answer = unless(self._given_up(run), asking)
        if run.wait or run.leaves:
            return await answer
        async with controlled(self.settler):
            return await answer

    def _given_up(self, run: Run) -> Callable[[], bool]:
        """Says when a run's answer is not worth waiting for any longer: the one that tells of its end is not to the end
        of everything, and any other not for longer than other answers. Its instance is found without it.
        """
        if run.leaves:
            begun_s = max(self.target.gate.lead_s, self.settler.settle_ns() / SECOND)
            end = time.monotonic() + min(begun_s, _LONGEST_LEAVING_S) + _LEAVES_AFTER_S
            return lambda: self.stop() or time.monotonic() >= end
        return self.stop if run.wait else later(self.stop, self.target.config.timeout_s)

    def _expected_wait_s(self, step: Step) -> float:
        """A run is admitted as the target's load allows; waiting for its end takes what its stages take besides."""
        if not isinstance(step, Run):
            return 0.0
        settle = self.settler.settle_ns()
        if not step.wait:
            return settle / SECOND
        stages = self.bindings.stages_of(step.workflow)
        delays = sum(delay_ns(parameters, time.time_ns()) for stage in stages for parameters in stage.values())
        return min(_LONGEST_WAIT_S, (delays + (len(stages) + 4) * settle) / SECOND)


def _with_marker(body: str | bytes | None, run: str) -> str | bytes | None:
    """The body with a text in it that no other request ever held, and with the run's mark."""
    if not isinstance(body, str) or MARKER not in body:
        return body
    return body.replace(MARKER, f"{mark_of(run)} {new_marker()}")
