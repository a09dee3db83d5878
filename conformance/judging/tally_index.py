"""What is looked up of a tally, by requirement: where it was violated, for whom it was judged, and how often."""

from __future__ import annotations

from conformance.judging.places import Sighting
from conformance.judging.sightings_index import SightingsIndex
from conformance.judging.tally import Tally

_OFTEN = 0.3


class TallyIndex:
    """Looks up what a tally that may still grow says of a requirement."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._indices: dict[str, SightingsIndex] = {}

    def sightings(self, requirement: str) -> set[Sighting]:
        """Where a requirement was violated."""
        return self._tally.sightings.get(requirement, set())

    def indexed(self, requirement: str) -> SightingsIndex:
        """What is looked up of a requirement's violations, made anew when more were seen."""
        sightings, known = self.sightings(requirement), self._indices.get(requirement)
        if known is None or known.count != len(sightings):
            self._indices[requirement] = known = SightingsIndex.of(sightings)
        return known

    def judged(self, requirement: str) -> set[str]:
        """The instances or workflows for which a requirement was judged."""
        subjects = self._tally.subjects
        return subjects.get((requirement, False), set()) | subjects.get((requirement, True), set())

    def share(self, requirement: str) -> float:
        """Of the instances or workflows for which a requirement was judged, the share for which it was violated."""
        bad = self._tally.subjects.get((requirement, False), set())
        return len(bad) / len(self.judged(requirement)) if bad else 0.0

    def share_of_traces(self, requirement: str) -> float:
        """Of the traces in which a requirement was judged, the share in which it was violated."""
        judged = self._tally.judged_traces[requirement]
        return len(self._tally.violating_traces.get(requirement, ())) / judged if judged else 0.0

    def often(self, requirement: str) -> bool:
        """Whether a requirement is violated so often when it is judged that it may be so beside any other by chance."""
        violated = self._tally.violated[requirement]
        return violated > _OFTEN * (violated + self._tally.upheld[requirement])
