"""Is a request valid, invalid, or left open by the API? Pure functions of what was sent.

A request is called invalid only where the API leaves no room: a server that takes it, or refuses it otherwise than
promised, then violates the requirement named. Everything in doubt is open, and is never judged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from conformance.contract.api import V1
from conformance.contract.bodies import Body, odd_text, read_body
from conformance.contract.operations import Operation
from conformance.contract.shapes import ShapeProblem, other_case, stage_findings, text_map

_INTEGER = re.compile(r"-?\d+", re.ASCII)
_FIRST_OPEN_NUMBER = 2**31
_CONFIG_KEYS: Mapping[str, type] = {"name": str, "stages": list}
_EVENT_KEYS: Mapping[str, type] = {"name": str}


@dataclass(frozen=True, slots=True)
class Classification:
    """What the API says about a request; ``requirement`` is the id that an invalid one tests, None otherwise."""

    kind: Literal["valid", "invalid", "open"]
    requirement: str | None = None
    reason: str = ""


_VALID = Classification("valid")


def _open(reason: str) -> Classification:
    return Classification("open", None, reason)


def _invalid(requirement: str, reason: str) -> Classification:
    return Classification("invalid", requirement, reason)


def classify(
    operation_id: str, params: Mapping[str, str], query: Sequence[tuple[str, str]], body: bytes | None
) -> Classification:
    """Classify a request to one of the operations; ``params`` and ``query`` are percent-decoded.

    Whether an id names something is not looked at. Raises KeyError for an operation id that is not ours.
    """
    operation = V1.by_action[operation_id]
    doubt = next(_path_doubts(params), None) or next(_query_doubts(operation, query), None)
    if doubt:
        return _open(doubt)
    if operation_id == "getInstanceStageHistory":
        number = _number(params.get("number", ""))
        if number.kind != "valid":
            return number
    return classify_body(operation_id, body)


def classify_body(operation_id: str, body: bytes | None) -> Classification:
    """Classify the body of a request alone, whatever its path and query are. Raises KeyError as `classify` does."""
    if V1.by_action[operation_id].body:
        return _BODIES[operation_id](body)
    return _open(f"{operation_id} takes no body") if body else _VALID


def _path_doubts(params: Mapping[str, str]) -> Iterator[str]:
    for name, value in params.items():
        if value in ("", ".", ".."):
            yield f"{name} is {value!r}, which clients and gateways rewrite"
        elif any(character in "/\\" or unicodedata.category(character) in ("Cc", "Cs") for character in value):
            yield f"{name} holds a slash or a control character"


def _query_doubts(operation: Operation, query: Sequence[tuple[str, str]]) -> Iterator[str]:
    names = [name for name, _ in query]
    for name, value in query:
        if name not in operation.query:
            yield f"{operation.id} documents no query parameter {name!r}"
        elif names.count(name) > 1:
            yield f"{name} is given more than once"
        elif name == "running" and value != "true":
            yield "what running selects is open unless it is true"
        elif name == "wait" and value not in ("true", "false"):
            yield "wait is neither true nor false"
        elif not value or odd_text(value):
            yield f"{name} is empty, or holds a character that servers cannot store"


def _number(text: str) -> Classification:
    if _INTEGER.fullmatch(text):
        plain = not text.startswith("-") and (text == "0" or not text.startswith("0"))
        in_range = len(text) <= 10 and int(text) < _FIRST_OPEN_NUMBER
        return _VALID if plain and in_range else _open("the stage number is outside what the API settles")
    if _integer_in_some_reading(text):
        return _open("the stage number is an integer in some readings")
    return _invalid("stage-history.bad-number", "the stage number is no integer")


def _integer_in_some_reading(text: str) -> bool:
    """Whether some language reads the text as an integer: +1, 1.0, 1e2, 0x1f, 1_000, or other scripts' digits."""
    with suppress(InvalidOperation):
        number = Decimal(text)
        return number.is_finite() and (number.adjusted() > 1000 or number == number.to_integral_value())
    with suppress(ValueError):
        return int(text, 0) is not None
    return False


def _create_workflow(config: Any) -> Classification:
    return _verdict("workflow.create-malformed", tuple(_config_findings(config))) or _stages(config)


def _config_findings(config: Any) -> Iterator[ShapeProblem]:
    """Findings on everything but the stages' contents."""
    yield from _object_findings(config, _CONFIG_KEYS, "stages")
    elements = config.get("stages") if isinstance(config, dict) else None
    for index, stage in enumerate(elements if isinstance(elements, list) else ()):
        if not isinstance(stage, dict):
            yield ShapeProblem(True, f"stages[{index}] is not an object")


def _stages(config: Any) -> Classification:
    """The verdict on a config that is not malformed: its stages' contents, then what was left open about the rest."""
    stages = config.get("stages") if isinstance(config, dict) else None
    found = [
        finding for index, stage in enumerate(stages or ()) for finding in stage_findings(stage, f"stages[{index}]")
    ]
    bad = _verdict("workflow.create-bad-stage", found)
    return bad or _doubt([*_config_findings(config), *found]) or _VALID


def _run_workflow(body: bytes | None) -> Classification:
    rule = "run.bad-variables"
    if not body:
        return _VALID
    if not body.strip(b" \t\r\n"):
        return _open("the body is nothing but white space")
    read = read_body(body)
    if read.state == "json" and read.value is None:
        return _open("the body is null")
    if read.state == "json":
        found = tuple(text_map(read.value, "the body"))
        return _verdict(rule, found) or _doubt(found) or _VALID
    return _unread(rule, read)


def _send_event(event: Any) -> Classification:
    found = list(_object_findings(event, _EVENT_KEYS, "name"))
    if isinstance(event, dict) and event.get("name") == "":
        found.append(ShapeProblem(False, "name is empty"))
    return _verdict("event.malformed", found) or _doubt(found) or _VALID


def _required_object(
    rule: str, keys: Mapping[str, type], judge: Callable[[Any], Classification]
) -> Callable[[bytes | None], Classification]:
    """A classifier of bodies that must be there and be JSON; ``judge`` gets the value."""

    def classifier(body: bytes | None) -> Classification:
        if not body:
            return _invalid(rule, "the body is missing")
        read = read_body(body)
        if read.state != "json":
            return _unread(rule, read)
        aliases = other_case(read.value, keys) if isinstance(read.value, dict) else ()
        return _open(f"{aliases[0]} differs from a documented key only in case") if aliases else judge(read.value)

    return classifier


def _unread(rule: str, read: Body) -> Classification:
    return _open(read.reason) if read.state == "open" else _invalid(rule, read.reason)


def _object_findings(value: Any, types: Mapping[str, type], required: str) -> Iterator[ShapeProblem]:
    """An object with these keys, one of them required; keys that are not documented are left open.

    So is null for a key that may be missing: many readers take it for that. For the same reason null for the required
    key, or for the whole, is as wrong as what is missing.
    """
    if not isinstance(value, dict):
        yield ShapeProblem(True, "the body is not an object")
    else:
        if required not in value:
            yield ShapeProblem(True, f"{required} is missing")
        for key, item in value.items():
            if key not in types:
                yield ShapeProblem(False, f"{key} is not documented")
            elif item is None:
                yield ShapeProblem(key == required, f"{key} is null")
            elif not isinstance(item, types[key]):
                yield ShapeProblem(True, f"{key} is of the wrong JSON type")


def _verdict(rule: str, found: Sequence[ShapeProblem]) -> Classification | None:
    """Invalid outweighs open: an open matter may be taken or refused, and the refusal is due in both cases."""
    return next((_invalid(rule, finding.reason) for finding in found if finding.invalid), None)


def _doubt(found: Sequence[ShapeProblem]) -> Classification | None:
    return next((_open(finding.reason) for finding in found if not finding.invalid), None)


_BODIES: Mapping[str, Callable[[bytes | None], Classification]] = {
    "createWorkflow": _required_object("workflow.create-malformed", _CONFIG_KEYS, _create_workflow),
    "runWorkflow": _run_workflow,
    "sendEvent": _required_object("event.malformed", _EVENT_KEYS, _send_event),
}
