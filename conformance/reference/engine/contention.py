"""Contention: the engine's jobs share a small machine, which works more slowly the more jobs there are."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field

from conformance.reference.engine.timing import Curve, EngineFigures, PauseFigures, WarmUpFigures

RUN = "run"
"""The kind of job of which only so many are under way at once."""

# Units of work; the event loop's clock is no finer.
_DONE = 1e-6


def loop_time() -> float:
    """Seconds by the running event loop's own clock, which a test may replace."""
    return asyncio.get_running_loop().time()


class Slowdowns:
    """How fast everything goes at a moment: warm-up at first, and pauses now and then. It begins with the first use."""

    def __init__(self, pauses: PauseFigures | None, warm_up: WarmUpFigures, seed: int) -> None:
        self._figures = pauses
        self._warm_up = warm_up
        # Apart from everything else that is drawn, so that the pauses of a seed come when they come.
        self._random = random.Random(f"{seed}/pauses")
        self._pauses: list[tuple[float, float]] = []
        self._begun: float | None = None

    def slowness(self, now: float) -> float | None:
        """By how much everything is slower; None in a pause."""
        if self._pause_at(now) is not None:
            return None
        return self._warm_up.factor if now - self._start(now) < self._warm_up.seconds else 1.0

    def pause_left(self, now: float) -> float:
        """Seconds until the present pause is over, 0.0 when there is none."""
        found = self._pause_at(now)
        return found[1] - now if found else 0.0

    def next_change(self, now: float) -> float:
        """The next moment from ``now`` on at which the slowness may differ."""
        warm = self._start(now) + self._warm_up.seconds
        edges = [edge for pause in self._known(now) for edge in pause if edge > now]
        return min([*edges, *([warm] if warm > now else [])], default=float("inf"))

    def _start(self, now: float) -> float:
        self._begun = now if self._begun is None else self._begun
        return self._begun

    def _pause_at(self, now: float) -> tuple[float, float] | None:
        return next((pause for pause in self._known(now) if pause[0] <= now < pause[1]), None)

    def _known(self, now: float) -> list[tuple[float, float]]:
        """Every pause so far and the next one, as begin and end."""
        after = self._pauses[-1][1] if self._pauses else self._start(now)
        while self._figures is not None and (not self._pauses or self._pauses[-1][0] <= now):
            begin = after + self._random.expovariate(1 / self._figures.every_s)
            after = begin + self._random.uniform(self._figures.shortest_s, self._figures.longest_s)
            self._pauses.append((begin, after))
        return self._pauses


@dataclass(eq=False)
class _Job:
    kind: str
    left: float
    done: asyncio.Event = field(default_factory=asyncio.Event)


class WorkLine:
    """Jobs in the order of their coming. Those under way share the speed; a run waits for one of a few places.

    What stands behind a waiting run waits as well, whatever it is: that is how a flood of runs holds up the stages
    of those that were started before.
    """

    def __init__(self, figures: EngineFigures, speed: Curve, slowdowns: Slowdowns, seed: int) -> None:
        self._figures = figures
        self._speed = speed
        self._slowdowns = slowdowns
        self._random = random.Random(f"{seed}/work")
        self._line: deque[_Job] = deque()
        self._under_way: list[_Job] = []
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def jobs(self) -> int:
        """How many jobs there are, under way and in line."""
        return len(self._line) + len(self._under_way)

    async def do(self, kind: str) -> None:
        """Return when a job of this kind has been done; at once when it is no work at all. May be cancelled."""
        work = self._figures.work.get(kind, 0.0)
        if not work:
            return
        spread = self._figures.spread
        job = _Job(kind, work * self._random.uniform(1 - spread, 1 + spread))
        self._progress()
        self._line.append(job)
        self._go_on()
        try:
            await job.done.wait()
        finally:
            if not job.done.is_set():
                self._progress()
                (self._under_way if job in self._under_way else self._line).remove(job)
                self._go_on()

    def _progress(self) -> None:
        """Account for what was done since the last time."""
        now = loop_time()
        if self._under_way:
            done = (now - self._last) * self._pace(self._last)
            for job in self._under_way:
                job.left -= done
        self._last = now

    def _pace(self, at: float) -> float:
        """Units a second that each job under way gets."""
        slowness = self._slowdowns.slowness(at)
        return 0.0 if slowness is None else self._speed.at(self.jobs) / slowness / len(self._under_way)

    def _go_on(self) -> None:
        """End what is done, let the line move up, and look again when something changes."""
        for job in [job for job in self._under_way if job.left <= _DONE]:
            self._under_way.remove(job)
            job.done.set()
        while self._line and self._has_place(self._line[0]):
            self._under_way.append(self._line.popleft())
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._under_way:
            now = loop_time()
            pace = self._pace(now)
            ends = now + min(job.left for job in self._under_way) / pace if pace else float("inf")
            self._timer = asyncio.get_running_loop().call_at(min(ends, self._slowdowns.next_change(now)), self._look)

    def _look(self) -> None:
        self._progress()
        self._go_on()

    def _has_place(self, job: _Job) -> bool:
        runs = sum(each.kind == RUN for each in self._under_way)
        return job.kind != RUN or runs < self._figures.starts_at_once
