"""Minimising a failing scenario by deletion on the value, each round's candidates played as one concurrent batch."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest

from conformance.scenarios.minimising.shrinking import cost, eighths, in_common, quarters, simpler, with_a_read
from conformance.scenarios.scenario.codec import to_json
from conformance.scenarios.scenario.model import Scenario, Step
from conformance.wire import exact_json

Fails = Callable[[list[Scenario]], Awaitable[list[bool]]]
"""Plays candidates, all at once, and returns for each whether it shows the failure."""

_BATCH_RUNS = 24
_LEAST_BATCH_RUNS = 4
_BATCH = 32
# A batch of a slow target is made smaller: it plays many candidates that the first success makes useless.
_LONG_BATCH_S = 4.0
# Candidates are made before they are sorted, and a long scenario has thousands.
_LOOK_AHEAD = 60


@dataclass(frozen=True)
class ReplayBudget:
    """What minimising one finding may cost: seconds, and runWorkflow requests; ``at_once``: so many in one batch.

    ``least``: so many in one batch, however long a batch takes, where that is more than the usual four. ``batch_s``:
    how many seconds the first batch will probably take. None is begun that would take twice the time left.
    """

    seconds: float = 30.0
    runs: int = 240
    at_once: int = _BATCH_RUNS
    least: int = 0
    batch_s: float = 0.0


@dataclass(frozen=True)
class Minimised:
    """The shortest failing scenario found; ``complete``: nothing simpler was left to try.

    ``scenario`` ends with a read of what it acted on; ``rounds`` batches of ``candidates`` scenarios, that cost
    ``runs`` runWorkflow requests, were played for it.
    """

    scenario: Scenario
    rounds: int
    candidates: int
    runs: int
    complete: bool


@dataclass
class _Search:
    fails: Fails
    budget: ReplayBudget
    shown_by: frozenset[type[Step]]
    clock: Callable[[], float]
    begun: float
    rounds: int = 0
    candidates: int = 0
    runs: int = 0
    tried: set[str] = field(default_factory=set)
    least: int = field(init=False)
    batch_runs: int = field(init=False)
    batch_s: float = field(init=False)

    def __post_init__(self) -> None:
        self.least = max(_LEAST_BATCH_RUNS, self.budget.least)
        self.batch_runs = max(self.least, min(_BATCH_RUNS, self.budget.at_once))
        self.batch_s = self.budget.batch_s

    async def shrink(self, scenario: Scenario) -> tuple[Scenario, bool]:
        together: Scenario | None = None
        while batch := self._next_batch(scenario, together):
            failing = await self._play(batch)
            together = in_common(scenario, failing)
            scenario = min([scenario, *failing], key=cost)
        return scenario, self._untried(scenario) is None

    def _untried(self, scenario: Scenario) -> Scenario | None:
        return next((each for each in simpler(scenario) if _key(each) not in self.tried), None)

    def _next_batch(self, scenario: Scenario, together: Scenario | None) -> list[Scenario]:
        """The boldest candidates not tried yet, as many as fit; none when the budget is used up.

        ``together``: without all that the last batch has shown to be needless, each by itself.
        """
        left = self.budget.seconds - (self.clock() - self.begun)
        if left <= 0 or left < self.batch_s / 2:
            return []
        first = [together] if together is not None and cost(together) < cost(scenario) else []
        others = self._likely_first(scenario)
        if self.batch_s > _LONG_BATCH_S:
            # There are few batches, so each has to bring something.
            first += quarters(scenario)
            others = _alternating(others, eighths(scenario))
        return list(self._fitting(chain(first, others)))

    def _fitting(self, candidates: Iterable[Scenario]) -> Iterator[Scenario]:
        left = min(self.batch_runs, self.budget.runs - self.runs)
        taken = set[str]()
        for candidate in candidates:
            if len(taken) == _BATCH:
                return
            key = _key(candidate)
            if candidate.runs <= left and key not in self.tried and key not in taken:
                left -= candidate.runs
                taken.add(key)
                yield candidate

    def _likely_first(self, scenario: Scenario) -> Iterator[Scenario]:
        """The candidates, those last that have no step left of a kind by which the failure was shown."""
        candidates, unlikely = simpler(scenario), list[Scenario]()
        for candidate in islice(candidates, _LOOK_AHEAD):
            if self.shown_by <= set(map(type, candidate.leaves())):
                yield candidate
            else:
                unlikely.append(candidate)
        yield from unlikely
        yield from candidates

    async def _play(self, batch: list[Scenario]) -> list[Scenario]:
        self.rounds += 1
        self.candidates += len(batch)
        self.runs += sum(candidate.runs for candidate in batch)
        self.tried |= {_key(candidate) for candidate in batch}
        sent = self.clock()
        failing = await self.fails(batch)
        self.batch_s = self.clock() - sent
        if self.batch_s > _LONG_BATCH_S:
            self.batch_runs = max(self.least, self.batch_runs // 2)
        return [candidate for candidate, failed in zip(batch, failing, strict=True) if failed]


async def minimise(
    scenario: Scenario,
    fails: Fails,
    budget: ReplayBudget | None = None,
    *,
    shown_by: Collection[type[Step]] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Minimised:
    """The shortest scenario that still fails in the caller's judgement, within the budget.

    Deterministic as far as ``fails`` is. ``shown_by``: the kinds of steps by which the failure was shown; what keeps
    them is tried first, which matters where time is short. ``clock`` gives seconds; a batch that has begun is played to
    its end.
    """
    given = budget or ReplayBudget()
    search = _Search(fails, given, frozenset(shown_by), clock, clock())
    shortest, complete = await search.shrink(scenario)
    return Minimised(with_a_read(shortest), search.rounds, search.candidates, search.runs, complete)


def _alternating(one: Iterator[Scenario], other: Iterator[Scenario]) -> Iterator[Scenario]:
    """The first of each, then the second of each, as long as there are any."""
    for both in zip_longest(one, other):
        yield from (each for each in both if each is not None)


def _key(scenario: Scenario) -> str:
    return exact_json.dumps(to_json(scenario))
