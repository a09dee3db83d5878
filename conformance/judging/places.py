"""Where a violation shows, and which request caused it: violations at the same place have one cause."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from conformance.contract.api import V1
from conformance.rules.evidence.answers import error_code, error_message
from conformance.rules.evidence.observation import Observation
from conformance.trace import Exchange, Trace

Place = tuple[str, str]
"""The subject (the id of a workflow or an instance, or one answer), and the field of it; "" for the whole answer."""
Act = tuple[str, int]
"""A trace, and the position in it of a request that changes something."""


class Sighting(NamedTuple):
    """One violation: the trace, the instance or workflow, the place, and the requests whose effect it shows.

    ``operation`` is the one whose answer decides; ``since`` is the position of the first of these requests, or else of
    that answer. ``refusal`` says how that answer refuses the request, or does not, wrongly; "" else. ``hangs``: it
    shows an instance that is not terminated, though nothing of it is left to do. ``unheard``: it shows a stage that
    still waits for an event that was accepted.
    """

    trace: str
    subject: str
    place: Place
    acts: frozenset[Act]
    operation: str
    since: int
    refusal: str = ""
    hangs: bool = False
    unheard: bool = False

    @property
    def unlisted(self) -> bool:
        """Whether a list lacks an instance or a workflow to which nothing was done."""
        return self.place[1] == _ABSENT and self.operation in _LISTS and not self.acts


_SEND = "sendEvent"
_ACTS = ("cancelEvent", "deleteWorkflow", _SEND)
_HISTORY = "getInstanceHistory"
_LISTS = ("listWorkflows", "listInstances")
# A rule that is violated at many more places than another one may have a separate cause for the rest.
_MOST = 0.5
# "config" alone is too wide: any two differences of a configuration have it in common.
_LEAST_DEPTH = 2
_REFUSED = 400
# Where two times of a record do not agree, either of them may be wrong: they count as one field.
_TIMES = "times"
# Of what is not found, whoever asks for it, nothing else can be said.
_ABSENT = "(absent)"
_NOT_FOUND = 404
_STATUS = "status"
# An empty history is one place, whatever is missing in it.
_NO_HISTORY = "(no history)"
# Where an answer holds no data at all, whatever else is missing in it follows from that.
_NO_DATA = "(no data)"
_NUMBER = re.compile(r"\d+")
# Numbers and ids in a message, which differ from case to case, are words with a digit.
_NAMES = re.compile(r"[\w-]*\d[\w-]*")


def place_of(trace: Trace, observation: Observation) -> Place:
    """The place at which a violation shows."""
    decisive = trace.at(observation.exchanges[-1])
    answer = f"{trace.id}#{decisive.index}"
    parts = observation.pointer.split("/")[1:]
    parts = parts[1:] if parts[:1] == ["data"] else parts
    if _is_absent(decisive, observation):
        return observation.subject, _ABSENT
    if decisive.operation == _HISTORY and decisive.data == []:
        return observation.subject or _own_id(decisive), _NO_HISTORY
    if not parts or (decisive.status or 0) >= _REFUSED:
        return answer, _NO_DATA if decisive.ok and not isinstance(decisive.data, dict | list) else ""
    subject = observation.subject or _own_id(decisive)
    if decisive.operation in _LISTS and parts[0].isdecimal():
        subject, parts = observation.subject or _id_in_list(decisive, int(parts[0])), parts[1:]
    if decisive.operation == _HISTORY and parts[0].isdecimal():
        # Status and history are two views of one stage.
        parts = [_STATUS, *parts]
    if parts[:1] == ["workflow"] and len(parts) > 1:
        # What an instance embeds is another view of its workflow.
        subject, parts = _embedded_id(decisive, observation.pointer) or subject, parts[1:]
    if parts and parts[-1].endswith("At"):
        parts[-1] = _TIMES
    return (subject or answer, "/".join(parts)) if parts else (answer, "")


def _is_absent(exchange: Exchange, observation: Observation) -> bool:
    """Whether an answer says that there is no such workflow or instance; a list does so by not telling of it."""
    subject = observation.subject
    if exchange.operation not in _LISTS:
        # Where it is rightly not found, something else of the answer is wrong.
        return bool(subject) and exchange.status == _NOT_FOUND and str(_NOT_FOUND) not in observation.expected
    listed = exchange.data
    asked = not subject or subject in dict(exchange.request.query).values()
    if asked or observation.pointer not in ("", "/data") or not isinstance(listed, list):
        return False
    return not any(isinstance(each, dict) and each.get("id") == subject for each in listed)


def sighting_of(trace: Trace, observation: Observation) -> Sighting:
    """What is kept of a violation, so that it can be compared with others."""
    decisive = trace.at(observation.exchanges[-1])
    acts = frozenset(acts_of(trace, observation))
    return Sighting(
        trace=trace.id,
        subject=observation.subject,
        place=place_of(trace, observation),
        acts=acts,
        operation=decisive.operation or "",
        since=min((index for _, index in acts), default=decisive.index),
        refusal=_refusal(decisive, observation),
        hangs=_hangs(decisive),
        unheard=_unheard(trace, acts, decisive, observation.pointer),
    )


def sightings_in(trace: Trace, violations: Mapping[str, Sequence[Observation]]) -> dict[str, list[Sighting]]:
    """What is kept of what one trace violates, by requirement."""
    return {
        requirement: [sighting_of(trace, each) for each in observations if each.exchanges]
        for requirement, observations in violations.items()
    }


def _unheard(trace: Trace, acts: Collection[Act], decisive: Exchange, pointer: str) -> bool:
    """Whether a read shows a stage open that events, and nothing else, were to end."""
    if not acts or any(trace.at(index).operation != _SEND for _, index in acts):
        return False
    shown: Any = decisive.data
    place = pointer.removeprefix("/data/")
    if decisive.operation != _HISTORY:
        field, _, place = place.partition("/")
        shown = shown.get(field) if isinstance(shown, dict) and field == _STATUS else None
    stage = shown[int(place)] if isinstance(shown, list) and place.isdecimal() and int(place) < len(shown) else None
    return isinstance(stage, dict) and stage.get("terminatedAt") is None


def _hangs(exchange: Exchange) -> bool:
    """Whether an answer shows a running instance whose stages have all ended, the last one of all or with an error."""
    shown = exchange.data
    if exchange.operation != "getInstance" or not isinstance(shown, dict) or shown.get("terminated") is not False:
        return False
    stages, workflow = shown.get("status"), shown.get("workflow")
    if not isinstance(stages, list) or not all(isinstance(stage, dict) and "terminatedAt" in stage for stage in stages):
        return False
    config = workflow.get("config") if isinstance(workflow, dict) else None
    planned = config.get("stages") if isinstance(config, dict) else None
    return bool(stages and stages[-1].get("error")) or (isinstance(planned, list) and len(stages) == len(planned))


def _refusal(exchange: Exchange, observation: Observation) -> str:
    """How an answer refuses a request that was to be refused in another way, or that was not to be refused; or that a
    read was not refused.

    For what reason does not matter but in the second case, where the message tells one cause from another.
    """
    due = observation.expected.partition(":")[0]
    if exchange.ok and exchange.request.method == "GET" and due.startswith(str(_NOT_FOUND)):
        return f"{exchange.operation}: {exchange.status} for {due}"
    # A server that breaks may do so for many reasons.
    if not exchange.refused:
        return ""
    refused = f"{exchange.operation}: {exchange.status} {error_code(exchange)}"
    if due.startswith("4"):
        return f"{refused} for {due}"
    if not observation.subject or not observation.observed.startswith(str(exchange.status)):
        # The answer refuses rightly, and something else is wrong with it.
        return ""
    return f"{refused} {_NAMES.sub('*', str(error_message(exchange)))}"


def acts_of(trace: Trace, observation: Observation) -> set[Act]:
    """The requests whose effect a later answer shows to be wrong; none where the answer to the request is wrong."""
    return {(trace.id, index) for index in observation.exchanges[:-1] if trace.at(index).operation in _ACTS}


def shows_too(cause: str, other: str) -> bool:
    """Whether what the answer to one operation says of an act may explain what that to the other says of it.

    A read shows what state the act has left, and everything else follows from the state. A request that acts on its own
    may be wrong on its own: that a deleted workflow still runs does not explain that it can be deleted twice.
    """
    return cause == other or cause not in V1.by_action or not V1.by_action[cause].mutates


def one_place(one: Place, other: Place) -> bool:
    """Whether one of two places is the other, or lies inside it."""
    return one[0] == other[0] and _overlap(one[1], other[1])


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
    return given or _text_at(exchange.data, "id")


def _embedded_id(exchange: Exchange, pointer: str) -> str:
    """The workflow of the instance that an answer, or the element of a list that a pointer names, is about."""
    place = pointer.removeprefix("/data").split("/")[1]
    shown = _element(exchange, int(place)) if place.isdecimal() else exchange.data
    return _text_at(shown, "workflowID")


def _id_in_list(exchange: Exchange, position: int) -> str:
    return _text_at(_element(exchange, position), "id")


def _element(exchange: Exchange, position: int) -> Any:
    listed = exchange.data
    return listed[position] if isinstance(listed, list) and position < len(listed) else None


def _text_at(shown: Any, key: str) -> str:
    """The text that an object holds, "" where there is none."""
    found = shown.get(key) if isinstance(shown, dict) else None
    return found if isinstance(found, str) else ""


def tied(cause: Sighting, other: Sighting) -> bool:
    """Whether two violations of one trace show in one place, or after the same acts."""
    after = bool(other.acts) and other.acts <= cause.acts and shows_too(cause.operation, other.operation)
    return after or one_place(cause.place, other.place)
