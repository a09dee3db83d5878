"""By which answers a scenario shows a violation, so that its scripts can say at their end whether it shows again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.rules.evidence.observation import Observation
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, Step
from conformance.scenarios.snippets import Check, Part
from conformance.scenarios.snippets.answers import shown
from conformance.trace import Exchange, Trace

_LISTS = ("listWorkflows", "listInstances")
# What of an answer counts that no pointer points into: what rules compare, but for moments.
_COMPARED = {
    "getServerInfo": ("",),
    "getWorkflow": ("/data/id", "/data/config"),
    "getInstance": ("/data/id", "/data/terminated", "/data/error", "/data/status"),
    "getInstanceHistory": ("/data",),
    "getInstanceStageHistory": ("/data",),
}
# Of an answer that only leads to the violation. Not the name of what was created: that bears the run's.
_LEADING = {**_COMPARED, "createWorkflow": ("/data/config/stages",)}
OF_MOMENTS = frozenset(
    {
        "envelope.answers",
        "envelope.time-order",
        "history.append-only",
        "run.delay-duration",
        "run.delay-until",
        "run.no-wait",
        "run.then-get",
        "stage.monotone",
        "stage.sequence",
    }
)
"""What these require are moments, or their order, which differ from play to play: no script can tell by an answer."""
OF_PRESENCE = frozenset({"envelope.documented-fields"})
"""Of these, that something stands where nothing should is a violation whatever it is."""
OF_ABSENCE = frozenset({"workflow.create-then-list"})
"""Of these, a listed element may be wrong in when it was made, or be listed twice; that it is absent is clear."""
# What these steps do depends on milliseconds, for which a script is too slow.
_AT_ONCE = (model.Together, model.Pause)
_WORKFLOWS = ("createWorkflow", "getWorkflow", "listWorkflows", "getServerInfo")
_UNREADABLE = ("(no JSON)", "(nested too deeply)")
_ABSENT = '"(absent)"'
# What tells one play from another: nothing can be said of a value that is only this.
_OF_ONE_PLAY = re.compile(r"\{[a-z]+[0-9]+\}|\((id|moment|marker)\)")
# How long the suite waited; a script waits as long as it takes, and does not measure it.
_MEASURED = re.compile(r"\d+\.\d+ s(?= (after|later)\b)")


@dataclass(frozen=True, slots=True)
class Played:
    """A play of a scenario: its trace, its references by the ids that it made, and the suite's own reads as steps.

    ``looks`` are the reads after the last step, by the index of their exchange.
    """

    scenario: Scenario
    trace: Trace
    names: Mapping[str, str]
    looks: Mapping[int, Step]


def check_of(played: Played, requirement: str, observation: Observation, *, always: bool = True) -> Check | None:
    """What shows the violation, None where answers alone do not in every play. ``always``: it came back each time.

    All exchanges that an observation cites prove it together: a server that gives the same answers again violates the
    requirement again, but for what follows from moments.
    """
    if requirement in OF_MOMENTS or not observation.exchanges:
        return None
    cited = [played.trace.at(index) for index in dict.fromkeys(observation.exchanges)]
    decisive = _Answer(played, cited[-1], observation).decisive(presence=requirement in OF_PRESENCE)
    if not decisive or (requirement in OF_ABSENCE and decisive[-1].value not in (None, _ABSENT)):
        return None
    groups = [_Answer(played, each, observation).compared() for each in cited[:-1]]
    if not all(groups):
        return None
    groups = [*groups, decisive]
    steady = always and not any(isinstance(step, _AT_ONCE) for _, step in model.numbered(played.scenario.steps))
    parts = [
        replace(part, steady=steady and _due(played, exchange) and not _numbered(part))
        for exchange, group in zip(cited, groups, strict=True)
        for part in group
    ]
    return Check(tuple(dict.fromkeys(parts)), _MEASURED.sub("some time", observation.observed))


def _due(played: Played, exchange: Exchange) -> bool:
    """Whether a script that is slower or faster would get the same answer.

    Not to a read while an instance is moving; once all is due none does.
    """
    steps = dict(model.numbered(played.scenario.steps))
    moving = any(isinstance(step, model.Run | model.RunRaw) for step in steps.values())
    if not moving or exchange.request.method != "GET" or exchange.operation in _WORKFLOWS:
        return True
    return exchange.index in played.looks or isinstance(steps.get((exchange.step or 0) - 1), model.Settle)


def _numbered(part: Part) -> bool:
    """Whether a part of an answer holds numbers that a server may have made for this play: a client configures."""
    if "/config/" in part.pointer or part.value in (None, *_UNREADABLE):
        return False
    value = json.loads(part.value or "null")
    left = _OF_ONE_PLAY.sub("", json.dumps(_unnumbered(value)))
    return isinstance(value, dict | list) and any(character.isdigit() for character in left)


def _unnumbered(value: Any) -> Any:
    """The value without the numbers of stages, which follow from the configuration."""
    if isinstance(value, dict):
        return {key: _unnumbered(each) for key, each in value.items() if key != "stage" or not isinstance(each, int)}
    return [_unnumbered(each) for each in value] if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class _Answer:
    """A cited answer."""

    played: Played
    exchange: Exchange
    observation: Observation

    def decisive(self, *, presence: bool = False) -> list[Part]:
        """The parts of the answer that the observation is about; none where nothing in it decides.

        ``presence``: that there is a value at all decides.
        """
        response = self.exchange.response
        if response is None:
            return []
        status = re.compile(rf"\b{response.status}\b")
        if status.match(self.observation.observed) and not status.search(self.observation.expected):
            return self._parts([("", None)])
        if self.exchange.operation in _LISTS:
            return self._parts(self._of_list(self.observation.pointer))
        pointer = self.observation.pointer
        value = self._value(pointer)
        if value in _UNREADABLE:
            return self._parts([("", value)])
        if (pointer or response.status >= 400) and (presence or _tells(value)):
            return self._parts([(pointer, value)])
        return self.compared() if not pointer and self.exchange.operation in _COMPARED else []

    def compared(self) -> list[Part]:
        """What counts of an answer that only leads to the violation; none where it cannot be said."""
        if self.exchange.response is None:
            return []
        if self.exchange.operation in _LISTS:
            return self._parts(self._of_list(""))
        pointers = _LEADING.get(self.exchange.operation or "", ()) if self.exchange.ok else ()
        return self._parts([(each, self._value(each)) for each in pointers] or [("", None)])

    def _parts(self, values: list[tuple[str, str | None]]) -> list[Part]:
        exchange, steps = self.exchange, dict(model.numbered(self.played.scenario.steps))
        look = self.played.looks.get(exchange.index)
        step = steps.get(exchange.step) if exchange.step is not None and look is None else None
        if (step is None and look is None) or isinstance(step, model.Discover | model.Settle):
            return []
        number = exchange.step if step is not None else None
        return [Part(number, None if step else look, exchange.status or 0, *each) for each in values]

    def _value(self, pointer: str) -> str:
        body = self.exchange.response.body if self.exchange.response else b""
        return shown(body.decode("utf-8", "replace"), pointer, {name: key for key, name in self.played.names.items()})

    def _of_list(self, pointer: str) -> list[tuple[str, str | None]]:
        """Of a list, which may hold what others made, only the element that the violation is about counts."""
        place = re.fullmatch(r"(?:/data(?:/(\d+)(/.*)?)?)?", pointer)
        elements = self.exchange.data
        if place is None:
            return []
        if not isinstance(elements, list):
            return [("/data", self._value("/data"))] if not place[1] else []
        about: object = self.observation.subject
        if place[1] and int(place[1]) < len(elements):
            about = elements[int(place[1])].get("id") if isinstance(elements[int(place[1])], dict) else None
        if not isinstance(about, str) or about not in self.played.names or not self._may_hold(about):
            return []
        element = f"/data/{{{self.played.names[about]}}}"
        inside = f"{element}{place[2] or '/id'}"
        value = self._value(inside)
        return [(inside, value)] if not place[2] or _tells(value) else []

    def _may_hold(self, about: str) -> bool:
        """Whether what bears an id is what is listed: no list of instances ever holds their workflow."""
        created = (each for each in self.played.trace.exchanges if each.operation == "createWorkflow")
        is_workflow = any(each.data_id == about for each in created)
        return is_workflow == (self.exchange.operation == "listWorkflows")


def _tells(value: str) -> bool:
    """Whether a value is more than an id, a moment or a marker."""
    if value in _UNREADABLE:
        return True
    found = json.loads(value)
    return not isinstance(found, str) or not found or bool(_OF_ONE_PLAY.sub("", found).strip())
