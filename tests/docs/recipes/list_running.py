"""A kind of step: listing all that runs."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.scenarios.scenario.model import Step
from conformance.scenarios.steps.kind import StepKind


@dataclass(frozen=True)
class ListRunning(Step):
    """List the running instances of all workflows."""


KINDS = (
    StepKind(
        "list_running",
        ListRunning,
        lambda _: "list all that runs",
        "listInstances",
        query=lambda _step, _place: (("running", "true"),),
    ),
)
