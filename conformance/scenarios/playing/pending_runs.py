"""The runs of a scenario without an answer: those that wait for admission, and those that wait for their end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from conformance.target.pacing.known_end import KnownEnd
from conformance.trace import Exchange


class PendingRuns:
    """When runs of each workflow went out, and which are still unanswered. ``now`` gives client ns."""

    def __init__(self, now: Callable[[], int] = time.monotonic_ns) -> None:
        self._now = now
        self._waiting: Counter[str] = Counter()
        self._sent: dict[str, int] = {}
        self._unanswered: Counter[str] = Counter()
        self._given: set[str] = set()
        self._ends: dict[str, KnownEnd] = {}

    @property
    def any_begun(self) -> bool:
        """Whether any run went out."""
        return bool(self._unanswered)

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

    def begun(self, workflow_id: str, *, waits: bool) -> KnownEnd:
        """A run goes out; what it gives bounds the wait for its answer."""
        self._unanswered[workflow_id] += 1
        end = KnownEnd()
        if waits:
            self._ends[workflow_id] = end
        return end

    def answered(self, run: Exchange) -> None:
        """A run that went out is over; without an answer its instance stays unknown."""
        if run.answered:
            self._unanswered[run.params["workflowID"]] -= 1
            self._given.add(str(run.data_id))

    def ended(self, exchange: Exchange) -> KnownEnd | None:
        """What bounds the wait for a run's answer, where an exchange is the first one to show the end of its instance.

        None where one run of the workflow is not the only one unanswered: the instance may be that of another.
        """
        workflow_id = workflow_of_ended(exchange)
        if workflow_id is None or exchange.data_id in self._given or self._unanswered[workflow_id] != 1:
            return None
        return self._ends.pop(workflow_id, None)


def workflow_of_ended(exchange: Exchange) -> str | None:
    """The id of the workflow of an instance that a read shows terminated; None where an exchange shows no such one."""
    shown = exchange.data if exchange.operation == "getInstance" and isinstance(exchange.data, dict) else {}
    workflow_id = shown.get("workflowID") if shown.get("terminated") is True else None
    return workflow_id if isinstance(workflow_id, str) else None
