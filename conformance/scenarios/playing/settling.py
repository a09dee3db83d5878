"""The run's controls: noop runs, watched from their request to their end, from which every settle time follows."""

from __future__ import annotations

import asyncio
import statistics
import time
from types import TracebackType
from typing import Any

from conformance.contract.calls import Call
from conformance.target import LoopLag, Recorder, Sender, Target, send
from conformance.target.finishing import all_of, to_the_end
from conformance.target.pacing.run_gate import Place
from conformance.target.removal import may_be_left
from conformance.trace import Control, Exchange, Settling, Trace
from conformance.trace.roles import Role
from conformance.wire.instant import MILLISECOND, SECOND

LEAST_GAP = 450 * MILLISECOND
"""The least time in ns between the starts of two controls."""

# A control is judged like any other trace; short ones keep a long run's memory flat.
_CONTROLS_PER_TRACE = 40
_RECENT = 60
_FIRST_POLL_S = 0.005
_LOOK_S = 0.1
# Controls are at most this share of the runs; the first ones come before there are any.
_SHARE = 0.13
_FIRST_CONTROLS = 3
_WORKFLOW = '{"stages":[{"noop":{}}],"name":"control"}'


class _Round:
    """One control workflow with its runs; it becomes one trace."""

    def __init__(self, target: Target, number: int) -> None:
        self._api = target.api
        self.recorder = Recorder()
        self.client: Sender = target.client(self.recorder, Role.CONTROL)
        self._gate = target.gate
        self.number = number
        self.workflow: str | None = None
        self.begun = 0
        self.open = 0
        self.left = False

    async def run(self, workflow: str) -> Exchange:
        """Everybody waits for a control, so it goes before other runs."""
        (place,) = await self._gate.enter(urgent=True)
        try:
            return await self._send(Call("runWorkflow", {"workflowID": workflow}), place)
        finally:
            place.leave()

    async def ask(self, action: str, body: str | None = None, /, **params: str) -> Exchange:
        return await self._send(Call(action, params, body=body))

    async def _send(self, call: Call, place: Place | None = None) -> Exchange:
        return await send(self.client, self._api.prepare(call), place=place, repeat=True)

    async def create(self) -> None:
        await to_the_end(self._create())

    async def _create(self) -> None:
        self.workflow = _id(await self.ask("createWorkflow", _WORKFLOW))

    def timed_out_since(self, moment: int) -> bool:
        """Whether a request sent after a moment (client ns) was not answered in time."""
        return any(each.failed_by("timeout") and each.sent >= moment for each in self.recorder.exchanges())

    @property
    def spent(self) -> bool:
        return self.workflow is None or self.begun >= _CONTROLS_PER_TRACE

    async def finish(self) -> tuple[Exchange, ...]:
        if self.workflow is not None:
            deleted = await self.ask("deleteWorkflow", flowId=self.workflow)
            self.left = may_be_left(deleted)
        await self.client.aclose()
        return self.recorder.exchanges()


class Settler:
    """Owns the controls of a run; an async context manager that warms up on entering.

    Times are client ns. ``patience_s`` is what counts as never; ``least_gap`` (ns) lies between the starts of two
    controls: workers that share a run leave each other room. Each control costs one runWorkflow request.
    """

    def __init__(
        self, target: Target, lag: LoopLag | None = None, *, patience_s: float = 30.0, least_gap: int = LEAST_GAP
    ) -> None:
        self._target = target
        self._lag = lag
        self._patience = int(patience_s * SECOND)
        self._least_gap = least_gap
        self._controls: list[Control] = []
        self._finished = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._traces: list[Trace] = []
        self._round: _Round | None = None
        self._rounds = 0
        self._lock = asyncio.Lock()
        self._wanted = -1
        self._started = 0
        self._begun = 0
        self.leftovers: list[str] = []
        self._pump: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Settler:
        try:
            await self._warm_up()
        except BaseException:
            # Nobody leaves what was never entered, and the controls' workflow must not stay behind.
            await self.close()
            raise
        return self

    async def _warm_up(self) -> None:
        for together in (1, 1, 2):
            await all_of(self._control() for _ in range(together))
            if self._controls[-1].finished is None:
                # More of what never ends would only use up the time for everything else.
                break

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # -- what a run asks ------------------------------------------------------------------------

    async def wait(self, cause: int) -> None:
        """Return when the effects of something that happened at ``cause`` are due; after the patience at the latest.

        Of a target that is gone nothing is due.
        """
        await asyncio.sleep(max(0, cause - time.monotonic_ns()) / SECOND)
        last = time.monotonic_ns() + self._patience
        while (now := time.monotonic_ns()) < last and not self._target.gone:
            due = self._due(cause)
            if due is not None and due <= now:
                return
            if due is not None:
                await asyncio.sleep((min(due, last) - now) / SECOND)
            else:
                await self._next_control(cause, last - now)

    def settle_ns(self) -> int:
        """The settle time now, by the last control if there was none for a while."""
        last = max((c.finished for c in self._controls[-_RECENT:] if c.finished is not None), default=0)
        return self._recent().settle(last, time.monotonic_ns())

    def control_ns(self) -> int:
        """How long a control took of late (median)."""
        taken = [c.finished - c.started for c in self._controls[-9:] if c.finished is not None]
        return int(statistics.median(taken)) if taken else int(_FIRST_POLL_S * 4 * SECOND)

    def settling(self, since: int | None = None, until: int | None = None) -> Settling:
        """What judging needs: the controls that bear on [since, until], all of them by default, and the loop's lag."""
        controls = self._controls
        now = time.monotonic_ns()
        begin, end = (0 if since is None else since), (now if until is None else until)
        if since is not None or until is not None:
            near = 2 * Settling.window
            controls = [c for c in controls if (c.finished or end) >= begin - near and c.started <= end + near]
        lag = self._lag.worst_ns((begin, end)) if self._lag else 0
        return Settling(tuple(controls), lag=lag, patience=self._patience)

    def take_traces(self) -> list[Trace]:
        """The traces of finished controls, each given once."""
        taken, self._traces = self._traces, []
        return taken

    async def close(self) -> None:
        """Let running controls end, delete their workflow, and make the last trace."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._round is not None:
            await self._end_round(self._round)
            self._round = None

    # -- controls -------------------------------------------------------------------------------

    def _recent(self) -> Settling:
        now = time.monotonic_ns()
        lag = self._lag.worst_ns((now - Settling.window, now)) if self._lag else 0
        return Settling(self._controls[-_RECENT:], lag=lag, patience=self._patience)

    def _due(self, cause: int) -> int | None:
        recent = self._recent()
        at = recent.settled_at(cause)
        # A little more, since a control that ends later may still raise the settle time that counts in the judgement.
        return None if at is None else at + (at - cause) // 10

    async def _next_control(self, cause: int, patience: int) -> None:
        if self._started <= cause:
            self._wanted = max(self._wanted, cause)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._keep_controlling())
        finished = self._finished
        try:
            await asyncio.wait_for(finished.wait(), min(patience, max(SECOND, 2 * self.settle_ns())) / SECOND)
        except TimeoutError:
            # The control that should have come may be lost; another one decides.
            self._wanted = max(self._wanted, time.monotonic_ns())

    async def _keep_controlling(self) -> None:
        while self._wanted >= self._started:
            gap = max(self._least_gap, min(self.settle_ns() // 2, 2 * self.control_ns()))
            pause = self._started + gap - time.monotonic_ns()
            if pause > 0:
                await asyncio.sleep(pause / SECOND)
            while not self._affordable():  # noqa: ASYNC110 - every run and every answer may change it
                await asyncio.sleep(_LOOK_S)
            self._begun += 1
            task = asyncio.create_task(self._control())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            # The request follows in the task, later than this; until it has gone out nobody needs another control.
            self._started = time.monotonic_ns()

    def _affordable(self) -> bool:
        """Whether controls are a small enough share of the runs, or the target has nothing else to do."""
        return self._begun <= _FIRST_CONTROLS + _SHARE * self._target.runs or self._target.gate.idle

    def note(self, control: Control) -> None:
        """A run of a scenario that was as good as a control: of noops alone, watched to its end, touched by nobody."""
        self._add(control)

    def _add(self, control: Control) -> None:
        self._controls.append(control)
        self._tell()

    def _tell(self) -> None:
        done, self._finished = self._finished, asyncio.Event()
        done.set()

    async def _control(self) -> None:
        turn = await self._enter_round()
        started = time.monotonic_ns()
        try:
            control = await self._watch(turn, started)
        finally:
            turn.open -= 1
        if turn.timed_out_since(started) and control.finished is not None:
            # What took long because one answer did says nothing of how long effects take.
            self._tell()
        else:
            self._add(control)

    async def _watch(self, turn: _Round, started: int) -> Control:
        if turn.workflow is None:
            return Control(started, None)
        run = await turn.run(turn.workflow)
        instance = _id(run)
        pause = max(_FIRST_POLL_S, self.control_ns() / 8 / SECOND)
        while instance is not None and time.monotonic_ns() < started + self._patience:
            read = await turn.ask("getInstance", instanceID=instance)
            if _terminated(read):
                return Control(run.sent, read.received, run.received)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 1.0)
        return Control(run.sent, None)

    async def _enter_round(self) -> _Round:
        async with self._lock:
            if self._round is not None and self._round.spent and not self._round.open:
                await self._end_round(self._round)
                self._round = None
            if self._round is None:
                self._rounds += 1
                self._round = _Round(self._target, self._rounds)
                await self._round.create()
            self._round.begun += 1
            self._round.open += 1
            return self._round

    async def _end_round(self, turn: _Round) -> None:
        exchanges = await turn.finish()
        self.leftovers += [turn.workflow] if turn.left and turn.workflow else []
        settling = self.settling(exchanges[0].sent, exchanges[-1].received)
        name = f"control-{turn.number}"
        silences = self._target.silence.during(exchanges[0].sent, exchanges[-1].received)
        self._traces.append(Trace(name, exchanges, settling, turn.recorder.origin, "control", silences=silences))


def _terminated(read: Exchange) -> bool:
    # Also where the answer is malformed: a control measures time, and the rules judge what was said.
    data: Any = read.data
    return isinstance(data, dict) and (data.get("terminated") is True or isinstance(data.get("terminatedAt"), str))


def _id(exchange: Exchange) -> str | None:
    data: Any = exchange.data
    found = data.get("id") if isinstance(data, dict) else None
    return found if isinstance(found, str) else None
