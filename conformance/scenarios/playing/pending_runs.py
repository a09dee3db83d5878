"""The runs of a scenario without an answer: those that wait for admission, and those that wait for their end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from conformance.target.pacing.earlier_end import EarlierEnd
from conformance.trace import Exchange


class PendingRuns:
    """When runs of each workflow went out, and which still wait. ``now`` gives client ns."""

    def __init__(self, now: Callable[[], int] = time.monotonic_ns) -> None:
        self._now = now
        self._waiting: Counter[str] = Counter()
        self._sent: dict[str, int] = {}
        self._runs: Counter[str] = Counter()
        self._ends: dict[str, EarlierEnd] = {}

    @property
    def any_begun(self) -> bool:
        """Whether any run went out."""
        return bool(self._runs)

    @contextmanager
    def waiting(self, workflow: str) -> Iterator[None]:
        """A run waits for admission, and is sent after that."""
        self._waiting[workflow] += 1
        try:
            yield
        finally:
            self._waiting[workflow] -= 1
            self._sent[workflow] = self._now()

    def last(self, workflow: str) -> int:
        """When the last run of a workflow went out (client ns): now while one waits for admission, 0 if none did."""
        return self._now() if self._waiting[workflow] else self._sent.get(workflow, 0)

    def begun(self, workflow_id: str, *, waits: bool) -> EarlierEnd:
        """A run goes out; what it gives ends the wait for its answer."""
        self._runs[workflow_id] += 1
        end = EarlierEnd()
        if waits:
            self._ends[workflow_id] = end
        return end

    def learn(self, exchange: Exchange, patience_s: float) -> None:
        """Where an answer shows the end of an instance whose run waits for it, the run's answer has so long from now.

        Only where nothing else was run of the workflow: else the instance may be that of another run.
        """
        shown = exchange.data if exchange.operation == "getInstance" and exchange.ok else None
        workflow_id = shown.get("workflowID") if isinstance(shown, dict) else None
        if not isinstance(shown, dict) or not isinstance(workflow_id, str) or self._runs[workflow_id] != 1:
            return
        if shown.get("terminated") is True and workflow_id in self._ends:
            self._ends[workflow_id].after(patience_s)
