"""Steps that run workflows, and the one that looks for an instance whose run is not answered yet."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.scenario.model import Discover, Run, RunRaw
from conformance.scenarios.steps.kind import Place, StepKind, flag
from conformance.scenarios.steps.wording import shown
from conformance.target.ids import answered_id
from conformance.trace import Exchange
from conformance.wire import exact_json

_WAITING = {None: "", False: ", wait=false", True: ", waiting for its end"}


def _line(step: Run) -> str:
    variables = "" if step.variables is None else f" with {shown(step.variables)}"
    leaving = ", and going away before that" if step.leaves else ""
    return f"{step.ref} = run {step.workflow}{variables}{_WAITING[step.wait]}{leaving}"


def _params(step: Run | RunRaw, place: Place) -> Mapping[str, str]:
    return {"workflowID": place(step.workflow)}


def _learn(step: Run, exchange: Exchange, bindings: Bindings) -> None:
    found = answered_id(exchange)
    if found:
        bindings.bind_instance(step.ref, found, step.workflow, step.variables or {}, exchange)
        bindings.instances[step.ref].run = None if step.wait else exchange


KINDS = (
    StepKind(
        "run",
        Run,
        _line,
        "runWorkflow",
        _params,
        query=lambda step, _: flag("wait", step.wait),
        body=lambda step: None if step.variables is None else exact_json.dumps(dict(step.variables), escaped=False),
        learn=_learn,
    ),
    StepKind(
        "run_raw",
        RunRaw,
        lambda step: f"run {step.workflow} with the raw body {shown(step.body)}{_WAITING[step.wait]}",
        "runWorkflow",
        _params,
        query=lambda step, _: flag("wait", step.wait),
        body=lambda step: step.body,
    ),
    StepKind(
        "discover",
        Discover,
        lambda step: f"{step.ref} = the instance of {step.workflow} that is being run",
        play=lambda step, playing, client, number: playing.discover(step, client, number),
        shell=lambda step: f"discover {step.ref} {step.workflow}",
        python=lambda step: f"discover({step.ref!r}, {step.workflow!r})",
    ),
)
