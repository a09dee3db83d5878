"""When a run began."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Beginning:
    """The moment at which it is made: an RFC 3339 time in UTC, and seconds of the monotonic clock."""

    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    clock_s: float = field(default_factory=time.monotonic)

    @property
    def elapsed_s(self) -> float:
        """Seconds since then, to a tenth."""
        return round(time.monotonic() - self.clock_s, 1)
