"""The log of one simulated instance, and the views that lag behind it, each by its own lag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.rules.simulator.server import VIEWS, Server

Kind = Literal["created", "started", "ended", "terminated"]
NEVER = 1 << 90


@dataclass
class Fact:
    """Something that happened at a client time, and from when on each view shows it."""

    kind: Kind
    at: int
    stage: int = -1
    error: str | None = None
    seen: dict[str, int] = field(default_factory=dict)


@dataclass
class Instance:
    """A simulated instance. ``stages`` are configured, ``inputs`` interpolated. ``over``: nothing moves it any more."""

    id: str
    workflow: Mapping[str, Any]
    stages: list[dict[str, Any]]
    inputs: list[dict[str, Any]]
    facts: list[Fact] = field(default_factory=list)
    current: int = -1
    waits_from: int = NEVER
    deadline: int = NEVER
    kept: list[str] = field(default_factory=list)
    over: bool = False
    frozen: bool = False

    @property
    def created(self) -> Fact:
        """Its creation."""
        return self.facts[0]

    @property
    def terminated(self) -> Fact | None:
        """Its termination, None while it runs."""
        return next((fact for fact in self.facts if fact.kind == "terminated"), None)

    @property
    def open(self) -> bool:
        """Whether a stage is open."""
        last = self.facts[-1]
        return last.kind == "started" and not self.over

    def kind_of(self, stage: int) -> str:
        """The kind of a stage."""
        return next(iter(self.stages[stage]))

    def note(self, server: Server, fact: Fact, due: int, not_before: Mapping[str, int] | None = None) -> None:
        """Add a fact that every view shows by ``due``, in each view after the facts before it."""
        due = max(due, fact.at)
        for view in VIEWS:
            earliest = max(fact.at, (not_before or {}).get(view, 0))
            moment = earliest + server.view_lag(view, due - earliest)
            for earlier in self.facts:
                if earlier.seen[view] > due and earlier.seen[view] != NEVER:
                    earlier.seen[view] = due
            shown = (earlier.seen[view] for earlier in self.facts if earlier.seen[view] != NEVER)
            fact.seen[view] = max(moment, *shown, 0)
        self.facts.append(fact)

    def shown(self, view: str, moment: int) -> list[Fact]:
        """The facts that a view shows at a moment."""
        return [fact for fact in self.facts if fact.seen[view] <= moment]

    def hide_failed(self, stage: int, moment: int) -> None:
        """Keep a stage that failed out of history when history did not show it yet."""
        mine = [fact for fact in self.facts if fact.stage == stage]
        if all(fact.seen["history"] > moment for fact in mine):
            for fact in mine:
                fact.seen["history"] = NEVER
