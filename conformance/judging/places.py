"""Where a violation shows, and which request caused it: violations at the same place have one cause."""

from __future__ import annotations

import re
from collections.abc import Collection

from conformance.rules.evidence.observation import Observation
from conformance.trace import Exchange, Trace

Place = tuple[str, str]
"""The subject (the id of a workflow or an instance, or one answer), and the field of it; "" for the whole answer."""
Act = tuple[str, int]
"""A trace, and the position in it of a request that changes something."""

_ACTS = ("cancelEvent", "deleteWorkflow", "sendEvent")
_LISTS = ("listWorkflows", "listInstances")
# A rule that is violated at many more places than another one may have a separate cause for the rest.
_MOST = 0.5
# "config" alone is too wide: any two differences of a configuration have it in common.
_LEAST_DEPTH = 2
_REFUSED = 400
# Where two times of a record do not agree, either of them may be wrong: they count as one field.
_TIMES = "times"
_NUMBER = re.compile(r"\d+")


def place_of(trace: Trace, observation: Observation) -> Place:
    """The place at which a violation shows."""
    decisive = trace.at(observation.exchanges[-1])
    answer = f"{trace.id}#{decisive.index}"
    parts = observation.pointer.split("/")[1:]
    parts = parts[1:] if parts[:1] == ["data"] else parts
    if not parts or (decisive.status or 0) >= _REFUSED:
        return answer, ""
    subject = observation.subject or _own_id(decisive)
    if decisive.operation in _LISTS and parts[0].isdecimal():
        subject, parts = observation.subject or _id_in_list(decisive, int(parts[0])), parts[1:]
    if parts[:1] == ["workflow"] and len(parts) > 1:
        parts = parts[1:]
    if parts and parts[-1].endswith("At"):
        parts[-1] = _TIMES
    return (subject or answer, "/".join(parts)) if parts else (answer, "")


def acts_of(trace: Trace, observation: Observation) -> set[Act]:
    """The requests whose effect a later answer shows to be wrong; none where the answer to the request is wrong."""
    return {(trace.id, index) for index in observation.exchanges[:-1] if trace.at(index).operation in _ACTS}


def at_one_place(one: Collection[Place], other: Collection[Place]) -> bool:
    """Whether all places of one are, or lie inside, places of the other, and most of the other's are shared."""
    return bool(one) and bool(other) and (_inside(one, other) or _inside(other, one))


def _inside(inner: Collection[Place], outer: Collection[Place]) -> bool:
    whole = sum(not field for _, field in outer)
    most = sum(not field for _, field in inner) >= _MOST * whole
    return len(_shared(inner, outer)) == len(inner) and most and _of_most_kinds(_kinds(inner), _kinds(outer))


def _kinds(places: Collection[Place]) -> set[str]:
    """The fields, whatever the position in a list."""
    return {_NUMBER.sub("*", field) for _, field in places if field}


def _of_most_kinds(inner: Collection[str], outer: Collection[str]) -> bool:
    shared = [kind for kind in outer if any(_overlap(kind, each) for each in inner)]
    return not outer or len(shared) > _MOST * len(outer)


def _shared(places: Collection[Place], others: Collection[Place]) -> list[Place]:
    fields: dict[str, list[str]] = {}
    for subject, field in others:
        fields.setdefault(subject, []).append(field)
    return [place for place in places if any(_overlap(place[1], each) for each in fields.get(place[0], ()))]


def _overlap(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return short.count("/") + 1 >= _LEAST_DEPTH and long.startswith(f"{short}/")


def _own_id(exchange: Exchange) -> str:
    given = exchange.params.get("instanceID") or exchange.params.get("flowId")
    made = exchange.data.get("id") if isinstance(exchange.data, dict) else None
    return given or (made if isinstance(made, str) else "")


def _id_in_list(exchange: Exchange, position: int) -> str:
    listed = exchange.data
    element = listed[position] if isinstance(listed, list) and position < len(listed) else None
    found = element.get("id") if isinstance(element, dict) else None
    return found if isinstance(found, str) else ""
