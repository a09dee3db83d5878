"""A correct trace under the knife: answers are changed as a faulty server would have given them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from conformance.rules.evidence.observation import Observation
from conformance.trace import Exchange, Trace
from conformance.wire.instant import SECOND, Instant, parse_instant
from tests.rules.simulator.client import response

Change = Callable[[Any], Any]


@dataclass(frozen=True)
class Mutation:
    """How to break one rule. ``cut`` is given a mutant and an observation that upheld the rule in the correct trace;
    it says whether the trace now proves a violation (False: what the change needs is not in this trace)."""

    name: str
    rule: str
    cut: Callable[[Mutant, Observation], bool]


class Mutant:
    """A trace whose answers can be changed."""

    def __init__(self, trace: Trace) -> None:
        self.original = trace
        self.exchanges = list(trace.exchanges)

    def trace(self) -> Trace:
        """The trace as it is now."""
        return replace(self.original, exchanges=tuple(self.exchanges))

    def change(self, index: int, change: Change) -> bool:
        """Change the data of an answer; whether that made a difference."""
        old = self.exchanges[index]
        body = copy.deepcopy(old.json)
        body["data"] = change(body["data"])
        self.answer(index, old.status or 200, body)
        return bool(self.exchanges[index].data != old.data)

    def answer(self, index: int, status: int, body: Any) -> bool:
        """Replace a whole answer."""
        self.exchanges[index] = replace(self.exchanges[index], response=response(status, body))
        return True

    def fail(self, index: int, status: int) -> bool:
        """Answer with an error instead."""
        return self.answer(index, status, {"errorCode": "NOT_FOUND", "errorMessage": "mutated"})

    def due(self, cause: int) -> int:
        """When the effect of the answer to an exchange is due; beyond all time when that is unknown."""
        due = self.original.settled_at(self.exchanges[cause].received)
        return 1 << 90 if due is None else due

    def reads(self, instance: str, operation: str, since: int) -> list[Exchange]:
        """Successful reads of an instance sent after a moment."""
        wanted = (each for each in self.exchanges if each.operation == operation and each.ok and each.sent > since)
        return [each for each in wanted if each.params["instanceID"] == instance]

    def last_read(self, instance: str, operation: str, before: int) -> Exchange | None:
        """The last successful read of an instance answered before a moment."""
        return next((e for e in reversed(self.reads(instance, operation, -1)) if e.received < before), None)

    def change_all(self, instance: str, since: int, change: Change, operation: str = "getInstance") -> None:
        """Change every read of an instance sent after a moment."""
        for read in self.reads(instance, operation, since):
            self.change(read.index, change)

    def freeze(self, instance: str, since: int) -> bool:
        """From a moment on, every read shows what the last one before did. False when there was none."""
        last = self.last_read(instance, "getInstance", since)
        history = self.last_read(instance, "getInstanceHistory", since)
        # The answer to a run with wait=true would still tell how it went on.
        if last is None or self.run(instance).query("wait"):
            return False
        entries = history.data if history is not None else []
        self._show(instance, "getInstance", since, last.data)
        self._show(instance, "getInstanceHistory", since, entries)
        return True

    def _show(self, instance: str, operation: str, since: int, data: Any) -> None:
        for read in self.reads(instance, operation, -1):
            if read.received >= since:
                self.change(read.index, lambda _: copy.deepcopy(data))

    def run(self, instance: str) -> Exchange:
        """The run that started an instance; of one that was never answered, its workflow's only one."""
        runs = [each for each in self.exchanges if each.operation == "runWorkflow"]
        found = next((run for run in runs if run.ok and run.data["id"] == instance), None)
        reads = (each for each in self.exchanges if each.operation == "getInstance" and each.ok)
        workflow = next((read.data["workflowID"] for read in reads if read.data["id"] == instance), None)
        return found or next(run for run in runs if run.params["workflowID"] == workflow)

    def stages(self, instance: str) -> list[dict[str, Any]]:
        """The configured stages of an instance, none where the trace does not show the creation of its workflow."""
        workflow = self.run(instance).params["workflowID"]
        made = (each for each in self.exchanges if each.operation == "createWorkflow")
        return next((each.data["config"]["stages"] for each in made if each.data["id"] == workflow), [])

    def late(self, instance: str, cause: int, operation: str = "getInstance") -> list[Exchange]:
        """Reads of an instance sent when the effect of a cause was due."""
        return self.reads(instance, operation, self.due(cause))


def shifted(text: str, seconds: float) -> str:
    """A timestamp moved by so many seconds."""
    instant = parse_instant(text)
    assert instant is not None
    return Instant(instant.ns + round(seconds * SECOND)).isoformat()


def without(*names: str) -> Change:
    """Drop members of an object."""
    return lambda data: {key: value for key, value in data.items() if key not in names}
