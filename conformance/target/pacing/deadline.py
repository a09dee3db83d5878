"""The deadline of a run: after it the target is sent no more requests."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

_CUT_WORK_S, _CUT_CLEANUP_S = 15.0, 50.0
"""After an interrupt: for what is still judged, and for all of it with the cleanup, which ends by itself in half a
minute. Whoever interrupts a run waits for it."""


@dataclass(slots=True, eq=False)
class Deadline:
    """Moments in seconds of the monotonic clock: no request of the traffic goes on after ``traffic``, none of the
    cleanup after ``cleanup``. ``work`` is when nothing but cleanup goes on, sent or not.
    """

    traffic: float = math.inf
    cleanup: float = math.inf
    work: float = math.inf

    def cut(self) -> None:
        """End the traffic now, and the rest soon, whatever it waits for: the run was interrupted."""
        now = time.monotonic()
        self.traffic = min(self.traffic, now)
        self.work = min(self.work, now + _CUT_WORK_S)
        self.cleanup = min(self.cleanup, now + _CUT_CLEANUP_S)

    @property
    def is_cut(self) -> bool:
        """Whether the run was interrupted."""
        return not math.isinf(self.work)

    @property
    def passed(self) -> bool:
        """Whether the time for traffic is up, so that only cleanup is left."""
        return time.monotonic() >= self.traffic

    @property
    def end(self) -> float:
        """When a request that is begun now has to end at the latest."""
        return self.cleanup if self.passed else self.traffic

    @property
    def traffic_left_s(self) -> float:
        """Seconds until the time for traffic is up; 0.0 afterwards."""
        return max(0.0, self.traffic - time.monotonic())


ENDLESS = Deadline()
"""That of a target that is asked until its work is done."""
