"""The append-only change log: every view is read from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from conformance.reference.engine.clock import Clock
from conformance.reference.engine.pacing import VIEWS, Pacing
from conformance.reference.wire.exact_json import Json


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a workflow or instance (``subject``) at ``at`` (nanoseconds).

    ``kind``: workflow-created, workflow-deleted, instance-created, stage-started, event-heard, stage-ended,
    stage-cancelled, activity-started, activity-ended, instance-ended or instance-cancelled. ``visible``: by view, from
    when it shows.
    """

    at: int
    kind: str
    subject: str
    stage: int = -1
    data: Mapping[str, Json] = field(default_factory=dict)
    visible: Mapping[str, int] = field(default_factory=dict)


class ChangeLog:
    """Changes in the order in which they happened; ``listeners`` are called with each one before it counts."""

    def __init__(self, clock: Clock, pacing: Pacing) -> None:
        self._clock = clock
        self._pacing = pacing
        self._by_subject: dict[str, list[Change]] = {}
        self._births: dict[str, list[Change]] = {}
        self.listeners: list[Callable[[Change], None]] = []

    def append(self, kind: str, subject: str, stage: int = -1, /, **data: Json) -> Change:
        """Record a change that happens now."""
        earlier = self.of(subject)
        at = self._clock.now()
        # A view reads a prefix of a subject's changes, so that no view ever goes back.
        before = earlier[-1].visible if earlier else {}
        visible = {view: max(before.get(view, 0), at + self._pacing.lag(view, kind)) for view in VIEWS}
        change = Change(at, kind, subject, stage, data, visible)
        for listener in self.listeners:
            listener(change)
        self._keep(change)
        return change

    def _keep(self, change: Change) -> None:
        earlier = self._by_subject.setdefault(change.subject, [])
        if not earlier:
            self._births.setdefault(change.kind, []).append(change)
        earlier.append(change)

    def reload(self, changes: Iterable[Change]) -> None:
        """Forget everything but these changes, oldest first."""
        self._by_subject.clear()
        self._births.clear()
        for change in changes:
            self._keep(change)

    def of(self, subject: str) -> list[Change]:
        """Every change of a workflow or instance, empty if there is no such thing."""
        return self._by_subject.get(subject, [])

    def shown(self, view: str, subject: str) -> list[Change]:
        """The changes of ``subject`` that ``view`` shows by now."""
        now = self._clock.now()
        return [change for change in self.of(subject) if change.visible[view] <= now]

    def born(self, kind: str) -> list[Change]:
        """The first change of every subject that began with ``kind``, oldest first."""
        return list(self._births.get(kind, []))
