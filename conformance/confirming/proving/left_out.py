"""What a scenario shows instead when steps of it are left out: a cause that needs less than what it was found with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from conformance.confirming.replays import JudgedReplay
from conformance.scenarios import Scenario
from conformance.scenarios.scenario.model import Step


@dataclass(slots=True)
class LeftOut:
    """The plays that did not show what was to be shown, with the requirements whose violations they showed instead."""

    plays: list[tuple[Scenario, frozenset[str]]] = field(default_factory=list)

    def add(self, scenario: Scenario, replay: JudgedReplay) -> None:
        """Note what a play of a scenario shows."""
        shown = frozenset(each for each in replay.judgement.violations if replay.shows(each))
        if shown:
            self.plays.append((scenario, shown))

    def instead(self, minimal: Scenario, along: Collection[str]) -> set[str]:
        """What a part of a minimal scenario shows, but not the scenario itself.

        ``along`` is what that one shows, too. A burst of events that one event less makes a plain loss of an event is
        no cause of its own.
        """
        steps = list(minimal.leaves())
        parts = (shown for scenario, shown in self.plays if _is_part(list(scenario.leaves()), steps))
        return set[str]().union(*parts) - set(along)


def _is_part(some: list[Step], steps: list[Step]) -> bool:
    """Whether some steps are others of which one or more are left out."""
    rest = iter(steps)
    return len(some) < len(steps) and all(step in rest for step in some)
