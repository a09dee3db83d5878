"""The machine that moves simulated instances: stages, events, cancellations, deletions, each at any legal moment."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from conformance.wire.instant import parse_duration, parse_instant
from tests.rules.bodies import EPOCH
from tests.rules.simulator.log import NEVER, Fact, Instance
from tests.rules.simulator.server import Server


class Engine:
    """A queue of what happens when. Times are client ns."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.random = server.random
        self.now = 0
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, moment: int, act: Callable[[], None]) -> None:
        """Do something at a moment."""
        self._count += 1
        heapq.heappush(self._queue, (max(moment, self.now), self._count, act))

    def play(self) -> None:
        """Let everything happen that was asked for."""
        while self._queue:
            self.now, _, act = heapq.heappop(self._queue)
            act()

    # -- stages -----------------------------------------------------------------------------------------------------

    def create(self, instance: Instance) -> None:
        """An instance comes into being now."""
        instance.note(self.server, Fact("created", self.now), self.now + self.server.reach, None)
        instance.created.seen |= {"instance": self.now, "status": self.now}
        self._go_on(instance, 0)

    def _go_on(self, instance: Instance, stage: int) -> None:
        """What follows by itself now, a little later: the next stage, or the end."""
        due = self.now + self.server.reach
        later = self.now + self.server.lag(self.server.reach)
        if stage < len(instance.stages):
            self.at(later, lambda: self._start(instance, stage, due))
        else:
            self.at(later, lambda: self._terminate(instance, None, due))

    def _start(self, instance: Instance, stage: int, due: int) -> None:
        if instance.over:
            return
        instance.current, instance.deadline = stage, NEVER
        waits = instance.kind_of(stage) == "wait_event"
        ready = self.now + (self.server.lag(due - self.now) if waits and self.server.forgets_early else 0)
        instance.waits_from = ready if waits else NEVER
        not_before = {"history": ready, "stages": ready}
        instance.note(self.server, Fact("started", self.now, stage), due, not_before)
        self._run_stage(instance, stage)

    def _run_stage(self, instance: Instance, stage: int) -> None:
        kind, given = instance.kind_of(stage), instance.inputs[stage]
        if kind == "wait_event":
            if given["event"] in instance.kept:
                instance.kept.remove(given["event"])
                self._end_later(instance, stage, instance.waits_from)
        elif kind == "delay":
            end = self._delay_end(given)
            self._end_later(instance, stage, self.now if end is None else end, "no such time" if end is None else None)
        else:
            sure = kind == "noop" or given.get("source", {}).get("account", {}).get("id") == "world"
            fails = not sure and self.random.random() < 0.5
            self._end_later(instance, stage, self.now, "no funds" if fails else None)

    def _delay_end(self, given: dict[str, str]) -> int | None:
        if "duration" in given:
            length = parse_duration(given["duration"])
            return None if length is None else self.now + length
        until = parse_instant(given["until"])
        return None if until is None else max(self.now, until.ns - EPOCH - self.server.skew)

    def _end_later(self, instance: Instance, stage: int, moment: int, error: str | None = None) -> None:
        later, due = moment + self.server.lag(self.server.reach), moment + self.server.reach
        self.at(later, lambda: self._end(instance, stage, due, error))

    def _end(self, instance: Instance, stage: int, due: int, error: str | None = None) -> None:
        if instance.over or instance.current != stage or not instance.open:
            return
        instance.waits_from = NEVER
        instance.note(self.server, Fact("ended", self.now, stage, error), min(due, instance.deadline))
        if error is None:
            self._go_on(instance, stage + 1)
            return
        if self.server.hides_failed:
            instance.hide_failed(stage, self.now)
        instance.over = True
        self.at(self.now + self.server.lag(due - self.now), lambda: self._terminate(instance, error, due, force=True))

    def _terminate(self, instance: Instance, error: str | None, due: int, *, force: bool = False) -> None:
        if instance.over and not force:
            return
        instance.over = True
        instance.note(self.server, Fact("terminated", self.now, error=error), due)

    # -- what clients do --------------------------------------------------------------------------------------------

    def event(self, instance: Instance, name: str, received: int) -> None:
        """An event is accepted now and answered at ``received``; it takes effect at any moment soon."""
        if self._waits(instance, name):
            instance.deadline = min(instance.deadline, received + self.server.reach)
        due = received + self.server.reach
        moment = self.now + self.server.lag(max(0, received - self.now) + self.server.reach // 2)
        self.at(moment, lambda: self._take_event(instance, name, due))

    def _waits(self, instance: Instance, name: str) -> bool:
        if instance.over or not instance.open or self.now < instance.waits_from:
            return False
        return instance.inputs[instance.current].get("event") == name

    def _take_event(self, instance: Instance, name: str, due: int) -> None:
        if self._waits(instance, name):
            self._end(instance, instance.current, min(due, self.now + self.server.reach))
        elif not instance.over and self.random.random() < 0.5:
            self._keep(instance, name)

    def _keep(self, instance: Instance, name: str) -> None:
        if instance.open and self.now < instance.waits_from < NEVER:
            return
        instance.kept.append(name)

    def cancel(self, instance: Instance, received: int) -> None:
        """A cancellation is accepted now and answered at ``received``."""
        due = received + self.server.reach
        moment = self.now + self.server.lag(max(0, received - self.now) + self.server.reach // 2)
        self.at(moment, lambda: self._take_cancel(instance, due, "cancelled"))

    def _take_cancel(self, instance: Instance, due: int, error: str | None) -> None:
        if instance.over:
            return
        due = min(due, self.now + self.server.reach)
        if instance.open:
            instance.note(self.server, Fact("ended", self.now, instance.current, error), min(due, instance.deadline))
            if error and self.server.hides_failed:
                instance.hide_failed(instance.current, self.now)
        instance.over = True
        self.at(self.now + self.server.lag(due - self.now), lambda: self._terminate(instance, error, due, force=True))

    def delete(self, instances: list[Instance]) -> None:
        """Their workflow is deleted now; what becomes of those that run is the server's own business."""
        for instance in instances:
            if self.server.on_delete == "freeze":
                instance.frozen = instance.over = True
            elif self.server.on_delete in ("fail", "end"):
                error = "its workflow is gone" if self.server.on_delete == "fail" else None
                self._take_cancel(instance, self.now + self.server.reach, error)
