"""The run's controls: noop runs, watched from their request to their end, from which every settle time follows."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Iterable, Sequence
from types import TracebackType

from conformance.scenarios.playing.control_round import ControlRound
from conformance.scenarios.playing.foresight import Foresight
from conformance.scenarios.playing.timers import Timers
from conformance.scenarios.playing.view_lags import ViewLags
from conformance.target import LoopLag, Target
from conformance.target.finishing import all_of
from conformance.target.pacing.polling import Pauses
from conformance.trace import Control, Settling, Trace
from conformance.wire.instant import MILLISECOND, SECOND

LEAST_GAP = 450 * MILLISECOND
"""The least time in ns between the starts of two controls."""

_RECENT = 60
# The controls that tell how long one takes now.
_LATE = 9
_FIRST_POLL = 5 * MILLISECOND
_LONGEST_PAUSE = SECOND
_LOOK_S = 0.1
# Controls are at most this share of the runs; the first ones come before there are any.
_SHARE = 0.1
_FIRST_CONTROLS, _FEW_ROUNDS = 3, 2
# One that begins so many settle times after the one before is no burden whatever their share: one that holds back no
# other run, and any other.
_APART, _RARE = 1, 3
# So many times its usual length before the settle time is over, a control delays nobody who waits for it.
_LEAD = 1.5
# Such a part of the settle time is waited beyond it. Controls of a slow target differ more, and one that waits is no
# burden to it.
_MORE, _MORE_OF_SLOW, _SLOW = 10, 4, SECOND


def latest_start(cause: int, settle: int, control: int) -> int:
    """When the control for a cause starts at the latest, so that nobody waits for it when the settle time is over.

    A later start serves the causes that come meanwhile, too. All in ns; ``control`` is how long one takes.
    """
    return cause + max(0, settle - int(_LEAD * control))


def _typical(taken: Iterable[int | None]) -> int:
    """The median in ns of those that finished; something short while none has."""
    finished = [each for each in taken if each is not None]
    return int(statistics.median(finished)) if finished else 4 * _FIRST_POLL


class Settler:
    """Owns the controls of a run; an async context manager that warms up on entering.

    Times are client ns. ``patience_s``: what takes longer counts as never; ``least_gap`` (ns) lies between the
    starts of two controls: workers that share a run leave each other room. Each control costs one runWorkflow
    request. Set ``idle`` before entering where none may be run: then nothing is ever known to be due.
    """

    def __init__(
        self, target: Target, lag: LoopLag | None = None, *, patience_s: float = 30.0, least_gap: int = LEAST_GAP
    ) -> None:
        self._target = target
        self.idle = False
        self._lag = lag
        self.patience_s = patience_s
        self._patience = int(patience_s * SECOND)
        self._least_gap = least_gap
        self._controls: list[Control] = []
        self.foresight = Foresight()
        self.timers = Timers()
        self._finished = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._traces: list[Trace] = []
        self._round: ControlRound | None = None
        self._rounds = 0
        self._lock = asyncio.Lock()
        self._wanted = -1
        self._oldest = 0
        self._started = 0
        self._begun = 0
        self._pump: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Settler:
        try:
            await self._warm_up()
        except BaseException:
            await self.close()  # Nobody leaves what was never entered, and the controls' workflow must not stay behind.
            raise
        return self

    async def _warm_up(self) -> None:
        lags = ViewLags()
        for number, together in enumerate(() if self.idle else (1, 2, 1)):
            # On a slow target the last ones would cost much of the time for scenarios, which bring controls along.
            if self._target.deadline.passed or (number == _FEW_ROUNDS and self.control_ns() > SECOND):
                break
            self._begun += together
            await all_of(self._control(lags) for _ in range(together))
            # One that a late answer made long does not count; where it was the first one, there is none yet.
            if self._controls and self._controls[-1].finished is None:
                break  # More of what never ends would only use up the time for everything else.
        self.foresight.note_views(lags.effects, self.settle_ns())

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # -- what a run asks ------------------------------------------------------------------------

    async def wait(self, cause: int) -> None:
        """Return when the effects of something that happened at ``cause`` are due; after the patience at the latest.

        Nothing is due of a target that no longer answers.
        """
        last = self._in_time(time.monotonic_ns() + self._patience)
        await asyncio.sleep(max(0, min(cause, last) - time.monotonic_ns()) / SECOND)
        while (now := time.monotonic_ns()) < last and not (self._target.gone or self._target.spent or self.idle):
            due = self._due(cause)
            if due is not None and due <= now:
                return
            if due is not None:
                # Not all of it at once: the target may be gone meanwhile, and nothing is due then.
                await asyncio.sleep(min(min(due, last) - now, _LONGEST_PAUSE) / SECOND)
            else:
                await self._next_control(cause, last - now)

    def twice_due(self, cause: int) -> int:
        """When what ``cause`` led to is late by as much as it took to be due; ``cause`` where that is not known."""
        due = self._due(cause)
        return cause if due is None else 2 * due - cause

    def settle_ns(self) -> int:
        """The settle time now, by the last control if there was none for a while."""
        last = max((c.finished for c in self._controls[-_RECENT:] if c.finished is not None), default=0)
        return self._recent().settle(last, time.monotonic_ns())

    def control_ns(self) -> int:
        """How long the recent controls took (median)."""
        return _typical(control.took for control in self._controls[-_LATE:])

    def effect_ns(self) -> int:
        """How long it recently took (median) from the answer to a control's request until its end was seen."""
        return _typical(control.effect for control in self._controls[-_LATE:])

    def settling(self, since: int | None = None, until: int | None = None) -> Settling:
        """What judging needs: the controls that bear on [since, until], all of them by default, and the loop's lag."""
        controls = self._controls
        now = time.monotonic_ns()
        begin, end = (0 if since is None else since), (now if until is None else until)
        if since is not None or until is not None:
            near = 2 * Settling.window
            controls = [c for c in controls if (c.finished or end) >= begin - near and c.started <= end + near]
        return self._settling(tuple(controls), begin, end)

    def take_traces(self) -> list[Trace]:
        """The traces of finished controls, each given once."""
        taken, self._traces = self._traces, []
        return taken

    async def traces_so_far(self) -> list[Trace]:
        """The same, also of the controls since the last ones that were given.

        Those under way may end in the time that they usually take; else nobody gets any of their round yet.
        """
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LEAD * self.control_ns() / SECOND)
        async with self._lock:
            if self._round is not None and not self._round.open:
                await self._end_round(self._round)
                self._round = None
        return self.take_traces()

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

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # An error that ends a control ends every other request as well, and those raise it.
            task.exception()

    def _recent(self) -> Settling:
        now = time.monotonic_ns()
        return self._settling(self._controls[-_RECENT:], now - Settling.window, now)

    def _settling(self, controls: Sequence[Control], begin: int, end: int) -> Settling:
        return Settling(
            controls,
            floor=self.foresight.floor,
            lag=self._lag_in(begin, end),
            patience=self._patience,
            timers=self.timers.late,
        )

    def _lag_in(self, begin: int, end: int) -> int:
        return self._lag.worst_ns((begin, end)) if self._lag else 0

    def _due(self, cause: int) -> int | None:
        recent = self._recent()
        at = recent.settled_at(cause)
        # A little more, since a control that ends later may still raise the settle time that counts in the judgement.
        return None if at is None else at + (at - cause) // (_MORE_OF_SLOW if at - cause > _SLOW else _MORE)

    async def _next_control(self, cause: int, patience: int) -> None:
        if self._started <= cause:
            self._wanted = max(self._wanted, cause)
            self._oldest = min(self._oldest or cause, cause)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._keep_controlling())
        finished = self._finished
        try:
            # Not wait_for, which swallows a cancellation that comes with the event (until Python 3.12).
            async with asyncio.timeout(min(patience, max(SECOND, 2 * self.settle_ns())) / SECOND):
                await finished.wait()
        except TimeoutError:
            # The control that should have come may be lost; another one decides.
            self._wanted, self._oldest = max(self._wanted, time.monotonic_ns()), 0

    async def _keep_controlling(self) -> None:
        while self._wanted >= self._started:
            while (pause := self._pause_s()) > 0:  # noqa: ASYNC110 - every run and every answer may change it
                await asyncio.sleep(pause)
            self._begun += 1
            task = asyncio.create_task(self._control())
            self._tasks.add(task)
            task.add_done_callback(self._ended)
            # The request follows in the task, later than this; until it has gone out nobody needs another control.
            self._started, self._oldest = time.monotonic_ns(), 0

    def _pause_s(self) -> float:
        """Seconds until another look whether the next control is to start; 0 when it is."""
        settle, control = self.settle_ns(), self.control_ns()
        apart = self._started + max(self._least_gap, min(settle // 2, 2 * control))
        left = max(apart, latest_start(self._oldest, settle, control)) - time.monotonic_ns()
        if left > 0:
            return min(left / SECOND, _LOOK_S)
        return 0.0 if self._affordable() else _LOOK_S

    def _affordable(self) -> bool:
        """Whether controls are a small enough share of the runs, or were rare of late."""
        apart = (_APART if self._target.gate.has_room else _RARE) * self.settle_ns()
        few = self._begun <= _FIRST_CONTROLS + _SHARE * self._target.runs
        return few or time.monotonic_ns() >= self._started + apart

    def note(self, control: Control) -> None:
        """A control, or a run of a scenario that is as good: of noops alone, watched to its end, touched by nobody."""
        recent, now = self._controls[-_RECENT:], time.monotonic_ns()
        self.foresight.note(control, recent, self._lag_in(control.started, now))
        self._controls.append(control)
        self._tell()

    def _tell(self) -> None:
        done, self._finished = self._finished, asyncio.Event()
        done.set()

    async def _control(self, lags: ViewLags | None = None) -> None:
        turn = await self._enter_round()
        started = time.monotonic_ns()
        try:
            control = await self._watch(turn, started, lags)
        finally:
            turn.open -= 1
        if turn.timed_out_since(started) and control.finished is not None:
            # What took long because one answer did says nothing of how long effects take.
            self._tell()
        else:
            self.note(control)

    async def _watch(self, turn: ControlRound, started: int, lags: ViewLags | None) -> Control:
        if turn.workflow is None:
            return Control(started, None)
        pauses = Pauses(max(_FIRST_POLL, self.control_ns() // 8), lambda: _LONGEST_PAUSE)
        return await turn.control(turn.workflow, pauses, self._in_time(started + self._patience), lags)

    def _in_time(self, moment: int) -> int:
        """A moment in client ns, but none after the end of the time for traffic."""
        end = self._target.deadline.traffic
        return moment if math.isinf(end) else min(moment, int(end * SECOND))

    async def _enter_round(self) -> ControlRound:
        async with self._lock:
            if self._round is not None and self._round.spent and not self._round.open:
                await self._end_round(self._round)
                self._round = None
            if self._round is None:
                self._rounds += 1
                self._round = ControlRound(self._target, self._rounds)
                await self._round.create()
            self._round.begun += 1
            self._round.open += 1
            return self._round

    async def _end_round(self, turn: ControlRound) -> None:
        exchanges = await turn.finish()
        if not exchanges:
            return
        settling = self.settling(exchanges[0].sent, exchanges[-1].received)
        name = f"control-{turn.number}"
        silences = self._target.silence.during(exchanges[0].sent, exchanges[-1].received)
        self._traces.append(Trace(name, exchanges, settling, turn.recorder.origin, "control", silences=silences))
