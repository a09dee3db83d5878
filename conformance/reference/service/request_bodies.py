"""Reading the bodies that clients send."""

from __future__ import annotations

from conformance.reference.engine.parameters import SHAPES, BadCombination, BadParameters, Texts, check_delay
from conformance.reference.wire.errors import Invalid
from conformance.reference.wire.exact_json import Json, MalformedJson, read


def _document(body: bytes) -> Json:
    try:
        return read(body)
    except MalformedJson as error:
        raise Invalid(f"the body is not JSON: {error}") from error


def workflow_config(body: bytes) -> Json:
    """The WorkflowConfig in a body, with name "" when it has none. Raises Invalid."""
    config = _document(body)
    if not isinstance(config, dict):
        raise Invalid("a workflow configuration is an object")
    if not isinstance(config.get("name", ""), str):
        raise Invalid("name must be a string")
    stages = config.get("stages")
    if not isinstance(stages, list):
        raise Invalid("stages must be a list")
    for number, stage in enumerate(stages):
        _check_stage(number, stage)
    return {"name": "", **config}


def _check_stage(number: int, stage: Json) -> None:
    if not isinstance(stage, dict) or len(stage) != 1:
        raise Invalid(f"stage {number} must be an object with exactly one key, its kind")
    ((kind, parameters),) = stage.items()
    if kind not in SHAPES:
        raise Invalid(f"stage {number} is of unknown kind {kind[:80]!r}")
    try:
        SHAPES[kind](parameters, f"stages[{number}].{kind}", Texts.MAY_HOLD_VARIABLES)
        if kind == "delay":
            check_delay(parameters, Texts.MAY_HOLD_VARIABLES)
    except (BadParameters, BadCombination) as error:
        raise Invalid(f"stage {number}: {error}") from error


def run_variables(body: bytes) -> dict[str, str]:
    """The variables in the body of a run; an empty body gives none. Raises Invalid."""
    variables = _document(body) if body else {}
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        raise Invalid("the variables of a run are an object whose values are strings")
    return variables


def event_name(body: bytes) -> str:
    """The name in the body of an event. Raises Invalid."""
    event = _document(body)
    if not isinstance(event, dict) or not isinstance(event.get("name"), str):
        raise Invalid("an event is an object with a name, a string")
    name: str = event["name"]
    return name
