"""A requirement that is known to be violated in one way may be violated in another: each way is proven by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conformance.confirming.findings import operations_of
from conformance.contract.requirements import Catalogue
from conformance.judging.judging import Judgement
from conformance.judging.pool import TraceJudge
from conformance.judging.tally import Case, Tally
from conformance.results.known.deviations import KnownDeviation
from conformance.results.known.ways import Seen
from conformance.rules.evidence.observation import Observation
from conformance.trace import Trace

Entry = int | None
"""Which entry of the known deviations covers a violation, by its position; None where none does."""


@dataclass(frozen=True, slots=True)
class Further:
    """Violations of a requirement that another entry covers than those that its first finding shows, or that none does.

    ``tally`` holds nothing else, and ``judge`` sees no other violation of the requirement.
    """

    tally: Tally
    judge: TraceJudge


@dataclass
class Ways:
    """Sorts violations by the known deviations, as far as these cover a requirement in part only."""

    catalogue: Catalogue
    known: Sequence[KnownDeviation] = ()
    _told: set[tuple[str, Entry]] = field(default_factory=set)
    _first: dict[str, Entry] = field(default_factory=dict)

    def entry_of(self, requirement: str, trace: Trace, observation: Observation) -> Entry:
        """The first entry that covers a violation."""
        operations = operations_of(trace, observation, self.catalogue.by_id[requirement].operations)
        seen = Seen.of(requirement, operations, observation.observed)
        listed = ((n, each) for n, each in enumerate(self.known) if each.requirement == requirement)
        return next((number for number, entry in listed if entry.accepts(seen)), None)

    def begin(self, tally: Tally, confirmed: Collection[str], judge: TraceJudge) -> TraceJudge:
        """Leave in ``tally`` of each requirement to be confirmed only the cases of one entry, if one covers any.

        Gives the judge that sees these only.
        """
        for requirement, groups in self._sorted(tally):
            if requirement not in confirmed:
                listed = [entry for entry in groups if entry is not None]
                self._first[requirement] = min(listed, default=None)
                tally.cases[requirement] = groups[self._first[requirement]]
                self._told.add((requirement, self._first[requirement]))
        return _PartJudge(judge, self, dict(self._first)) if self._first else judge

    def further(self, tally: Tally, leads: Collection[str], judge: TraceJudge) -> Iterator[Further]:
        """What is still to be confirmed of requirements that lead a finding; told once."""
        for requirement, entry, cases in list(self._untold(tally, leads)):
            self._told.add((requirement, entry))
            part = Tally(runs=tally.runs)
            part.cases[requirement] = cases
            part.violated[requirement] = len(cases)
            part.violating_traces[requirement] = {case.trace.id for case in cases}
            yield Further(part, _PartJudge(judge, self, {requirement: entry}))

    def untold(self, tally: Tally, leads: Collection[str]) -> set[str]:
        """The requirements of which `further` would give something."""
        return {requirement for requirement, _, _ in self._untold(tally, leads)}

    def _untold(self, tally: Tally, leads: Collection[str]) -> Iterator[tuple[str, Entry, list[Case]]]:
        for requirement, groups in self._sorted(tally):
            # Where the first finding is listed nowhere, the requirement fails already.
            if requirement in leads and self._first.get(requirement) is not None:
                rest = ((entry, cases) for entry, cases in groups.items() if (requirement, entry) not in self._told)
                yield from ((requirement, entry, cases) for entry, cases in rest)

    def _sorted(self, tally: Tally) -> Iterator[tuple[str, dict[Entry, list[Case]]]]:
        """Per requirement that is covered in part only, the kept cases by entry."""
        narrow = {each.requirement for each in self.known if each.narrow}
        wide = {each.requirement for each in self.known if not each.narrow}
        for requirement in [each for each in tally.cases if each in narrow - wide]:
            groups: dict[Entry, list[Case]] = {}
            for case in tally.ways.get(requirement, {}).values():
                entry = self.entry_of(requirement, case.trace, case.observations[0])
                groups.setdefault(entry, []).append(case)
            if groups:
                yield requirement, {each: sorted(cases, key=lambda case: case.size) for each, cases in groups.items()}


@dataclass
class _PartJudge:
    """A judge that sees a requirement of ``wanted`` violated only where that entry covers it."""

    inner: TraceJudge
    ways: Ways
    wanted: Mapping[str, Entry]

    @property
    def catalogue(self) -> Catalogue:
        return self.inner.catalogue

    async def judge(self, trace: Trace, known_ids: frozenset[str] | None = None) -> Judgement:
        judgement = await self.inner.judge(trace, known_ids)
        kept = {
            requirement: [each for each in seen if self._fits(requirement, trace, each)]
            for requirement, seen in judgement.violations.items()
        }
        return replace(judgement, violations={requirement: seen for requirement, seen in kept.items() if seen})

    def _fits(self, requirement: str, trace: Trace, observation: Observation) -> bool:
        wanted = requirement not in self.wanted
        return wanted or self.ways.entry_of(requirement, trace, observation) == self.wanted[requirement]
