"""The script of a scenario with one line for many creations that matter by their number alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.editing import uses
from conformance.scenarios.scenario.model import Create, Scenario, Step
from conformance.scenarios.scenario.script import script
from conformance.scenarios.steps.wording import shown

# So few are as soon read as counted.
_FEW = 3


def counted_script(scenario: Scenario) -> list[str]:
    """The lines of the script; many creations of one configuration in a row, that no step uses, are one line."""
    lines: list[str] = []
    for steps in _in_rows(scenario):
        creations = _creations(steps)
        if _is_many(creations):
            together = ", several at the same time" if len(steps) < len(creations) else ""
            lines.append(f"{len(creations)} times: create {shown(list(creations[0].stages))}{together}")
        else:
            lines += script(replace(scenario, steps=steps))
    return lines


def repeated(scenario: Scenario) -> frozenset[int]:
    """The numbers of the steps that such a line stands for, but for the first creation."""
    rows = [_creations(steps) for steps in _in_rows(scenario)]
    again = {id(step) for creations in rows if _is_many(creations) for step in creations[1:]}
    return frozenset(number for number, step in model.numbered(scenario.steps) if id(step) in again)


def _in_rows(scenario: Scenario) -> Iterator[tuple[Step, ...]]:
    """The steps of a scenario in order, those together that are nothing but creations of one configuration."""
    used = {ref for step in scenario.leaves() for ref in uses(step)}

    def stages(step: Step) -> object:
        leaves = _leaves(step)
        spare = [leaf for leaf in leaves if isinstance(leaf, Create) and leaf.ref not in used]
        alike = len(spare) == len(leaves) > 0 and all(leaf.stages == spare[0].stages for leaf in spare)
        # What is no such creation stands alone.
        return spare[0].stages if alike else id(step)

    for _, row in groupby(scenario.steps, key=stages):
        yield tuple(row)


def _leaves(step: Step) -> list[Step]:
    return list(Scenario((step,), "").leaves())


def _creations(steps: tuple[Step, ...]) -> list[Create]:
    return [leaf for step in steps for leaf in _leaves(step) if isinstance(leaf, Create)]


def _is_many(creations: list[Create]) -> bool:
    return len(creations) > _FEW
