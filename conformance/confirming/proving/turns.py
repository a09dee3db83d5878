"""Which violations are replayed side by side: none that may turn out to follow from one that is under way."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from conformance.confirming.replays import JudgedReplay
from conformance.judging.causes import Causes


class Turns:
    """The violated requirements but for those ``told``, causes first, ``at_once`` of them under way.

    One that has ended is ready to be told when none before it is under way, since that one may explain it.
    """

    def __init__(self, causes: Causes, told: set[str], at_once: int) -> None:
        self.told = told
        self.at_once = at_once
        self._causes = causes
        self._ranked = causes.in_order()
        self._follow: dict[str, set[str]] = {}
        self._back: set[str] = set()
        self._ended: set[str] = set()

    def renew(self, causes: Causes) -> None:
        """More has been seen meanwhile."""
        self._causes = causes
        self._ranked = causes.in_order()

    @property
    def under_way(self) -> list[str]:
        """What is being replayed, causes first."""
        begun = self._follow.keys() - self._ended
        return [each for each in self._ranked if each in begun]

    @property
    def waiting(self) -> list[str]:
        """What has had no turn yet, causes first."""
        return [each for each in self._ranked if each not in self.told and each not in self._follow]

    @property
    def later(self) -> int:
        """How many turns one after another what waits may still need, as far as is known without replays."""
        follow = set[str]().union(*self._follow.values())
        return math.ceil(len(set(self.waiting) - follow) / self.at_once)

    @property
    def share(self) -> float:
        """Which share of the time left may be used by what is under way: most of what waits will follow from it."""
        busy = len(self.under_way)
        return min(1.0, 3 * busy / max(1, busy + len(self.waiting)))

    def begin(self) -> str | None:
        """The next one, which is under way from now on; None while all that waits may follow from one begun before."""
        for other in self.waiting:
            if not any(self._may_follow(cause, other) for cause in self._follow.keys() - self.told):
                self._follow[other] = set(self._causes.explained_by(other, ()))
                return other
        return None

    def _may_follow(self, cause: str, other: str) -> bool:
        if other in self._follow[cause]:
            return True
        return cause not in self._back and self._causes.may_follow(cause, other)

    def came_back(self, requirement: str, follow: Collection[str]) -> None:
        """One was shown by replays: if these do not show what waits besides, that has its turn at once."""
        if requirement in self._follow:
            self._follow[requirement] = set(follow)
            self._back.add(requirement)

    def shown_by(self, requirement: str, back: Iterable[JudgedReplay]) -> None:
        """One came back in these replays, and with it what they show along with it."""
        along = (self._causes.along(requirement, each.trace, each.judgement.violations) for each in back)
        self.came_back(requirement, self._causes.explained_by(requirement, set[str]().union(*along)))

    def end(self, requirement: str) -> None:
        """One is not under way any more."""
        self._ended.add(requirement)

    def ready(self) -> list[str]:
        """What has ended and can be told, causes first."""
        under_way, ended = self.under_way, self._ended - self.told
        before = self._ranked.index(under_way[0]) if under_way else len(self._ranked)
        return [each for each in self._ranked[:before] if each in ended]
