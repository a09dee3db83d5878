"""The step that deletes a workflow."""

from __future__ import annotations

from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.scenario.model import Delete
from conformance.scenarios.steps.kind import StepKind, of_workflow
from conformance.trace import Exchange


def _learn(step: Delete, exchange: Exchange, bindings: Bindings) -> None:
    if exchange.ok:
        bindings.deleted.add(step.workflow)


KINDS = (
    StepKind("delete", Delete, lambda step: f"delete {step.workflow}", "deleteWorkflow", of_workflow, learn=_learn),
)
