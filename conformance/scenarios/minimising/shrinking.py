"""Simpler scenarios than a given one, as pure functions: steps, stages or values less, and always self-consistent."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from conformance.scenarios.minimising.values import simpler_text, simpler_value
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.codec import to_json
from conformance.scenarios.scenario.editing import consistent, edited, mapped, uses, without
from conformance.scenarios.scenario.model import Scenario, StageConfig, Step, numbered, size
from conformance.scenarios.steps.registry import acts, kind_of
from conformance.wire import exact_json

_PLAIN = "go"
_MANY = 8
# Nothing in these is worth a replay of its own: events are renamed, and how long a delay lasts is what it is about.
_PLAIN_KINDS = frozenset({"noop", "wait_event", "delay"})


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
        _quarters,
        _slices,
        _single_stages,
        _chunks,
        _flattened,
        _with_fewer_stages,
        _with_plainer_values,
        _with_smaller_bodies,
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


# -- fewer steps ------------------------------------------------------------------------------------


def _quarters(scenario: Scenario) -> Iterator[Scenario]:
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
    total = sum(map(size, scenario.steps))
    length = max(1, total // 2)
    while True:
        for start in range(0, total, length):
            yield without(scenario, range(start, start + length))
        if length == 1:
            return
        length = max(1, length // 2)


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
    event = _event(create.stages[kept])
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

    others = {_event(stage) for stage in create.stages} - {event}
    needed = without(scenario, {number for number, step in numbered(scenario.steps) if is_idle(step)})
    return _without_stages(needed, create.ref, set(range(len(create.stages))) - {kept})


def _runs_of(scenario: Scenario, workflow: str) -> set[str]:
    return {step.ref for step in scenario.leaves() if isinstance(step, model.Run) and step.workflow == workflow}


def _event(stage: StageConfig) -> str | None:
    """The event that a stage waits for, None where it is of another kind."""
    wait = stage.get("wait_event")
    return str(wait.get("event")) if isinstance(wait, dict) else None


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


# -- plainer values ---------------------------------------------------------------------------------


def _with_plainer_values(scenario: Scenario) -> Iterator[Scenario]:
    plainer = [mapped(scenario, edit) for edit in (_plain_run, _nameless, _unnumbered, _impatient, _tokenless, _quick)]
    yield from (
        replace(scenario, forms=tuple(each for each in scenario.forms if each != form)) for form in scenario.forms
    )
    yield from plainer
    for name in dict.fromkeys(name for step in scenario.leaves() for name in _event_names(step)):
        yield mapped(scenario, _renaming(name))


def _with_smaller_bodies(scenario: Scenario) -> Iterator[Scenario]:
    """One step's body in parts: what it says as JSON, or its text."""
    for number, step in numbered(scenario.steps):
        yield from (_with_step(scenario, number, simple) for simple in _smaller_body(step))


def _with_step(scenario: Scenario, number: int, step: Step) -> Scenario:
    return edited(scenario, number, lambda _: (step,))


def _smaller_body(step: Step) -> Iterator[Step]:
    if isinstance(step, model.CreateRaw | model.RunRaw | model.SendRaw):
        yield from (replace(step, body=body) for body in simpler_text(step.body))
    elif isinstance(step, model.Ask):
        yield from (replace(step, query=query) for query in simpler_value(step.query))
        yield from (replace(step, body=body) for body in ((None, *simpler_text(step.body)) if step.body else ()))
    elif isinstance(step, model.Create):
        yield from (replace(step, name=name) for name in simpler_value(step.name))
        for number, stage in enumerate(step.stages):
            if not stage.keys() & _PLAIN_KINDS:
                for simple in simpler_value(stage):
                    yield replace(step, stages=(*step.stages[:number], simple, *step.stages[number + 1 :]))
    elif isinstance(step, model.Run):
        yield from (replace(step, variables=variables) for variables in simpler_value(step.variables))


def _event_names(step: Step) -> list[str]:
    if isinstance(step, model.Send):
        return [step.event]
    waits = [stage.get("wait_event") for stage in step.stages] if isinstance(step, model.Create) else []
    return [str(wait["event"]) for wait in waits if wait]


def _plain_run(step: Step) -> Step:
    return replace(step, variables=None) if isinstance(step, model.Run) else step


def _nameless(step: Step) -> Step:
    return replace(step, name=None) if isinstance(step, model.Create) else step


def _unnumbered(step: Step) -> Step:
    return replace(step, stage=None) if isinstance(step, model.Until) else step


def _impatient(step: Step) -> Step:
    return replace(step, wait=None, leaves=False) if isinstance(step, model.Run) else step


def _tokenless(step: Step) -> Step:
    return replace(step, token="absent") if isinstance(step, model.Intrude) else step


def _quick(step: Step) -> Step:
    """Every stage but those that wait or last for long becomes a noop."""
    if not isinstance(step, model.Create):
        return step
    return replace(step, stages=tuple(stage if _lasting(stage) else {"noop": {}} for stage in step.stages))


def _lasting(stage: StageConfig) -> bool:
    delay = stage.get("delay")
    return "wait_event" in stage or (isinstance(delay, dict) and delay.get("duration") == "1h")


def _renaming(name: str) -> Callable[[Step], Step]:
    """One event's name, in the stages that wait for it and in the events sent."""

    def edit(step: Step) -> Step:
        if isinstance(step, model.Send) and step.event == name:
            return replace(step, event=_PLAIN)
        if isinstance(step, model.Create):
            waiting = {"wait_event": {"event": name}}
            stages = ({"wait_event": {"event": _PLAIN}} if stage == waiting else stage for stage in step.stages)
            return replace(step, stages=tuple(stages))
        return step

    return edit
