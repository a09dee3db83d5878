"""What a run may do and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from conformance.contract.features import ASSUMED
from conformance.results.known.deviations import KnownDeviation

Profile = Literal["smoke", "standard", "thorough", "soak"]

_PATIENCE_S, _LEAST_PATIENCE_S = 30.0, 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a profile: runWorkflow requests in all (less for a slow target), seconds, and seconds of confirming."""

    runs: int | None
    slow_runs: int | None
    seconds: float | None
    confirming_seconds: float


BUDGETS: Mapping[Profile, Limits] = {
    "smoke": Limits(runs=120, slow_runs=90, seconds=60.0, confirming_seconds=40.0),
    "standard": Limits(runs=390, slow_runs=330, seconds=150.0, confirming_seconds=75.0),
    "thorough": Limits(runs=1600, slow_runs=1000, seconds=1200.0, confirming_seconds=600.0),
    "soak": Limits(runs=None, slow_runs=None, seconds=None, confirming_seconds=900.0),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run is done.

    ``features`` are tested in any case, ``unwanted`` not even if the target offers them.
    ``max_time`` (seconds) is for the whole run and replaces the profile's limits, ``explore_time`` for exploring alone.
    ``shard`` is (which, of how many) when workers share the run.
    ``enough`` ends exploring at the first violation of one of these requirements.
    ``confirm``: whether what was violated is played again and minimised, too; without it nothing becomes a finding.
    ``known`` are the deviations that are accepted: other ways of violating their requirements are confirmed, too.
    ``database`` is where findings are kept between runs: a directory or a redis URL.
    """

    seed: int = 0
    profile: Profile = "standard"
    max_time: float | None = None
    explore_time: float | None = None
    features: frozenset[str] = ASSUMED
    unwanted: frozenset[str] = frozenset()
    report_dir: Path | None = None
    spec: str | None = None
    shard: tuple[int, int] = (0, 1)
    enough: frozenset[str] = frozenset()
    confirm: bool = True
    database: str | None = None
    known: tuple[KnownDeviation, ...] = ()
    minimise_seconds: float = 30.0
    minimise_runs: int = 240

    def for_target(self, found: frozenset[str]) -> Settings:
        """The settings with the features that were found on the target, but for those that nobody wants tested."""
        return replace(self, features=self.features | (found - self.unwanted))

    @property
    def budget(self) -> Limits:
        """The profile's limits."""
        return BUDGETS[self.profile]

    @property
    def patience_s(self) -> float:
        """How long a control may take before it counts as one that never ends: a share of the time there is."""
        seconds = self.seconds
        return _PATIENCE_S if seconds is None else min(_PATIENCE_S, max(_LEAST_PATIENCE_S, seconds / 4))

    @property
    def seconds(self) -> float | None:
        """How long exploring may go on; None without a limit."""
        if self.explore_time is not None:
            return self.explore_time
        return self.max_time if self.max_time is not None else self.budget.seconds
