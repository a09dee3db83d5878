"""The free theme: any legal list of steps, weighted so that instances run and requests overlap."""

from __future__ import annotations

from collections.abc import Callable

from conformance.scenarios.scenario.model import (
    UNKNOWN,
    Cancel,
    Delete,
    GetWorkflow,
    Info,
    ListInstances,
    ListWorkflows,
    Pause,
    Send,
    Settle,
    State,
    Step,
    Together,
    Until,
)
from conformance.scenarios.strategies import words
from conformance.scenarios.strategies.draft import Draft, Theme

_WORKFLOWS = 4
_INSTANCES = 5
_STATES: tuple[State, ...] = ("waiting", "started", "quiet", "ended")


class _Free:
    """What a free scenario has made so far."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.events = [draft.event() for _ in range(2)]
        self.workflows: list[str] = []
        self.instances: list[str] = []

    def create(self) -> None:
        """A workflow of any mix of stages."""
        d = self.draft
        stages = [self._stage() for _ in range(d.number(0, 4))]
        self.workflows.append(d.create(*stages, name=d.pick((None, "free", ""))))

    def run(self) -> None:
        """A run of some workflow."""
        variables = self.draft.pick((None, {"x": "1"}, {"x": "2", "y": "é"}))
        self.instances.append(self.draft.run(self.draft.pick(self.workflows), variables))

    def move(self) -> None:
        """One step that is no creation, or several at the same instant."""
        d = self.draft
        if d.number(0, 4):
            d.add(self._step())
        else:
            d.add(Together(tuple(self._request() for _ in range(d.number(2, 5)))))

    def _stage(self) -> dict[str, object]:
        d = self.draft
        if d.number(0, 2):
            return dict(d.quick_stage())
        return dict(d.pick((words.wait_for(d.pick(self.events)), words.hour(), words.wait_for("e-${x}"))))

    def _step(self) -> Step:
        d = self.draft
        waits: tuple[Callable[[], Step], ...] = (
            lambda: Until(self._instance(), d.pick(_STATES)),
            Settle,
            lambda: Pause(d.number(0, 150)),
        )
        return d.pick(waits)() if d.number(0, 2) == 0 else self._request()

    def _request(self) -> Step:
        d = self.draft
        makers: tuple[Callable[[], Step], ...] = (
            lambda: Send(self._instance(), d.pick((*self.events, "e-1", "e-2", "other"))),
            lambda: d.look(self._instance()),
            lambda: Send(self._instance(), d.pick(self.events)),
            lambda: Cancel(self._instance()),
            lambda: d.look(self._instance()),
            lambda: ListInstances(d.pick((*self.workflows, None)), d.pick((None, True))),
            lambda: GetWorkflow(d.pick(self.workflows)),
            lambda: Delete(d.pick(self.workflows)),
            ListWorkflows,
            Info,
        )
        return d.pick(makers)()

    def _instance(self) -> str:
        return self.draft.pick((*self.instances, *self.instances, UNKNOWN))


def free(d: Draft) -> None:
    """Workflows and instances, then steps upon them, with more creations and runs in between."""
    made = _Free(d)
    made.create()
    made.run()
    for _ in range(d.number(2, 14)):
        if len(made.workflows) < _WORKFLOWS and d.number(0, 9) == 9:
            made.create()
        elif len(made.instances) < _INSTANCES and d.number(0, 7) == 7:
            made.run()
        else:
            made.move()


THEMES = (Theme("free", free, ("stage.monotone", "stage.sequence", "history.agrees", "list.running"), 10),)
