"""The check at the end of a script: the answers that show a violation, and the values they had when it was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Step


@dataclass(frozen=True, slots=True)
class Part:
    """A part of one answer: its status, and the value at a pointer.

    ``number`` is the number in the scenario of the step that is answered; None is for ``look``, a read once all is due.
    ``value`` is what `answers.shown` gives, None where the status alone counts. ``steady``: the violation does not show
    if it is another one; else that may be by chance, or for want of speed.
    """

    number: int | None
    look: Step | None
    status: int
    pointer: str = ""
    value: str | None = None
    steady: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """The violation shows again if all these parts are what they were; ``observed`` is what is said then."""

    parts: tuple[Part, ...]
    observed: str


Kept = Mapping[int, str]
"""By the ``id`` of a step, which is in the script only once, the name under which its answer is kept."""


@dataclass(frozen=True)
class Checked:
    """The steps of a script, the names of the answers that are kept, and by part the name of its answer.

    ``names`` is empty where an answer that counts is none of a step's.
    """

    steps: tuple[Step, ...]
    kept: Kept
    names: tuple[str, ...]


def checked(steps: tuple[Step, ...], reads: tuple[Step, ...], check: Check | None) -> Checked:
    """All steps of a script, those of the scenario and the reads once all is due, each an object of its own."""
    own, looks = tuple(_copies(steps)), tuple(replace(read) for read in reads)
    everything = (*own, *looks)
    if check is None:
        return Checked(everything, {}, ())
    by_number, kept = dict(model.numbered(own)), dict[int, str]()
    names = []
    for part in check.parts:
        step = by_number.get(part.number) if part.number is not None else _last(looks, part.look)
        if step is None:
            return Checked(everything, {}, ())
        names.append(kept.setdefault(id(step), f"answer{len(kept)}"))
    return Checked(everything, kept, tuple(names))


def _copies(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, model.Together | model.Chain):
            yield replace(step, steps=tuple(_copies(step.steps)))
        else:
            yield replace(step)


def _last(looks: tuple[Step, ...], wanted: Step | None) -> Step | None:
    return next((look for look in reversed(looks) if look == wanted), None)
