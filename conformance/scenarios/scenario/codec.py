"""Scenarios to JSON values and back, exactly; the form has a version, so that a stored finding stays readable."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from typing import Any

from conformance.contract.errors import UserError
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, Step
from conformance.scenarios.steps.registry import KINDS, kind_of
from conformance.target.forms import WORDS

VERSION = 1

_NESTED = (model.Chain, model.Together)


class UnreadableScenario(UserError):
    """A stored scenario has another version, an unknown step, or a step with wrong fields."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The scenario cannot be read: {reason}.", "Use one that this version of the suite stored.")


def to_json(scenario: Scenario) -> dict[str, Any]:
    """``{"version": 1, "theme": …, "steps": [{"do": "create", …}, …]}``; fields at their default are left out.

    Where requests have forms of their own, their names stand in a list under ``forms``.
    """
    written = {"version": VERSION, "theme": scenario.theme, "steps": [_step_to_json(step) for step in scenario.steps]}
    return written | ({"forms": list(scenario.forms)} if scenario.forms else {})


def from_json(value: Any) -> Scenario:
    """The scenario that ``to_json`` wrote. Raises UnreadableScenario."""
    if not isinstance(value, dict) or value.get("version") != VERSION:
        raise UnreadableScenario(f"it is not of version {VERSION}")
    steps, theme = value.get("steps"), value.get("theme", "")
    if not isinstance(steps, list) or not isinstance(theme, str):
        raise UnreadableScenario("it has no list of steps")
    forms = value.get("forms", [])
    if not isinstance(forms, list) or not all(form in WORDS for form in forms):
        raise UnreadableScenario("its requests have a form that is not known")
    return Scenario(tuple(_step_from_json(step) for step in steps), theme, tuple(forms))


def _step_to_json(step: Step) -> dict[str, Any]:
    written: dict[str, Any] = {"do": kind_of(step).name}
    for field in fields(step):
        value = getattr(step, field.name)
        if value != field.default:
            written[field.name] = _value_to_json(step, field.name, value)
    return written


def _value_to_json(step: Step, name: str, value: Any) -> Any:
    if isinstance(step, _NESTED) and name == "steps":
        return [_step_to_json(inner) for inner in value]
    return list(value) if isinstance(value, tuple) else value


def _step_from_json(value: Any) -> Step:
    known_kind = KINDS.get(str(value.get("do"))) if isinstance(value, dict) else None
    if known_kind is None:
        raise UnreadableScenario(f"{str(value)[:80]} is no step")
    kind: type[Any] = known_kind.type
    known = {field.name: field for field in fields(kind)}
    given = {name: item for name, item in value.items() if name != "do"}
    unknown = given.keys() - known.keys()
    missing = {name for name, field in known.items() if _required(field)} - given.keys()
    if unknown or missing:
        raise UnreadableScenario(f"the step {value['do']} has wrong fields ({', '.join(sorted(unknown | missing))})")
    step: Step = kind(**{name: _field_from_json(kind, name, item) for name, item in given.items()})
    return step


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING


def _field_from_json(kind: type[Any], name: str, item: Any) -> Any:
    if name not in {"steps", "stages"}:
        return item
    if not isinstance(item, list):
        raise UnreadableScenario(f"{name} is not a list")
    return tuple(_step_from_json(inner) for inner in item) if kind in _NESTED else tuple(item)
