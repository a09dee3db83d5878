"""One cause, one finding: which violations follow from another one."""

from __future__ import annotations

from collections.abc import Collection

from conformance.contract.requirements import Catalogue
from conformance.judging.places import at_one_place
from conformance.judging.tally import Tally
from conformance.judging.without_history import HISTORY

# If histories show stages in place of others, that ranks before everything that is read of instances.
_BEFORE_INSTANCES = "workflows"
# A violation for nearly every instance coincides with every other violation, so it explains none of them.
_UNIVERSAL = 0.7
_RARELY = 0.2


class Causes:
    """Ranks requirements, causes first, and finds what a violation explains.

    ``on_history`` are the violated requirements that rest on histories with stages in others' places, if there are.
    """

    def __init__(self, catalogue: Catalogue, tally: Tally, on_history: Collection[str] = ()) -> None:
        self._catalogue = catalogue
        self._rows = {each.id: each for each in catalogue.requirements}
        self._order = {each.id: number for number, each in enumerate(catalogue.requirements)}
        self._tally = tally
        self._on_history = on_history

    def rank(self, requirement: str) -> tuple[bool, int, int]:
        """MUST before SHOULD, causes before what follows from them."""
        row = self._rows[requirement]
        place = self._catalogue.precedence(row)
        if requirement == HISTORY and self._on_history:
            place = self._catalogue.groups[_BEFORE_INSTANCES].precedence
        return (row.level != "MUST", place, self._order[requirement])

    def explained_by(self, cause: str, together: Collection[str]) -> list[str]:
        """The violated requirements that follow from ``cause``; ``together`` are violated in its minimal trace, too."""
        follow = [
            other
            for other in self._tally.cases
            if other != cause
            and (
                self._rests_on_history(cause, other)
                or self._always_along(cause, other, together)
                or self._same_instances(cause, other)
                or self._same_place(cause, other)
                or self._same_act(cause, other)
            )
        ]
        return sorted(follow, key=self.rank)

    def _rests_on_history(self, cause: str, other: str) -> bool:
        """Seen only in histories, which show stages in others' places."""
        return cause == HISTORY and other in self._on_history

    def _always_along(self, cause: str, other: str, together: Collection[str]) -> bool:
        """Violated in the same minimal trace, and in no trace in which the cause is not violated."""
        traces = self._tally.violating_traces
        return other in together and traces.get(other, set()) <= traces.get(cause, set())

    def _same_place(self, cause: str, other: str) -> bool:
        """Violated in the same fields of the same workflows and instances, or in the same answers."""
        places = self._tally.places
        return at_one_place(places.get(cause, ()), places.get(other, ()))

    def _same_act(self, cause: str, other: str) -> bool:
        """Violated only after requests after which the cause is violated."""
        acts = self._tally.acts
        after = acts.get(other, set())
        return bool(after) and self.rank(cause) < self.rank(other) and after <= acts.get(cause, set())

    def may_follow(self, cause: str, other: str) -> bool:
        """Whether a replay of the cause may show that the other follows from it."""
        traces = self._tally.violating_traces
        return traces.get(other, set()) <= traces.get(cause, set())

    def _same_instances(self, cause: str, other: str) -> bool:
        """Violated only for instances for which the cause is violated, which are not nearly all of them.

        Where the cause fails for nearly every instance that it was judged for, it takes the rest of its family along.
        """
        subjects = self._tally.subjects
        first, second = self._rows[cause], self._rows[other]
        per_instance = self._catalogue.lifecycle(first) and self._catalogue.lifecycle(second)
        if not per_instance or self.rank(other) < self.rank(cause):
            return False
        bad = subjects.get((cause, False), set())
        if len(bad) >= _UNIVERSAL * max(1, self._tally.runs):
            return False
        well = subjects.get((cause, True), set()) - bad
        if self._catalogue.family(first) == self._catalogue.family(second) and len(well) <= _RARELY * len(bad):
            return True
        found = subjects.get((other, False), set())
        return bool(found) and found <= bad
