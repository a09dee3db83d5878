"""Steps that hold others. Scripts print what is inside them: see ``scenario.script`` and ``scenario.snippets``."""

from __future__ import annotations

from conformance.scenarios.scenario.model import Chain, Together
from conformance.scenarios.steps.kind import StepKind

KINDS = (
    StepKind(
        "chain",
        Chain,
        lambda _: "one after another:",
        play=lambda step, playing, client, number: playing.perform_all(step.steps, client, number + 1),
    ),
    StepKind(
        "together",
        Together,
        lambda _: "at the same time:",
        play=lambda step, playing, _client, number: playing.together(step, number),
    ),
)
