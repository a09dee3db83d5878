"""Plainer values in the steps of a scenario: names, variables, bodies, events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.scenarios.minimising.values import simpler_text, simpler_value
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.editing import awaited, edited, mapped
from conformance.scenarios.scenario.model import Scenario, StageConfig, Step, numbered

_PLAIN = "go"
# Nothing in these is worth a replay of its own: events are renamed, and how long a delay lasts is what it is about.
_PLAIN_KINDS = frozenset({"noop", "wait_event", "delay"})


def with_plainer_values(scenario: Scenario) -> Iterator[Scenario]:
    """The scenario with each kind of value plain: no variables, no names, no forms, every event named alike."""
    plainer = [mapped(scenario, edit) for edit in (_plain_run, _nameless, _unnumbered, _impatient, _tokenless, _quick)]
    yield from (
        replace(scenario, forms=tuple(each for each in scenario.forms if each != form)) for form in scenario.forms
    )
    yield from plainer
    for name in dict.fromkeys(name for step in scenario.leaves() for name in _event_names(step)):
        yield mapped(scenario, _renaming(name))


def with_smaller_bodies(scenario: Scenario) -> Iterator[Scenario]:
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
    stages = step.stages if isinstance(step, model.Create) else ()
    return [name for name in map(awaited, stages) if name is not None]


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
