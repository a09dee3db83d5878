"""Cases of a single call: ordinary arguments, ordinary answers."""

from __future__ import annotations

from typing import Any, TypeAlias

from hypothesis import strategies as st

from conformance.contract.api import V1
from conformance.sdk.drawing.answers import SIMPLE
from conformance.sdk.drawing.case import Case, Step
from conformance.sdk.driver.protocol import Call
from conformance.sdk.witness.answer import Answer, success_answer

Parts: TypeAlias = tuple[st.SearchStrategy[Case], ...]
"""Cases of several sorts, each of which is drawn as often as the others."""
SIMPLE_BODIES: dict[str, Any] = {
    "createWorkflow": {"name": "n", "stages": [{"noop": {}}]},
    "runWorkflow": {"x": "y"},
    "sendEvent": {"name": "go"},
}
ALL = tuple(V1.by_action)


def simple_arguments(operation: str, identifier: str = "id-1", *, body: bool = True) -> dict[str, Any]:
    """Ordinary arguments: one id for each path parameter, and a body where the operation takes one."""
    found: dict[str, Any] = dict.fromkeys(V1.by_action[operation].path_parameters, identifier)
    if "number" in found:
        found["number"] = 0
    if body and operation in SIMPLE_BODIES:
        found["body"] = SIMPLE_BODIES[operation]
    return found


def simple_answer(operation: str) -> Answer:
    """An ordinary good answer."""
    return success_answer(operation, V1.by_action[operation].success, SIMPLE.get(operation))


def asking(theme: str, operation: str, **arguments: Any) -> Case:
    """A case with one call that gets an ordinary answer; ``arguments`` come on top of ordinary ones."""
    return Case(theme, (Step(Call(operation, simple_arguments(operation) | arguments), simple_answer(operation)),))


def answering(theme: str, operation: str, answer: Answer, timeout: float = 10.0) -> Case:
    """A case with one ordinary call that gets this answer."""
    return Case(theme, (Step(Call(operation, simple_arguments(operation), timeout=timeout), answer),))


def good(theme: str, operation: str, data: Any) -> Case:
    """A case whose call gets a good answer with this data."""
    return answering(theme, operation, success_answer(operation, V1.by_action[operation].success, data))
