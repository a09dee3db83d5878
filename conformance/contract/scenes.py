"""Scenes: for each clause of a requirement a trace that violates it, and the nearest legal one (``specs/scenes``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from conformance.contract.paths import read_yaml, specs_dir

Step = Any
"""``settle``, or a mapping whose first key is a verb, its value what that is about, and the others what it tells."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A clause of a requirement, the steps that lead up to it, and its two endings."""

    requirement: str
    clause: str
    steps: Sequence[Step]
    violated: Sequence[Step]
    legal: Sequence[Step]


def load_scenes() -> Mapping[str, list[Scene]]:
    """Every scene, by requirement."""
    found: dict[str, list[Scene]] = {}
    for path in sorted((specs_dir() / "scenes").glob("*.yaml")):
        for requirement, scenes in read_yaml(path).items():
            found.setdefault(requirement, []).extend(Scene(requirement, **scene) for scene in scenes)
    return found


_OPERATIONS = {
    "info": "getServerInfo",
    "create": "createWorkflow",
    "get_workflow": "getWorkflow",
    "workflows": "listWorkflows",
    "delete": "deleteWorkflow",
    "run": "runWorkflow",
    "get": "getInstance",
    "instances": "listInstances",
    "send": "sendEvent",
    "cancel": "cancelEvent",
    "history": "getInstanceHistory",
    "stage_history": "getInstanceStageHistory",
}


_MOMENTS = ("ended", "at", "took", "finished")
"""What a scene gives in ms: since its start, or, of ``took``, for how long."""


def timeline(scene: Scene) -> Iterator[str]:
    """A scene in lines: what happens first, then what violates the clause (✗) and what upholds it (✓)."""
    parts = ((" ", scene.steps), ("✗", scene.violated), ("✓", scene.legal))
    return (f"{mark} {_line(step)}" for mark, steps in parts for step in steps)


def _line(step: Step) -> str:
    if step == "settle":
        return "(long enough for everything to be seen)"
    (verb, about), *others = step.items()
    told = "; ".join(_told(name, value) for name, value in others)
    if verb == "wait":
        return f"({about} ms pass)"
    return f"{_OPERATIONS.get(verb, verb)} {_text(about)}" + (f": {told}" if told else "")


def _told(name: str, value: Any) -> str:
    if name == "shows":
        return "; ".join(starmap(_stage, enumerate(value))) or "shows no stages"
    if name in _MOMENTS and value is not None:
        return f"{name} at {value} ms" if name == "ended" else f"{name} {value} ms"
    return f"{name} {_text(value)}"


def _stage(number: int, shown: Sequence[Any]) -> str:
    """A stage that an answer shows: its start and end in ms, and its error if it has one."""
    started, ended, *error = shown
    until = "still open" if ended is None else f"to {ended} ms"
    return f"stage {number} from {started} {'ms, ' if ended is None else ''}{until}" + "".join(
        f", error {_text(each)}" for each in error
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
