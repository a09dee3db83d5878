"""A scenario as a short script that a person reads: one line a step, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, Step
from conformance.wire import exact_json

_CUT = 160


def script(scenario: Scenario) -> list[str]:
    """One line a step; what is inside a Together or a Chain follows it, indented."""
    return _lines(scenario.steps, 0)


def _lines(steps: tuple[Step, ...], depth: int) -> list[str]:
    found: list[str] = []
    for step in steps:
        found.append("  " * depth + _WORDS[type(step)](step))
        if isinstance(step, model.Together | model.Chain):
            found += _lines(step.steps, depth + 1)
    return found


def _shown(value: Any) -> str:
    text = exact_json.dumps(value)
    return text if len(text) <= _CUT else f"{text[:_CUT]}… ({len(text)} characters)"


def _create(step: model.Create) -> str:
    named = "" if step.name is None else f", name {_shown(step.name)}"
    return f"{step.ref} = create {_shown(list(step.stages))}{named}"


def _run(step: model.Run) -> str:
    variables = "" if step.variables is None else f" with {_shown(step.variables)}"
    waiting = {None: "", False: ", wait=false", True: ", waiting for its end"}[step.wait]
    return f"{step.ref} = run {step.workflow}{variables}{waiting}"


def _instances(step: model.ListInstances) -> str:
    of = f" of {step.workflow}" if step.workflow else ""
    return f"list {'' if step.running is None else f'running={str(step.running).lower()} '}instances{of}"


def _until(step: model.Until) -> str:
    stage = "" if step.stage is None else f" (stage {step.stage})"
    return f"poll {step.instance} until {step.state}{stage}"


_WORDS: Mapping[type[Any], Callable[[Any], str]] = {
    model.Create: _create,
    model.CreateRaw: lambda step: f"create from the raw body {_shown(step.body)}",
    model.Run: _run,
    model.RunRaw: lambda step: f"run {step.workflow} with the raw body {_shown(step.body)}",
    model.Discover: lambda step: f"{step.ref} = the instance of {step.workflow} that is being run",
    model.Send: lambda step: f"send {_shown(step.event)} to {step.instance}",
    model.SendRaw: lambda step: f"send the raw body {_shown(step.body)} to {step.instance}",
    model.Cancel: lambda step: f"cancel {step.instance}",
    model.Read: lambda step: f"read {step.instance}",
    model.History: lambda step: f"read the history of {step.instance}",
    model.StageHistory: lambda step: f"read the history of stage {step.number} of {step.instance}",
    model.GetWorkflow: lambda step: f"read {step.workflow}",
    model.ListWorkflows: lambda _: "list workflows",
    model.ListInstances: _instances,
    model.Delete: lambda step: f"delete {step.workflow}",
    model.Info: lambda _: "read the server's version",
    model.Until: _until,
    model.Settle: lambda _: "wait until everything so far is due",
    model.Pause: lambda step: f"pause {step.ms} ms",
    model.Chain: lambda _: "one after another:",
    model.Together: lambda _: "at the same time:",
}
