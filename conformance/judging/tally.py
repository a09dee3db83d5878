"""What a run has seen so far: counts per requirement, and for each violated one the best traces that show it.

Traces that violate nothing are dropped at once, so that a run of any length stays small.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.judging.judging import Judgement
from conformance.judging.places import Sighting, sighting_of
from conformance.results.known.ways import pattern_of
from conformance.results.model import NO_ANSWER
from conformance.rules.across.reduction import reduced
from conformance.rules.evidence.observation import Observation
from conformance.trace import Exchange, Trace
from conformance.trace.exchange import UNDOCUMENTED

# Each violated requirement keeps its smallest traces; more would only cost memory.
_KEPT = 6
# Ids and versions are compared over this many traces, the latest.
_REMEMBERED = 1000
# So many instances for which a requirement was violated, and upheld, say all that grouping asks of them.
_SUBJECTS = {False: 20_000, True: 4_000}
_SIGHTINGS = 20_000
_WAYS = 16

Way = tuple[str, str]
"""The operation that shows a violation, and what was observed, without what differs from run to run."""


@dataclass(frozen=True, slots=True)
class Case:
    """A trace that violates a requirement, with the observations that say so; ``across``: beside another trace only."""

    trace: Trace
    observations: tuple[Observation, ...]
    across: bool = False

    @property
    def size(self) -> tuple[bool, bool, int]:
        """Scenarios before anything else, those with requests in forms of their own last, small ones first."""
        formed = self.trace.scenario is not None and bool(self.trace.scenario.get("forms"))
        return (self.trace.source != "scenario", formed, len(self.trace.exchanges))


@dataclass(repr=False)
class Tally:
    """Merged over traces, and over the workers that share a run.

    ``errors`` are those of this suite; ``crashed`` names requirements by whose rule a trace could not be judged.
    ``unread`` counts, by operation, answers whose body was not read to its end; ``unjudged`` the traces that there was
    no time to judge.
    """

    upheld: Counter[str] = field(default_factory=Counter)
    violated: Counter[str] = field(default_factory=Counter)
    judged_traces: Counter[str] = field(default_factory=Counter)
    by_operation: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    violating_traces: dict[str, set[str]] = field(default_factory=dict)
    subjects: dict[tuple[str, bool], set[str]] = field(default_factory=dict)
    sightings: dict[str, set[Sighting]] = field(default_factory=dict)
    cases: dict[str, list[Case]] = field(default_factory=dict)
    ways: dict[str, dict[Way, Case]] = field(default_factory=dict)
    statuses: dict[str, Counter[str]] = field(default_factory=dict)
    sources: Counter[str] = field(default_factory=Counter)
    exchanges: int = 0
    traces: int = 0
    runs: int = 0
    errors: list[str] = field(default_factory=list)
    crashed: dict[str, str] = field(default_factory=dict)
    losses: Counter[tuple[str, str]] = field(default_factory=Counter)
    silences: list[tuple[float, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    unjudged: int = 0
    reduced: list[Trace] = field(default_factory=list)

    @property
    def kept_traces(self) -> dict[str, Trace]:
        """The traces that are kept for violations, by id."""
        return {each.trace.id: each.trace for cases in self.cases.values() for each in cases}

    def violations_of(self, requirement: str) -> Iterator[tuple[Trace, Observation]]:
        """The violations of a requirement in the traces that are kept for it, each with its trace."""
        return ((case.trace, each) for case in self.cases.get(requirement, ()) for each in case.observations)

    def add(self, trace: Trace, judgement: Judgement) -> None:
        """Count a judged trace."""
        self.traces += 1
        self.sources[trace.source] += 1
        self.upheld.update(judgement.upheld)
        self.judged_traces.update(judgement.judged)
        self.by_operation.update(judgement.by_operation)
        self._add_crashes(judgement.crashes)
        self._add_subjects(judgement.subjects)
        for requirement, observations in judgement.violations.items():
            self.violated[requirement] += len(observations)
            self.violating_traces.setdefault(requirement, set()).add(trace.id)
            self._add_sightings(requirement, trace, observations)
            self._keep(requirement, Case(trace, tuple(observations[:5])))
            self._keep_ways(requirement, trace, observations)
        for exchange in trace.exchanges:
            self._count(exchange)
        self.reduced.append(reduced(trace))
        del self.reduced[:-_REMEMBERED]

    def pass_over(self, trace: Trace) -> None:
        """Count a trace that there was no time to judge."""
        self.unjudged += 1
        self.traces += 1
        self.sources[trace.source] += 1
        for exchange in trace.exchanges:
            self._count(exchange)

    def _add_crashes(self, crashes: Mapping[str, str]) -> None:
        """Keep the first crash of each rule."""
        new = {each: told for each, told in crashes.items() if each not in self.crashed}
        self.crashed |= new
        self.errors += [told for told in dict.fromkeys(new.values()) if told not in self.errors]

    def mask_errors(self, mask: Callable[[str], str]) -> None:
        """Replace what is secret in the texts of the suite's own errors: a crash may tell anything."""
        self.errors = [mask(each) for each in self.errors]
        self.crashed = {name: mask(told) for name, told in self.crashed.items()}

    def _add_subjects(self, subjects: Mapping[tuple[str, bool], set[str]]) -> None:
        for key, ids in subjects.items():
            known = self.subjects.setdefault(key, set())
            if len(known) < _SUBJECTS[key[1]]:
                # An id comes once for each requirement, each time as a text of its own.
                known.update(map(sys.intern, ids))

    def _add_sightings(self, requirement: str, trace: Trace, observations: Sequence[Observation]) -> None:
        sightings = self.sightings.setdefault(requirement, set())
        if len(sightings) < _SIGHTINGS:
            sightings.update(sighting_of(trace, each) for each in observations if each.exchanges)

    def add_across(self, requirement: str, observation: Observation, trace: Trace) -> None:
        """Count what two traces show together; the trace is the one that holds the observation's exchanges."""
        self.judged_traces[requirement] += 1
        if observation.upheld:
            self.upheld[requirement] += 1
            return
        self.violated[requirement] += 1
        self.violating_traces.setdefault(requirement, set()).add(trace.id)
        self._add_sightings(requirement, trace, (observation,))
        self._keep(requirement, Case(trace, (observation,), across=True))
        self._keep_ways(requirement, trace, (observation,))

    def sent(self) -> dict[str, int]:
        """How many requests of each operation there were, answered or not."""
        return {operation: seen.total() for operation, seen in self.statuses.items()}

    def retract(self, requirement: str) -> None:
        """Forget that a requirement was violated: what was seen has turned out to be no violation."""
        self.violated[requirement] = 0
        for kept in (self.violating_traces, self.cases, self.ways, self.sightings):
            kept.pop(requirement, None)
        for key in [key for key in self.by_operation if key[0] == requirement and not key[2]]:
            del self.by_operation[key]
        self.subjects.pop((requirement, False), None)

    def _keep(self, requirement: str, case: Case) -> None:
        kept = self.cases.setdefault(requirement, [])
        kept.append(case)
        kept.sort(key=lambda each: each.size)
        del kept[_KEPT:]

    def _keep_ways(self, requirement: str, trace: Trace, observations: Iterable[Observation]) -> None:
        """Of each way in which a requirement is violated the smallest trace: a common one must not hide a rare one."""
        for each in observations:
            operation = trace.at(each.exchanges[-1]).operation if each.exchanges else None
            self._keep_way(requirement, (operation or "", pattern_of(each.observed)), Case(trace, (each,)))

    def _keep_way(self, requirement: str, way: Way, case: Case) -> None:
        kept = self.ways.setdefault(requirement, {})
        if len(kept) < _WAYS or way in kept:
            kept[way] = min(kept.get(way, case), case, key=lambda each: each.size)

    def _count(self, exchange: Exchange) -> None:
        self.exchanges += 1
        self.runs += exchange.operation == "runWorkflow"
        name = exchange.operation or UNDOCUMENTED
        if exchange.lost_to is not None:
            self.losses[name, _lost_to(exchange)] += 1
        if exchange.failure is not None and exchange.failure.unread is not None:
            self.unread[name] += 1
        kind = exchange.failure.kind if exchange.failure else "none"
        outcome = str(exchange.response.status) if exchange.response else kind
        self.statuses.setdefault(name, Counter())[outcome] += 1

    def merge(self, other: Tally) -> None:
        """Add what another worker has seen."""
        self.upheld.update(other.upheld)
        self.violated.update(other.violated)
        self.judged_traces.update(other.judged_traces)
        self.by_operation.update(other.by_operation)
        self.sources.update(other.sources)
        for requirement, traces in other.violating_traces.items():
            self.violating_traces.setdefault(requirement, set()).update(traces)
        self._add_subjects(other.subjects)
        for requirement, sightings in other.sightings.items():
            self.sightings.setdefault(requirement, set()).update(sightings)
        for requirement, cases in other.cases.items():
            for case in cases:
                self._keep(requirement, case)
        for requirement, ways in other.ways.items():
            for way, case in ways.items():
                self._keep_way(requirement, way, case)
        for operation, statuses in other.statuses.items():
            self.statuses.setdefault(operation, Counter()).update(statuses)
        self.exchanges += other.exchanges
        self.traces += other.traces
        self.runs += other.runs
        self._add_crashes(other.crashed)
        self.errors += [told for told in other.errors if told not in other.crashed.values()]
        self.losses.update(other.losses)
        self.silences += other.silences
        self.notes += other.notes
        self.unread.update(other.unread)
        self.unjudged += other.unjudged
        self.reduced += other.reduced


def _lost_to(exchange: Exchange) -> str:
    """What an answer was lost to, in words: who wrote a gateway's error is told as far as the answer says it."""
    if exchange.response is None:
        return NO_ANSWER if exchange.lost_to == "timeout" else "connection closed"
    server = exchange.response.header("server")
    return f"{exchange.response.status} from {server[:40]}" if server else str(exchange.response.status)
