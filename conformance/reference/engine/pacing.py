"""How long things take, and how far each view lags behind the change log.

The windows are those seen on a real server, in milliseconds. In slow mode a latency of 0.4 s reproduces them, others
scale them, whatever the load. A server that is like a real one also has less to give the more it is asked for.
"""

from __future__ import annotations

import asyncio
import math
import random
import statistics
from collections.abc import Mapping

from conformance.reference.engine.clock import MILLISECOND, SECOND, Clock
from conformance.reference.engine.contention import RUN, Slowdowns, WorkLine, loop_time
from conformance.reference.engine.timing import Curve, Timing

Window = tuple[float, float]

READ: Window = (2, 5)
READS = (
    "listWorkflows",
    "getWorkflow",
    "listInstances",
    "getInstance",
    "getInstanceHistory",
    "getInstanceStageHistory",
)

PAUSES: Mapping[str, Window] = {
    # of requests, before they reach the engine
    "getServerInfo": (1, 1),
    "createWorkflow": (9, 11),
    "deleteWorkflow": (9, 11),
    "sendEvent": (19, 21),
    "cancelEvent": (19, 21),
    **dict.fromkeys(READS, READ),
    # of runs: each holds the one admission slot for a while, and is answered a little later
    "slot": (190, 310),
    "admitted": (0, 85),
    # of the engine
    "first-stage": (25, 45),
    "next-stage": (195, 225),
    "work": (40, 80),
    "finish": (50, 100),
}

VIEWS = ("instance", "status", "history", "lists")
"""The views of an instance that lag, each on its own."""

LAGS: Mapping[tuple[str, str], Window] = {
    ("status", "stage-started"): (25, 35),
    ("history", "stage-started"): (105, 175),
    ("history", "stage-ended"): (36, 44),
    ("status", "stage-ended"): (95, 105),
    ("history", "stage-cancelled"): (90, 120),
    ("status", "stage-cancelled"): (130, 170),
    ("history", "activity-started"): (105, 175),
    ("history", "activity-ended"): (36, 44),
    ("instance", "instance-ended"): (145, 225),
    ("instance", "instance-cancelled"): (340, 400),
    ("lists", "instance-created"): (20, 60),
    ("lists", "instance-ended"): (145, 225),
    ("lists", "instance-cancelled"): (340, 400),
}
"""By view and kind of change: after how long the view shows it. What is not here is shown at once."""

_REFERENCE_LATENCY = 0.4


class Pacing:
    """Draws spans of time from windows; all of them are nothing when the latency is 0.

    ``slowness``: how many times as long the answers take as those of the server that `PAUSES` tells of.
    """

    slowness = 1.0

    def __init__(self, clock: Clock, latency: float, *, jitter: bool, seed: int) -> None:
        self._clock = clock
        self._scale = latency / _REFERENCE_LATENCY
        self._random = random.Random(seed) if jitter else None
        self._slot_free_at = 0

    def _span(self, window: Window) -> int:
        low, high = window
        drawn = self._random.uniform(low, high) if self._random else (low + high) / 2
        return round(drawn * MILLISECOND * self._scale)

    def lag(self, view: str, kind: str) -> int:
        """Nanoseconds until ``view`` shows a change of this kind."""
        window = LAGS.get((view, kind))
        return self._span(window) if window and self._scale else 0

    async def pause(self, what: str) -> None:
        """Take the time that ``what`` (a key of PAUSES) takes; others get their turn meanwhile, however short it is."""
        await asyncio.sleep(self._span(PAUSES[what]) / SECOND)

    async def admit(self) -> None:
        """Wait for the turn of a run: they pass one at a time, whatever the number of clients."""
        if self._scale:
            self._slot_free_at = max(self._clock.now(), self._slot_free_at) + self._span(PAUSES["slot"])
            await self._clock.sleep_until(self._slot_free_at)
            await self.pause("admitted")

    def cancelled(self) -> None:
        """Take note of a cancellation, which gives the engine work that nobody waits for."""


# The standard normal quantile of 0.9.
_Z90 = 1.2816


class LoadedPacing(Pacing):
    """The pacing of a server that is like a real one: it follows ``timing``, and from how much it has to do.

    ``runs_per_second``: how many runs it starts in a second at best, None for what the figures say.
    """

    def __init__(self, clock: Clock, timing: Timing, *, seed: int, runs_per_second: float | None = None) -> None:
        super().__init__(clock, _REFERENCE_LATENCY, jitter=True, seed=seed)
        self._timing = timing
        self.slowness = _slowness(timing)
        self._answers = random.Random(f"{seed}/answers")
        self._lag_factor = Curve.of(timing.lag_factor)
        speed = Curve.of(timing.engine.speed)
        if runs_per_second is not None:
            speed = speed.times(runs_per_second / timing.most_runs_per_second)
        self._slowdowns = Slowdowns(timing.pauses, timing.warm_up, seed)
        self.line = WorkLine(timing.engine, speed, self._slowdowns, seed)
        self._unheard: set[asyncio.Task[None]] = set()

    def lag(self, view: str, kind: str) -> int:
        """Nanoseconds until ``view`` shows a change of this kind: longer under load."""
        return round(super().lag(view, kind) * self._lag_factor.at(self.line.jobs))

    async def pause(self, what: str) -> None:
        """Take the time of an answer, or of the engine's work."""
        figures = self._timing.answers.get(what)
        if figures is None:
            await self.line.do(what)
            await super().pause(what)
        else:
            await asyncio.sleep(self._answer_s(*figures))
        await asyncio.sleep(self._slowdowns.pause_left(loop_time()))

    def _answer_s(self, median: float, ninth: float, largest: float) -> float:
        drawn = self._answers.lognormvariate(math.log(median), math.log(ninth / median) / _Z90)
        return min(drawn, largest) / 1000 * (self._slowdowns.slowness(loop_time()) or 1.0)

    async def admit(self) -> None:
        """Wait until the engine has started a run."""
        await self.line.do(RUN)
        await asyncio.sleep(self._slowdowns.pause_left(loop_time()))

    def cancelled(self) -> None:
        """Give the engine the work of a cancellation."""
        task = asyncio.get_running_loop().create_task(self.line.do("cancel"))
        self._unheard.add(task)
        task.add_done_callback(self._unheard.discard)


def _slowness(timing: Timing) -> float:
    """The geometric mean over the operations of how many times as long an answer takes; 1 where none has a figure."""
    usual = {what: sum(PAUSES[what]) / 2 for what in timing.answers if what in PAUSES}
    if not usual:
        return 1.0
    return statistics.geometric_mean(timing.answers[what][0] / span for what, span in usual.items())
