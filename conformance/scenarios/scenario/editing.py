"""Edits of a scenario that keep it self-consistent: every reference used is one that some step binds."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, StageConfig, Step, numbered, size


def without(scenario: Scenario, numbers: Collection[int]) -> Scenario:
    """The scenario without the steps of these numbers, and without what depended on them."""
    return consistent(replace(scenario, steps=_kept(scenario.steps, numbers, 0)))


def edited(scenario: Scenario, number: int, edit: Callable[[Any], tuple[Step, ...]]) -> Scenario:
    """The scenario with the step of a number replaced by others."""
    return consistent(replace(scenario, steps=_replaced(scenario.steps, number, edit, 0)))


def _replaced(
    steps: tuple[Step, ...], target: int, edit: Callable[[Any], tuple[Step, ...]], first: int
) -> tuple[Step, ...]:
    found: list[Step] = []
    number = first
    for step in steps:
        if number == target:
            found += edit(step)
        elif isinstance(step, model.Together | model.Chain):
            found.append(replace(step, steps=_replaced(step.steps, target, edit, number + 1)))
        else:
            found.append(step)
        number += size(step)
    return tuple(found)


def mapped(scenario: Scenario, edit: Callable[[Step], Step]) -> Scenario:
    """The scenario with every step that is no group edited."""

    def walk(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(
            replace(step, steps=walk(step.steps)) if isinstance(step, model.Together | model.Chain) else edit(step)
            for step in steps
        )

    return replace(scenario, steps=walk(scenario.steps))


def consistent(scenario: Scenario) -> Scenario:
    """Without steps whose references nothing binds any more, and without empty or single-lane groups."""
    while True:
        bound = {model.binds(step) for _, step in numbered(scenario.steps)}
        lost = {number for number, step in numbered(scenario.steps) if not _made(step) <= bound}
        steps = _tidied(_kept(scenario.steps, lost, 0))
        if steps == scenario.steps:
            return scenario
        scenario = replace(scenario, steps=steps)


def _tidied(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    found: list[Step] = []
    for step in steps:
        if isinstance(step, model.Together | model.Chain):
            inner = _tidied(step.steps)
            found += inner if len(inner) <= 1 else (replace(step, steps=inner),)
        else:
            found.append(step)
    return tuple(found)


def _made(step: Step) -> set[str]:
    """The references that a step uses to what other steps make."""
    return {ref for ref in uses(step) if not model.is_nobodys(ref)}


def uses(step: Step) -> set[str]:
    """The references that a step uses."""
    return {ref for ref in (model.instance_of(step), model.workflow_of(step)) if ref is not None}


def _kept(steps: tuple[Step, ...], dropped: Collection[int], first: int) -> tuple[Step, ...]:
    kept: list[Step] = []
    number = first
    for step in steps:
        if number not in dropped:
            kept.append(_with_inner(step, dropped, number))
        number += size(step)
    return tuple(kept)


def _with_inner(step: Step, dropped: Collection[int], number: int) -> Step:
    if not isinstance(step, model.Together | model.Chain):
        return step
    return replace(step, steps=_kept(step.steps, dropped, number + 1))


def awaited(stage: StageConfig) -> str | None:
    """The event that a stage waits for, None where it is of another kind."""
    wait = stage.get("wait_event")
    return str(wait.get("event")) if isinstance(wait, dict) else None
