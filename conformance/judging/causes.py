"""One cause, one finding: which violations follow from another one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set

from conformance.contract.requirements import Catalogue
from conformance.judging.chance import at_least
from conformance.judging.places import Sighting, at_one_place, one_place, shows_too, sightings_in, tied
from conformance.judging.sightings_index import widespread
from conformance.judging.tally import Tally
from conformance.judging.tally_index import TallyIndex
from conformance.rules.evidence.observation import Observation
from conformance.trace import Trace

# A view of instances that is wrong as a whole ranks before everything that is read of instances.
_BEFORE_INSTANCES = "workflows"
# A violation for nearly every instance coincides with every other violation, so it explains none of them.
_UNIVERSAL = 0.7
_RARELY = 0.2
_MOST = 0.5
_NEARLY_ALL = 0.9
# So likely it may be that a cause is violated by chance wherever another requirement is.
_BY_CHANCE = 0.1

Violations = Mapping[str, Sequence[Observation]]
"""What one trace violates, by requirement."""


class Causes:
    """Ranks requirements, causes first, and finds what a violation explains.

    ``rests`` says which violated requirements rest on what another one says is wrong (`put_right`), by that other one.
    """

    def __init__(self, catalogue: Catalogue, tally: Tally, rests: Mapping[str, Collection[str]] | None = None) -> None:
        self._catalogue = catalogue
        self._rows = {each.id: each for each in catalogue.requirements}
        self._order = {each.id: number for number, each in enumerate(catalogue.requirements)}
        self._tally = tally
        self._rests = {cause: {*others} - {cause} for cause, others in (rests or {}).items()}
        self._index = TallyIndex(tally)

    def rank(self, requirement: str) -> tuple[bool, int, int]:
        """MUST before SHOULD, causes before what follows from them."""
        row = self._rows[requirement]
        place = self._catalogue.precedence(row)
        if self._rests.get(requirement):
            place = self._catalogue.groups[_BEFORE_INSTANCES].precedence
        return (row.level != "MUST", place, self._order[requirement])

    def explained_by(self, cause: str, together: Collection[str]) -> list[str]:
        """The violated requirements that follow from ``cause``.

        ``together`` are those of which its minimal trace says so (`along`).
        """
        follow = [
            other
            for other in self._tally.cases
            if other != cause
            and (
                other in self._rests.get(cause, ())
                or self._always_along(cause, other, together)
                or self._same_instances(cause, other)
                or self._same_place(cause, other)
                or self._same_act(cause, other)
                or self._refused_alike(cause, other)
                or self._same_absence(cause, other)
                or self._same_hang(cause, other)
                or self._same_deafness(cause, other)
                or self._aftermath(cause, other)
            )
        ]
        return sorted(follow, key=self.rank)

    def in_order(self) -> list[str]:
        """The violated requirements, in the order in which they are to be looked into: causes first."""
        violated = sorted(self._tally.cases, key=self.rank)
        late = {each for each in violated if any(self._comes_after(cause, each) for cause in violated)}
        return sorted(violated, key=lambda each: each in late)

    def _comes_after(self, cause: str, other: str) -> bool:
        rests = other in self._rests.get(cause, ()) and cause not in self._rests.get(other, ())
        return rests or self._aftermath(cause, other)

    def covered(self, other: str, causes: Collection[str]) -> str | None:
        """The one of some causes from which most of ``other`` follows, if each of its violations follows from one.

        Only acts and places count here: several causes have many instances between them.
        """
        sightings = self._index.sightings(other)
        explained = {cause: self._follow(cause, other) for cause in causes if self.rank(cause) < self.rank(other)}
        if not sightings or set().union(*explained.values()) != sightings:
            return None
        return max(explained, key=lambda cause: len(explained[cause]))

    def along(self, cause: str, trace: Trace, violations: Violations) -> set[str]:
        """What the minimal trace of a cause violates because of it, as far as that trace says.

        What is often violated when it is judged is violated beside any cause: it must show in the same place, or after
        the same act.
        """
        seen = sightings_in(trace, violations)
        return {
            other
            for other in seen
            if other != cause
            and (not self._index.often(other) or any(tied(a, b) for a in seen.get(cause, ()) for b in seen[other]))
        }

    def behind(self, other: str, trace: Trace, violations: Violations, *, minimal: bool) -> set[str]:
        """What may be the cause of a violation by the trace that shows it best: what is violated there, too.

        In the same place, after the same act, or, if the trace is ``minimal``, for the same instance or workflow, save
        by what is violated for most of them anyway.
        """
        seen = sightings_in(trace, violations)
        shown = seen.pop(other, [])

        def ties(cause: str, one: Sighting, two: Sighting) -> bool:
            return tied(one, two) or (minimal and self._one_subject(cause, one, two))

        return {
            cause
            for cause, found in seen.items()
            if shown
            and self.rank(cause) < self.rank(other)
            and all(any(ties(cause, one, two) for one in found) for two in shown)
        }

    def simpler(self, other: str, instead: Set[str]) -> set[str]:
        """Of what parts of its minimal scenario show instead, what may be the cause of a violation: nothing rarer."""
        violated = self._tally.violated
        return {
            cause
            for cause in instead & self._tally.cases.keys()
            if self.rank(cause) < self.rank(other)
            and violated[cause] >= violated[other]
            and not self._index.often(cause)
        }

    def may_follow(self, cause: str, other: str) -> bool:
        """Whether a replay of the cause may show that the other follows from it."""
        traces = self._tally.violating_traces
        return traces.get(other, set()) <= traces.get(cause, set())

    def apart(self, traces: Collection[str], causes: Collection[str]) -> set[str]:
        """Those traces in which none of some causes is violated."""
        seen = set().union(*(self._tally.violating_traces.get(cause, set()) for cause in causes))
        return set(traces) - seen

    def _always_along(self, cause: str, other: str, together: Collection[str]) -> bool:
        """Violated in the same minimal trace, and in no trace in which the cause is not violated."""
        return other in together and self.may_follow(cause, other)

    def _same_place(self, cause: str, other: str) -> bool:
        """Violated in the same fields of the same workflows and instances, or in the same answers.

        A few for which the cause could not be judged (nobody read them any more) say nothing against it.
        """
        places, found = self._index.indexed(cause).places, self._index.indexed(other).places
        if at_one_place(places, found):
            return True
        judged = self._index.judged(cause)
        known = {place for place in found if place[0] in judged}
        return len(known) > _NEARLY_ALL * len(found) and at_one_place(places, known)

    def _same_act(self, cause: str, other: str) -> bool:
        """Violated only after requests after which the cause is violated, and where the cause is violated."""
        if self.rank(other) < self.rank(cause) or not self._after_acts(cause, other):
            return False
        return self._follow(cause, other) == self._index.sightings(other)

    def _same_absence(self, cause: str, other: str) -> bool:
        """Violated only since lists lack something, as is the cause: for how long, or beside what, does not matter."""
        return self.rank(cause) < self.rank(other) and self._index.indexed(cause).unlisted_alike(
            self._index.sightings(other)
        )

    def _refused_alike(self, cause: str, other: str) -> bool:
        """Violated only by answers that refuse, or do not, wrongly as those of the cause do.

        What many operations do is done in one place for all of them; else each may have a cause of its own.
        """
        found = {each.refusal for each in self._index.sightings(other)}
        if not found or "" in found:
            return False
        many = widespread(set[str]().union(*(self._index.indexed(each).refusals for each in self._tally.cases)))

        def way(refusal: str) -> str:
            alike = refusal.partition(": ")[2]
            return alike if alike in many else refusal

        return set(map(way, found)) <= set(map(way, self._index.indexed(cause).refusals))

    def _same_hang(self, cause: str, other: str) -> bool:
        """Violated only by instances that never end, as some of those of the cause, and as often, but for chance.

        Whichever stage was the last one, whether it failed, or whether the instance was cancelled does not matter then.
        """
        found = self._index.sightings(other)
        alike = bool(found) and all(each.hangs for each in found) and self._index.indexed(cause).hangs
        return alike and self._no_more_often(cause, other)

    def _no_more_often(self, cause: str, other: str) -> bool:
        """Whether one is violated for no greater share of what it is judged for than a cause, but for chance."""
        bad = len(self._tally.subjects.get((other, False), ()))
        return at_least(bad, len(self._index.judged(other)), self._index.share(cause)) >= _BY_CHANCE

    def _same_deafness(self, cause: str, other: str) -> bool:
        """Violated only by stages that accepted events do not end, as those of a cause that is judged for more.

        Nearly all of these violate the cause, or some, and of the others no more do.
        """
        found = self._index.sightings(other)
        alike = bool(found) and all(each.unheard for each in found) and self._index.indexed(cause).unheard
        wider = len(self._index.judged(cause)) > len(self._index.judged(other))
        if not alike or not wider:
            return False
        some = self._index.share(other) < 1 and self._no_more_often(cause, other)
        return some or self._index.share(cause) > _NEARLY_ALL

    def _aftermath(self, cause: str, other: str) -> bool:
        """Violated only for instances or workflows for which the cause was violated before, and not by chance."""
        sightings = self._index.sightings(other)
        begun = self._index.indexed(cause).begun
        late = bool(sightings) and all(
            each.subject and begun.get((each.trace, each.subject), each.since) < each.since for each in sightings
        )
        return late and self._index.share(cause) ** len({each.subject for each in sightings}) < _BY_CHANCE

    def _after_acts(self, cause: str, other: str) -> set[Sighting]:
        """The violations of ``other`` whose acts are among those after which the cause is violated."""
        shown = self._index.indexed(cause).acts
        return {
            each
            for each in self._index.sightings(other)
            if each.acts and all(any(shows_too(one, each.operation) for one in shown.get(act, ())) for act in each.acts)
        }

    def _follow(self, cause: str, other: str) -> set[Sighting]:
        """The violations of ``other`` that follow from a cause by their acts, or by their places."""
        found = self._after_acts(cause, other)
        index = self._index.indexed(cause)
        beside = {
            each
            for each in self._index.sightings(other) - found
            if any(one_place(place, each.place) for place in index.by_subject.get(each.place[0], ()))
        }
        # As in `at_one_place`: what is violated at few of the cause's places may have a cause of its own.
        shared = at_one_place(index.places, {each.place for each in beside})
        return found | beside if shared else found

    def _one_subject(self, cause: str, one: Sighting, other: Sighting) -> bool:
        """Violated for one instance or workflow, and the cause not for most that it is about, nor in most traces."""
        if not one.subject or one.subject != other.subject:
            return False
        # A workflow may be shown rightly by lists, and wrongly by each single read, of which every trace has one.
        return max(self._index.share(cause), self._index.share_of_traces(cause)) < _UNIVERSAL

    def _same_instances(self, cause: str, other: str) -> bool:
        """Violated only for instances for which the cause is violated, which are not nearly all of them.

        Where the cause fails for nearly every instance that it was judged for, it takes the rest of its family along.
        """
        subjects = self._tally.subjects
        first, second = self._rows[cause], self._rows[other]
        per_instance = self._catalogue.lifecycle(first) and self._catalogue.lifecycle(second)
        if not per_instance or self.rank(other) < self.rank(cause) or self._coincides(cause, other):
            return False
        bad = subjects.get((cause, False), set())
        if len(bad) >= _UNIVERSAL * max(1, self._tally.runs):
            return False
        well = subjects.get((cause, True), set()) - bad
        kin = self._catalogue.family(first) == self._catalogue.family(second) and self._of_one_kind(cause, other)
        if kin and len(well) <= _RARELY * len(bad):
            return True
        found = subjects.get((other, False), set())
        known = found & self._index.judged(cause)
        return bool(known) and known <= bad and (known == found or self._no_chance(cause, other, known))

    def _coincides(self, cause: str, other: str) -> bool:
        """Whether another operation shows ``other``, for few of those for which nearly all violate the cause."""
        views = {each.operation for each in self._index.sightings(cause)}
        if all(each.operation in views for each in self._index.sightings(other)):
            return False
        bad, found = (self._tally.subjects.get((each, False), set()) for each in (cause, other))
        both = self._index.judged(cause) & self._index.judged(other)
        share = len(bad & both) / max(1, len(both))
        return share >= _UNIVERSAL and len(found) < _MOST * len(bad & both) and share ** len(found) >= _BY_CHANCE

    def _no_chance(self, cause: str, other: str, known: Collection[str]) -> bool:
        """Whether most instances of ``other`` violate the cause, by no chance, and the rest was not judged for it.

        All must show in one way: what shows in another one may have a cause of its own.
        """
        found, share = self._tally.subjects[other, False], self._index.share(cause)
        one_way = len(self._tally.ways.get(other, ())) <= 1
        enough = len(known) > max(1, _MOST * len(found)) and share < _RARELY
        return one_way and enough and share ** len(known) < _BY_CHANCE

    def _of_one_kind(self, one: str, other: str) -> bool:
        """Whether two requirements are judged for the same subjects, mostly: an id that nobody has is no instance."""
        first, second = self._index.judged(one), self._index.judged(other)
        return len(first & second) >= _MOST * min(len(first), len(second))
