"""The violations of one requirement, by what they are looked up by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from conformance.judging.places import Act, Place, Sighting

_MANY_OPERATIONS = 3


@dataclass(frozen=True, slots=True)
class SightingsIndex:
    """The violations of one requirement, by what they are looked up by.

    ``acts``: the operations that show the effect of an act; ``begun``: by trace and subject the first position;
    ``hangs``: some show an instance that never ends; ``unheard``: some show a stage that accepted events do not end;
    ``unlisted``: the operation whose lists lack something in all of them, "" where one shows something else.
    """

    count: int
    places: frozenset[Place]
    by_subject: Mapping[str, set[Place]]
    acts: Mapping[Act, set[str]]
    begun: Mapping[tuple[str, str], int]
    refusals: frozenset[str]
    hangs: bool
    unheard: bool
    unlisted: str

    @classmethod
    def of(cls, sightings: Collection[Sighting]) -> SightingsIndex:
        by_subject: dict[str, set[Place]] = {}
        acts: dict[Act, set[str]] = {}
        begun: dict[tuple[str, str], int] = {}
        for each in sightings:
            by_subject.setdefault(each.place[0], set()).add(each.place)
            for act in each.acts:
                acts.setdefault(act, set()).add(each.operation)
            key = (each.trace, each.subject)
            begun[key] = min(each.since, begun.get(key, each.since))
        places = frozenset(each.place for each in sightings)
        refusals = frozenset(each.refusal for each in sightings if each.refusal)
        hangs = any(each.hangs for each in sightings)
        unheard = any(each.unheard for each in sightings)
        lists = _lacking(sightings)
        unlisted = lists.pop() if len(lists) == 1 else ""
        return cls(len(sightings), places, by_subject, acts, begun, refusals, hangs, unheard, unlisted)

    def unlisted_alike(self, others: Collection[Sighting]) -> bool:
        """Whether all of these, and of another requirement's, show that the same lists lack something."""
        return bool(self.unlisted) and _lacking(others) == {self.unlisted}


def widespread(refusals: Collection[str]) -> set[str]:
    """Of some refusals the ways, without the operation, in which many operations refuse."""
    operations: dict[str, set[str]] = {}
    for operation, _, way in (each.partition(": ") for each in refusals):
        operations.setdefault(way, set()).add(operation)
    return {way for way, found in operations.items() if len(found) >= _MANY_OPERATIONS}


def _lacking(sightings: Collection[Sighting]) -> set[str]:
    """The operations whose lists lack something, and "" where a violation shows something else."""
    return {each.operation if each.unlisted else "" for each in sightings}
