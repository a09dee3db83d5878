"""The deadline of a run: after it the target is sent no more requests."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """Moments in seconds of the monotonic clock: no request of the traffic goes on after ``traffic``, none of the
    cleanup after ``cleanup``.
    """

    traffic: float = math.inf
    cleanup: float = math.inf

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
