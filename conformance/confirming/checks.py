"""By which answer a scenario shows a violation, so that its scripts can say at their end whether it shows again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from conformance.rules.evidence.observation import Observation
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, Step
from conformance.scenarios.snippets import Check
from conformance.scenarios.snippets.answers import shown
from conformance.trace import Exchange, Trace

_LISTS = ("listWorkflows", "listInstances")
# What tells one play from another: nothing can be said of a value that is only this.
_OF_ONE_PLAY = re.compile(r"\{[a-z]+[0-9]+\}|\((id|moment|marker)\)")


def check_of(
    scenario: Scenario, trace: Trace, observation: Observation, looks: Mapping[int, Step], names: Mapping[str, str]
) -> Check | None:
    """What shows the violation, None where no single answer does in every play.

    ``looks`` are the suite's own reads after the last step, as steps, by the index of their exchange; ``names`` are the
    scenario's references by id. A part of an answer decides when a correct server would give another: so it does where
    the observation points at it, and where it holds more than ids and moments, which differ from play to play.
    """
    exchange = trace.at(observation.exchanges[-1]) if observation.exchanges else None
    if exchange is None or exchange.response is None:
        return None
    step = dict(model.numbered(scenario.steps)).get(exchange.step) if exchange.step is not None else None
    look = looks.get(exchange.index)
    if (step is None and look is None) or isinstance(step, model.Discover | model.Settle):
        return None
    part = _part(exchange, observation, names)
    if part is None:
        return None
    pointer, value = part
    number = exchange.step if step is not None else None
    return Check(number, look, exchange.response.status, pointer, value, observation.observed)


def _part(exchange: Exchange, observation: Observation, names: Mapping[str, str]) -> tuple[str, str | None] | None:
    """The pointer and the value that decide; no value where the status does, None where nothing does."""
    assert exchange.response is not None
    body, ids = exchange.response.body.decode("utf-8", "replace"), {name: found for found, name in names.items()}
    pointer = observation.pointer
    status = re.compile(rf"\b{exchange.response.status}\b")
    if status.match(observation.observed) and not status.search(observation.expected):
        return "", None
    if exchange.operation in _LISTS:
        return _of_list(exchange, observation, names, body, ids)
    value = shown(body, pointer, ids)
    if value == "(no JSON)":
        return "", value
    refused = exchange.response.status >= 400
    return (pointer, value) if (pointer or refused) and _tells(value) else None


def _of_list(
    exchange: Exchange, observation: Observation, names: Mapping[str, str], body: str, ids: dict[str, str]
) -> tuple[str, str | None] | None:
    """Of a list, which may hold what others made, only the element that the violation is about counts."""
    head, data, *rest = [*observation.pointer.split("/"), "", ""][:2] + observation.pointer.split("/")[2:]
    if head or data not in ("", "data"):
        return None
    about = observation.subject
    if rest and rest[0].isdigit() and isinstance(exchange.data, list) and int(rest[0]) < len(exchange.data):
        element = exchange.data[int(rest[0])]
        about = str(element.get("id")) if isinstance(element, dict) else about
    if about not in names:
        return None
    whole = f"/data/{{{names[about]}}}"
    listed = shown(body, whole, ids) != json.dumps("(absent)")
    if len(rest) > 1:
        pointer = "/".join([whole, *rest[1:]])
        value = shown(body, pointer, ids)
        return (pointer, value) if _tells(value) else None
    return (f"{whole}/id", json.dumps(f"{{{names[about]}}}" if listed else "(absent)"))


def _tells(value: str) -> bool:
    """Whether a value is more than an id, a moment or a marker."""
    found = json.loads(value)
    return not isinstance(found, str) or not found or bool(_OF_ONE_PLAY.sub("", found).strip())
