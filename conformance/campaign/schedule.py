"""The schedule of a run: until when it explores, what still fits in, and what time is left for confirming."""

from __future__ import annotations

import math
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from conformance.configuration.settings import Settings
from conformance.scenarios import Scenario
from conformance.scenarios.scenario.model import Pause
from conformance.target.pacing.deadline import Deadline
from conformance.trace import Trace

# Of the time that is allowed for all of a run: what is kept for confirming when there is something to confirm, and for
# cleanup in any case.
_CONFIRMING_SHARE, _CLEANUP_SHARE = 0.3, 0.07
_LONGEST_CLEANUP_S = 10.0
# Beyond the time for the whole run: its reports must be written within a few seconds more.
_LAST_CLEANUP_S = 3.0
# Beyond the profile's limits: what a slow target has begun may end in its own time.
_WINDING_UP_S = 90.0
# Until so many scenarios have been played, it is not known how long one takes.
_ENOUGH = 5
_RECENT = 20
# The first runs are slow on many targets.
_LEAST_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What time or the number of runs left out: runs that were ``played`` and runs that were not (``left``), in
    ``seconds`` of exploring. ``most_s`` is how long the whole run was allowed to take, None when nothing was said.
    """

    played: int = 0
    left: int = 0
    seconds: float = 0.0

    def __add__(self, other: Shortfall) -> Shortfall:
        """That of two workers who played side by side."""
        return Shortfall(self.played + other.played, self.left + other.left, max(self.seconds, other.seconds))

    @property
    def sentence(self) -> str:
        """What was not reached, with the time that would do; empty when all was played."""
        if not self.left or not self.played or self.seconds < _LEAST_SECONDS:
            return ""
        pace = self.played / self.seconds
        whole = self.played + self.left
        enough = math.ceil(whole / pace / (1 - _CONFIRMING_SHARE) / 60)
        told = f"The target was asked for {pace:.1f} runs a second, for {self.played} of {whole} in all"
        return f"{told}; `--max-time {enough}m` would play all."


@dataclass
class Schedule:
    """The time of one run. ``now`` gives seconds; ``begun`` is when the whole run began, None: when its traffic did."""

    settings: Settings
    now: Callable[[], float] = time.monotonic
    begun: float | None = None
    left_out: int = 0
    _took: defaultdict[bool, list[float]] = field(default_factory=lambda: defaultdict(list))
    _confirming_since: float | None = None

    def __post_init__(self) -> None:
        self._began = self.now()

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning of the traffic."""
        return self.now() - self._began

    def _left_of(self, most: float) -> float:
        """Seconds left of so many for the whole run, without those that cleanup may take."""
        begun = self._began if self.begun is None else self.begun
        return begun + most - min(_LONGEST_CLEANUP_S, most * _CLEANUP_SHARE) - self.now()

    def exploring_left(self, to_confirm: bool) -> float:
        """Seconds until exploring has to end; ``to_confirm``: whether there is something to confirm after it."""
        most, own = self.settings.max_time, self.settings.seconds
        exploring = math.inf if own is None else own - self.elapsed
        if most is None:
            return exploring
        confirming = min(self.settings.budget.confirming_seconds, most * _CONFIRMING_SHARE) if to_confirm else 0.0
        return min(exploring, self._left_of(most) - confirming)

    def confirming_left(self) -> float:
        """Seconds that confirming may take from now on. Its time begins when this is asked for the first time.

        Where exploring took longer than it should have, confirming has less, but half of its time in any case.
        """
        if self._confirming_since is None:
            self._confirming_since = self.now()
        most, exploring, whole = self.settings.max_time, self.settings.seconds, self.settings.budget.confirming_seconds
        late = 0.0 if exploring is None else max(0.0, self._confirming_since - self._began - exploring)
        own = self._confirming_since + whole - min(late, whole / 2) - self.now()
        return max(0.0, own if most is None else min(own, self._left_of(most)))

    def took(self, scenario: Scenario, seconds: float) -> None:
        """Take note of how long a scenario took. One that starts no run is over soon, whatever the others wait for."""
        own = self._took[scenario.starts > 0]
        own.append(seconds)
        del own[:-_RECENT]

    def fits(self, scenario: Scenario, to_confirm: bool) -> bool:
        """Whether a scenario that began now would probably come to its end."""
        took = self._took[scenario.starts > 0]
        typical = statistics.median(took) if len(took) >= _ENOUGH else 0.0
        pauses = sum(step.ms for step in scenario.leaves() if isinstance(step, Pause)) / 1000
        return max(typical, pauses) < self.exploring_left(to_confirm)


def deadline_of(settings: Settings, begun: float) -> Deadline:
    """When the requests of a run that began at a moment of the monotonic clock end, whatever the target does."""
    if settings.max_time is not None:
        end = begun + settings.max_time
        return Deadline(end, end + _LAST_CLEANUP_S)
    if settings.seconds is None:
        return Deadline()
    end = begun + settings.seconds + settings.budget.confirming_seconds + _WINDING_UP_S
    return Deadline(end, end + _LONGEST_CLEANUP_S)


def affordable(scenarios: Iterable[Scenario], runs: int) -> Iterator[Scenario]:
    """As many scenarios, in order, as some runWorkflow requests pay for; controls take about as many again."""
    for scenario in scenarios:
        if scenario.runs * 2 <= runs:
            runs -= scenario.runs * 2
            yield scenario


def runs_of(trace: Trace) -> int:
    """The runWorkflow requests of a trace."""
    return sum(each.operation == "runWorkflow" for each in trace.exchanges)
