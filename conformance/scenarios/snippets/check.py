"""What a script says at its end: the answer by which a violation shows, and what stood there when it was seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Step


@dataclass(frozen=True, slots=True)
class Check:
    """The violation shows again if the answer to a step has this status and, at ``pointer``, this value.

    ``number`` is the step's number in the scenario; None is for ``look``, a read once all is due. ``value`` is what
    `answers.shown` gives, None where the status alone decides. ``observed`` is what is said then.
    """

    number: int | None
    look: Step | None
    status: int
    pointer: str
    value: str | None
    observed: str


Decided = tuple[tuple[Step, ...], Step | None]
"""Steps, and the one of them (the very object) whose answer decides; None where none does."""


def decisive(steps: tuple[Step, ...], reads: tuple[Step, ...], check: Check | None) -> Decided:
    """All steps of a script: those of the scenario, the reads once all is due, and the one that decides."""
    if check is None:
        return (*steps, *reads), None
    if check.number is not None:
        changed, found = _own(steps, check.number, 0)
        return (*changed, *reads), found
    if check.look not in reads:
        return (*steps, *reads), None
    place = max(number for number, read in enumerate(reads) if read == check.look)
    own = replace(reads[place])
    return (*steps, *reads[:place], own, *reads[place + 1 :]), own


def _own(steps: tuple[Step, ...], wanted: int, first: int) -> Decided:
    """The steps with a copy in the place of one, since a scenario may hold one object twice."""
    changed: list[Step] = []
    found: Step | None = None
    number = first
    for step in steps:
        own = step
        if number == wanted:
            own = found = replace(step)
        elif isinstance(step, model.Together | model.Chain):
            inner, inside = _own(step.steps, wanted, number + 1)
            own, found = replace(step, steps=inner), found or inside
        changed.append(own)
        number += model.size(step)
    return tuple(changed), found
