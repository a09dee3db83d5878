"""Simpler scenarios than a given one, as pure functions: steps, stages or values less, and always self-consistent."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from conformance.scenarios.minimising.plainer import with_plainer_values, with_smaller_bodies
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.codec import to_json
from conformance.scenarios.scenario.editing import awaited, consistent, edited, mapped, uses, without
from conformance.scenarios.scenario.model import Scenario, Step, numbered, size
from conformance.scenarios.steps.registry import acts, kind_of
from conformance.wire import exact_json

_MANY = 8


def cost(scenario: Scenario) -> tuple[int, int, int]:
    """What makes a scenario simple: few steps (concurrent ones count more), few stages, little text."""
    return _cost(scenario, exact_json.dumps(to_json(scenario)))


def _cost(scenario: Scenario, text: str) -> tuple[int, int, int]:
    steps = sum(1 + isinstance(step, model.Together | model.Chain) for _, step in numbered(scenario.steps))
    stages = sum(len(step.stages) for step in scenario.leaves() if isinstance(step, model.Create))
    return steps, stages, len(text)


def simpler(scenario: Scenario) -> Iterator[Scenario]:
    """Simpler scenarios, the boldest first; each one leaves out something and all that depends on it."""
    before = cost(scenario)
    seen: set[str] = set()
    for make in (
        quarters,
        _slices,
        _single_stages,
        _chunks,
        _flattened,
        _with_fewer_stages,
        with_plainer_values,
        with_smaller_bodies,
    ):
        for candidate in make(scenario):
            text = exact_json.dumps(to_json(candidate))
            if candidate.steps and text not in seen and _cost(candidate, text) < before:
                seen.add(text)
                yield candidate


def with_a_read(scenario: Scenario) -> Scenario:
    """The scenario, ending with a read of what it acted on last, so that a reader sees where to look."""
    last = next(reversed(list(scenario.leaves())), None)
    waiting = (model.Settle, model.Until, model.Pause)
    if last is None or not (kind_of(last).mutates or isinstance(last, waiting)):
        return scenario
    instances = [model.instance_of(s) or model.binds(s) for s in scenario.leaves() if _is_about_instance(s)]
    workflows = [step.ref for step in scenario.leaves() if isinstance(step, model.Create)]
    read: Step = model.ListWorkflows()
    if instances and instances[-1] and not isinstance(last, model.Delete | model.CreateRaw):
        read = model.Read(instances[-1])
    elif workflows and isinstance(last, model.Create | model.Delete):
        read = model.GetWorkflow(last.ref if isinstance(last, model.Create) else last.workflow)
    return replace(scenario, steps=(*scenario.steps, read))


def _is_about_instance(step: Step) -> bool:
    return model.instance_of(step) is not None or isinstance(step, model.Run)


def eighths(scenario: Scenario) -> Iterator[Scenario]:
    """The scenario without each eighth of its steps: `in_common` makes one of those that still show what is wrong."""
    before = cost(scenario)
    for part in _without_each(scenario, math.ceil(sum(map(size, scenario.steps)) / 8)):
        if part.steps and cost(part) < before:
            yield part


def quarters(scenario: Scenario) -> Iterator[Scenario]:
    """Of many acts of one kind each quarter, with all else: mostly one of them shows what is wrong."""
    kinds: dict[type[Step], list[int]] = {}
    for number, step in numbered(scenario.steps):
        if acts(step):
            kinds.setdefault(type(step), []).append(number)
    for numbers in (each for each in kinds.values() if len(each) >= _MANY):
        length = math.ceil(len(numbers) / 4)
        for start in range(0, len(numbers), length):
            kept = set(numbers[start : start + length])
            yield without(scenario, set(numbers) - kept)


def in_common(scenario: Scenario, candidates: Sequence[Scenario]) -> Scenario | None:
    """What is left of a scenario without all that some candidates left out; None where no two only left out steps."""
    dropped = [found for each in candidates if (found := _left_out(scenario, each))]
    return without(scenario, set[int]().union(*dropped)) if len(dropped) > 1 else None


def _left_out(scenario: Scenario, candidate: Scenario) -> set[int] | None:
    """The numbers of the steps that a candidate has no more; None where it has others, or in another order."""
    kept = list(candidate.leaves())
    dropped = set[int]()
    for number, step in numbered(scenario.steps):
        if not isinstance(step, model.Together | model.Chain):
            if kept and step == kept[0]:
                kept.pop(0)
            else:
                dropped.add(number)
    return None if kept else dropped


# -- fewer steps ------------------------------------------------------------------------------------


def _slices(scenario: Scenario) -> Iterator[Scenario]:
    """What it takes to reach one acting step, and nothing else; with and without waiting for a state before it."""
    leaves = list(numbered(scenario.steps))
    for number, step in leaves:
        if acts(step) or (isinstance(step, model.Run) and step.wait is not None):
            needed = _needed(scenario, step)
            polls = {n for n, s in leaves if n < number and isinstance(s, model.Until) and _shares(s, step)}
            for chosen in (needed, needed | polls):
                yield _only(scenario, {*chosen, number})


def _shares(one: Step, other: Step) -> bool:
    return model.instance_of(one) is not None and model.instance_of(one) == model.instance_of(other)


def _needed(scenario: Scenario, step: Step) -> set[int]:
    """The numbers of the steps that bind what a step uses, directly or not."""
    found: set[int] = set()
    wanted = uses(step)
    for number, other in reversed(list(numbered(scenario.steps))):
        if model.binds(other) in wanted:
            found.add(number)
            wanted |= uses(other)
    return found


def _only(scenario: Scenario, numbers: set[int]) -> Scenario:
    """The chosen steps one after another, out of any Together."""
    chosen = tuple(step for number, step in numbered(scenario.steps) if number in numbers)
    return consistent(replace(scenario, steps=chosen))


def _chunks(scenario: Scenario) -> Iterator[Scenario]:
    """Without each half, quarter, …, and at last without each single step."""
    length = max(1, sum(map(size, scenario.steps)) // 2)
    while True:
        yield from _without_each(scenario, length)
        if length == 1:
            return
        length = max(1, length // 2)


def _without_each(scenario: Scenario, length: int) -> Iterator[Scenario]:
    """Without each part of so many steps, one after another."""
    for start in range(0, sum(map(size, scenario.steps)), length):
        yield without(scenario, range(start, start + length))


def _flattened(scenario: Scenario) -> Iterator[Scenario]:
    """Each group of concurrent steps as a sequence."""
    for number, step in numbered(scenario.steps):
        if isinstance(step, model.Together | model.Chain):
            yield edited(scenario, number, lambda group: group.steps)


# -- fewer stages -----------------------------------------------------------------------------------


def _with_fewer_stages(scenario: Scenario) -> Iterator[Scenario]:
    for _, step in numbered(scenario.steps):
        if isinstance(step, model.Create):
            for dropped in _stage_chunks(len(step.stages)):
                yield _without_stages(scenario, step.ref, dropped)


def _single_stages(scenario: Scenario) -> Iterator[Scenario]:
    """Each stage of a workflow alone, the last first, with what was done for its sake only."""
    for _, step in numbered(scenario.steps):
        if isinstance(step, model.Create) and len(step.stages) > 1:
            for kept in reversed(range(len(step.stages))):
                yield _single_stage(scenario, step, kept)


def _single_stage(scenario: Scenario, create: model.Create, kept: int) -> Scenario:
    event = awaited(create.stages[kept])
    of = _runs_of(scenario, create.ref)

    def is_idle(step: Step) -> bool:
        if isinstance(step, model.Settle | model.Pause):
            return True
        if model.instance_of(step) not in of:
            return False
        if isinstance(step, model.StageHistory):
            return step.number != str(kept)
        if isinstance(step, model.Until):
            return step.state != "ended" and (event is None or step.stage not in (None, kept))
        return isinstance(step, model.Send) and (event is None or step.event in others)

    others = {awaited(stage) for stage in create.stages} - {event}
    needed = without(scenario, {number for number, step in numbered(scenario.steps) if is_idle(step)})
    return _without_stages(needed, create.ref, set(range(len(create.stages))) - {kept})


def _runs_of(scenario: Scenario, workflow: str) -> set[str]:
    return {step.ref for step in scenario.leaves() if isinstance(step, model.Run) and step.workflow == workflow}


def _stage_chunks(count: int) -> Iterator[range]:
    length = count
    while length:
        yield from (range(start, min(start + length, count)) for start in range(0, count, length))
        length //= 2


def _without_stages(scenario: Scenario, workflow: str, dropped: Collection[int]) -> Scenario:
    of = _runs_of(scenario, workflow)

    def edit(step: Step) -> Step:
        if isinstance(step, model.Create) and step.ref == workflow:
            return replace(step, stages=tuple(s for n, s in enumerate(step.stages) if n not in dropped))
        if isinstance(step, model.Until) and step.instance in of and step.stage is not None:
            return replace(step, stage=_moved(step.stage, dropped))
        if isinstance(step, model.StageHistory) and step.instance in of and step.number.isdecimal():
            return replace(step, number=str(_moved(int(step.number), dropped) or 0))
        return step

    return mapped(scenario, edit)


def _moved(number: int, dropped: Collection[int]) -> int | None:
    return None if number in dropped else number - sum(other < number for other in dropped)
