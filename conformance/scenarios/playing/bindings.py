"""What is known of a scenario while it is played: the ids of its references, and how far its instances have come."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import UNKNOWN, StageConfig, Step
from conformance.target.ids import GivenIds, unknown_like
from conformance.trace import Exchange
from conformance.trace.ids import uuid_version
from conformance.wire.instant import SECOND, parse_duration, parse_instant

LONG_DELAY = 20 * SECOND
"""A delay from which on nobody waits for its end, in ns."""


class MissingReference(LookupError):
    """A step uses something that never came to exist, because the request that should have made it failed."""


@dataclass(frozen=True, slots=True)
class InstanceProgress:
    """How far an instance has come in one view: which of its started stages have ended, and whether all is over."""

    terminated: bool
    ended: tuple[bool, ...]

    def beyond(self, others: Iterable[InstanceProgress]) -> bool:
        """Whether it shows what none of the others do. A view that only catches up with another tells nothing new."""
        known = list(others)
        ended = {number for other in known for number, flag in enumerate(other.ended) if flag}
        return (
            (self.terminated and not any(other.terminated for other in known))
            or len(self.ended) > max((len(other.ended) for other in known), default=0)
            or any(flag and number not in ended for number, flag in enumerate(self.ended))
        )


@dataclass
class BoundInstance:
    """An instance: its id, its stages after interpolation, and what was seen of it last.

    ``moved`` is the client ns of the last thing that could change it or was the first to show a change; ``touched``
    tells that something was sent since it was last known to be quiet. ``sent`` are the names of the events that it was
    sent. ``run`` is the exchange of a step that ran it and did not wait for its end; ``acted_on`` tells that somebody
    sent it an event or cancelled it.
    """

    id: str
    workflow: str
    stages: tuple[StageConfig, ...]
    moved: int
    touched: bool = True
    sent: set[str] = field(default_factory=set)
    seen: dict[str, InstanceProgress] = field(default_factory=dict)
    run: Exchange | None = None
    acted_on: bool = False

    @property
    def terminated(self) -> bool:
        """Whether it was seen terminated."""
        return any(progress.terminated for progress in self.seen.values())

    def see(self, exchange: Exchange) -> InstanceProgress | None:
        """Take note of an answer; None when it shows no progress that can be read."""
        progress = progress_of(exchange)
        if progress is not None and exchange.operation:
            if progress.beyond(self.seen.values()):
                self.moved = max(self.moved, exchange.received)
            self.seen[exchange.operation] = progress
        return progress

    def open_stage(self, progress: InstanceProgress) -> tuple[str, Any] | None:
        """Kind and parameters of the stage that a view shows open; None when it shows none."""
        number = len(progress.ended) - 1
        if number < 0 or progress.ended[number] or number >= len(self.stages):
            return None
        return next(iter(self.stages[number].items()), None)

    def quiet(self, progress: InstanceProgress) -> bool:
        """Whether the instance stays as a view shows it unless somebody acts on it, or a very long time passes."""
        kind, parameters = self.open_stage(progress) or ("", {})
        long = kind == "delay" and delay_ns(parameters, 0) >= LONG_DELAY
        return progress.terminated or kind == "wait_event" or long

    def next_cause(self, now: int, wall: int, late: int = 0) -> int:
        """The client ns of what will move it next: its last move, or the end of the delay that it is in.

        ``now`` is the client's clock, ``wall`` the same moment in ns since 1970, ``late`` what timers may
        be late by.
        """
        for progress in self.seen.values():
            kind, parameters = self.open_stage(progress) or ("", {})
            if kind == "delay":
                until = parse_instant(parameters.get("until"))
                ends = self.moved + delay_ns(parameters, 0) if until is None else now + until.ns - wall
                return ends + late if self.moved <= ends < now + LONG_DELAY else self.moved
        return self.moved


def delay_ns(parameters: Any, now: int) -> int:
    """How long a delay stage with these parameters lasts; an ``until`` counts from ``now``, or not at all if 0."""
    if not isinstance(parameters, dict):
        return 0
    until = parse_instant(parameters.get("until"))
    if until is not None:
        return max(0, until.ns - now) if now else 0
    return parse_duration(parameters.get("duration")) or 0


def progress_of(exchange: Exchange) -> InstanceProgress | None:
    """The progress that a getInstance, runWorkflow or getInstanceHistory answer shows; None when it shows none."""
    data = exchange.data
    if isinstance(data, list):
        flags = tuple(entry.get("terminated") is True for entry in data if isinstance(entry, dict))
        return InstanceProgress(False, flags)
    if not isinstance(data, dict) or "terminated" not in data:
        return None
    status = data.get("status")
    entries = [entry for entry in status if isinstance(entry, dict)] if isinstance(status, list) else []
    return InstanceProgress(data["terminated"] is True, tuple(bool(entry.get("terminatedAt")) for entry in entries))


class Bindings:
    """The references of one scenario. ``seed`` makes the unknown ids, which are like those ``given`` in others, too."""

    def __init__(self, seed: str, given: GivenIds | None = None) -> None:
        self._given = given or GivenIds()
        self._random = random.Random(seed)
        self._stages: dict[str, tuple[StageConfig, ...]] = {}
        self.workflows: dict[str, str] = {}
        self.instances: dict[str, BoundInstance] = {}
        self.deleted: set[str] = set()

    def place(self, ref: str, *, of_instance: bool = False) -> str:
        """The id or the text of a reference; an unknown one is like those of instances where it names one.

        Raises MissingReference.
        """
        if ref == UNKNOWN:
            return self.unknown_id(of_instance=of_instance)
        text = model.text_of(ref)
        if text is not None:
            return text
        bound = self.instances.get(ref)
        found = bound.id if bound else self.workflows.get(ref)
        if found is None:
            raise MissingReference(ref)
        return found

    def may_concern_others(self, step: Step) -> bool:
        """Whether a step names something by an id of the other kind that may belong to others.

        Where ids are counted up, a workflow and an instance may bear the same one; no UUID is given twice.
        """
        misused = [ref for ref in (model.workflow_of(step),) if ref in self.instances]
        misused += [ref for ref in (model.instance_of(step),) if ref in self.workflows]
        return any(uuid_version(self.place(ref)) is None for ref in misused if ref is not None)

    def unknown_id(self, *, of_instance: bool = False) -> str:
        """An id of the server's own form that nobody created."""
        kinds = [
            [*self.workflows.values(), *self._given.workflows],
            [*(bound.id for bound in self.instances.values()), *self._given.instances],
        ]
        return unknown_like(kinds[of_instance] or kinds[not of_instance], self._random)

    def bind_workflow(self, ref: str, found: str, stages: tuple[StageConfig, ...]) -> None:
        """Bind a workflow that an answer has shown, created with ``stages``."""
        self.workflows[ref], self._stages[ref] = found, stages

    def act_on(self, ref: str, exchange: Exchange, event: str | None = None) -> None:
        """Take note that an instance was acted on; ``event`` is the name that it was sent."""
        bound = self.instances.get(ref)
        if bound is not None:
            bound.acted_on = bound.touched = True
            bound.moved = max(bound.moved, exchange.received)
            bound.sent |= set() if event is None else {event}

    def bind_instance(
        self, ref: str, found: str, workflow: str, variables: Mapping[str, str], exchange: Exchange
    ) -> None:
        """Bind an instance that an answer has shown."""
        stages = interpolated(self._stages.get(workflow, ()), variables)
        bound = self.instances.setdefault(ref, BoundInstance(found, workflow, stages, exchange.received))
        bound.see(exchange)

    def stages_of(self, workflow: str) -> tuple[StageConfig, ...]:
        """The stages that a workflow was created with."""
        return self._stages.get(workflow, ())


def listed_ids(exchange: Exchange) -> list[str]:
    """The ids of the instances in a list that are of the workflow that was asked for.

    A server may ignore the filter; what is listed then belongs to others, who would not want it cancelled.
    """
    listed = exchange.data if isinstance(exchange.data, list) else []
    asked = exchange.query("workflowID")
    ids = [entry.get("id") for entry in listed if isinstance(entry, dict) and entry.get("workflowID") == asked]
    return [found for found in ids if isinstance(found, str)]


def interpolated(stages: tuple[StageConfig, ...], variables: Mapping[str, str]) -> tuple[StageConfig, ...]:
    """Stages with the variables of delays and awaited names replaced; nothing else matters for playing."""
    return tuple(
        {kind: _replaced(kind, parameters, variables) for kind, parameters in stage.items()} for stage in stages
    )


def _replaced(kind: str, parameters: Any, variables: Mapping[str, str]) -> Any:
    if kind not in ("delay", "wait_event") or not isinstance(parameters, dict):
        return parameters
    return {key: _fill(text, variables) for key, text in parameters.items()}


def _fill(text: Any, variables: Mapping[str, str]) -> Any:
    if not isinstance(text, str):
        return text
    return re.sub(r"\$\{([^{}]*)\}", lambda match: variables.get(match[1], match[0]), text)
