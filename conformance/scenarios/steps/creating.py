"""Steps that create workflows, and such as should be refused."""

from __future__ import annotations

from typing import Any

from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.scenario.model import Create, CreateRaw
from conformance.scenarios.steps.kind import StepKind
from conformance.scenarios.steps.wording import shown
from conformance.target.ids import answered_id
from conformance.trace import Exchange
from conformance.wire import exact_json


def config(step: Create) -> dict[str, Any]:
    """The WorkflowConfig that a step sends, its ``until`` texts not yet made concrete."""
    named = {} if step.name is None else {"name": step.name}
    return {"stages": [dict(stage) for stage in step.stages], **named}


def _line(step: Create) -> str:
    named = "" if step.name is None else f", name {shown(step.name)}"
    return f"{step.ref} = create {shown(list(step.stages))}{named}"


def _learn(step: Create, exchange: Exchange, bindings: Bindings) -> None:
    found = answered_id(exchange)
    if found:
        bindings.bind_workflow(step.ref, found, step.stages)


KINDS = (
    StepKind(
        "create",
        Create,
        _line,
        "createWorkflow",
        # JSON as most clients write it, with letters as they are; those of the operations' cases are escaped.
        body=lambda step: exact_json.dumps(config(step), escaped=False),
        learn=_learn,
    ),
    StepKind(
        "create_raw",
        CreateRaw,
        lambda step: f"create from the raw body {shown(step.body)}",
        "createWorkflow",
        body=lambda step: step.body,
    ),
)
