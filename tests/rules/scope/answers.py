"""What a correct server may answer to a read: each view shows the first facts of the path, so many of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from conformance.wire.instant import MILLISECOND, Instant
from tests.rules.bodies import ACTIVITIES, EPOCH, activity, error_body, uuid
from tests.rules.scope.paths import Path
from tests.rules.scope.programs import DELAY, VARIABLES, Program

WORKFLOW, INSTANCE = uuid(1, 1), uuid(2, 1)
Answer = tuple[int, Any]
"""A status and the `data` of the body; of an error None."""
Shown = tuple[tuple[str, int], ...]
"""For each view that a read shows parts of: how many of its facts."""
TIMES = ("createdAt", "updatedAt", "startedAt", "terminatedAt")
_LOOSE = ("status", "own", "errors of stages", "error")
"""The parts of an instance whose errors do not come with what they belong to."""
_PARTS = {"instance": ("status", "own"), "running": ("list", "running")}
_TICK = 100
"""More than two clocks of one server may be apart."""


def stamp(ms: int) -> str:
    """The server's timestamp; its clock started with the creation of the instance."""
    return Instant(EPOCH + ms * MILLISECOND).isoformat()


def shape(answer: Answer) -> str:
    """An answer without the values of its times and errors: two of one shape show the same facts."""
    return json.dumps([answer[0], _timeless(answer[1])], sort_keys=True)


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: True if key in (*TIMES, "error") else _timeless(item) for key, item in value.items()}
    return [_timeless(item) for item in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Answers:
    """The answers that views of one path may give, by shape with all that they may show."""

    program: Program
    path: Path
    loose: bool = False
    _known: dict[str, dict[str, list[Shown]]] = field(default_factory=dict)

    def of(self, view: str) -> Mapping[str, list[Shown]]:
        """Every answer of a view, by its shape."""
        if view not in self._known:
            found: dict[str, list[Shown]] = {}
            for shown in self._combinations(view):
                found.setdefault(shape(self.answer(view, dict(shown))), []).append(shown)
            self._known[view] = found
        return self._known[view]

    def _combinations(self, view: str) -> Iterator[Shown]:
        parts = _LOOSE if self.loose and view == "instance" else _PARTS.get(view, (view,))
        # The answer to the run has shown the instance.
        least = [1 if part == "own" else 0 for part in parts]
        sizes = [range(low, len(self.path.seen_in(part)) + 1) for low, part in zip(least, parts, strict=True)]
        for counts in product(*sizes):
            yield tuple(zip(parts, counts, strict=True))

    def answer(self, view: str, shown: Mapping[str, int]) -> Answer:
        """What a view answers when its parts show so many facts."""
        if view == "instance":
            return 200, self._instance(shown["status"], ended=shown["own"] > 1, errors=self._errors(shown))
        if view == "list":
            return 200, self._listed(shown["list"])
        if view == "running":
            ended = shown["running"] == 2
            return 200, [] if ended or not shown["running"] else self._listed(shown["list"])
        if shown[view] == 0:
            return 404, None
        return 200, self._history(shown[view] - 1) if view == "history" else self._activities(int(view[-1]), shown)

    # -- bodies -----------------------------------------------------------------------------------------------------

    def _at(self, number: int) -> int:
        """When a fact happened by the server's clock: each has its own time, and delays last as long as they say."""
        long = [fact.kind == "ended" and not fact.error and fact.most for fact in self.path.facts[: number + 1]]
        return _TICK * number + sum(DELAY for each in long if each)

    def _spans(self, view: str, shown: int) -> dict[int, dict[str, Any]]:
        spans: dict[int, dict[str, Any]] = {}
        for number in self.path.seen_in(view)[:shown]:
            fact = self.path.facts[number]
            if fact.kind == "started":
                spans[fact.stage] = {"startedAt": stamp(self._at(number))}
            elif fact.kind == "ended":
                spans[fact.stage] |= {"terminatedAt": stamp(self._at(number)), **_error(error=fact.error)}
        return spans

    def _errors(self, shown: Mapping[str, int]) -> list[int]:
        """The facts whose errors an instance shows: those of the facts that it shows."""
        if not self.loose:
            seen = [*self.path.seen_in("status")[: shown["status"]], *self.path.seen_in("own")[: shown["own"]]]
            return [number for number in seen if self.path.facts[number].error]
        views = ("errors of stages", "error")
        return [number for view in views for number in self.path.seen_in(view)[: shown[view]]]

    def _instance(self, shown: int, *, ended: bool, errors: list[int], view: str = "status") -> dict[str, Any]:
        body = {"id": INSTANCE, "workflowID": WORKFLOW, "createdAt": stamp(0), "terminated": ended}
        last = len(self.path.facts) - 1
        if ended:
            body["terminatedAt"] = stamp(self._at(last))
        body |= _error(error=last in errors)
        seen = [*self.path.seen_in(view)[:shown], *([last] if ended else [])]
        body["updatedAt"] = stamp(self._at(max(seen, default=0)))
        spans = self._spans(view, shown)
        if view == "status":
            # The error of a stage may show before or after its end.
            at_fault = {self.path.facts[number].stage for number in errors}
            spans = {
                number: {**_without_error(span), **_error(error=number in at_fault)} for number, span in spans.items()
            }
        body["status"] = [{"stage": number, "instanceID": INSTANCE, **span} for number, span in spans.items()]
        return body

    def _listed(self, shown: int) -> list[dict[str, Any]]:
        if shown == 0:
            return []
        facts = [self.path.facts[number] for number in self.path.seen_in("list")[:shown]]
        errors = [number for number, fact in enumerate(facts) if fact.error]
        return [self._instance(shown, ended=facts[-1].kind == "terminated", errors=errors, view="list")]

    def _history(self, shown: int) -> list[dict[str, Any]]:
        return [
            {
                "name": ACTIVITIES[next(iter(self.program.kinds[number].config))],
                "input": self._input(number),
                "terminated": "terminatedAt" in span,
                **span,
            }
            for number, span in self._spans("history", shown + 1).items()
        ]

    def _input(self, number: int) -> Any:
        given = next(iter(self.program.kinds[number].config.values()))
        return json.loads(json.dumps(given).replace("${v}", VARIABLES["v"]))

    def _activities(self, number: int, shown: Mapping[str, int]) -> list[dict[str, Any]]:
        view = f"stage {number}"
        span = self._spans(view, shown[view])[number]
        given = self._input(number)
        if "error" in span or not {"account", "source"} & given.keys():
            return []
        done = {"terminated": "terminatedAt" in span, **span}
        if "account" in given:
            return [{**activity("AddAccountMetadata", given["account"], span=(0, None)), **done}]
        sides = {side: given[side]["account"]["id"] for side in ("source", "destination")}
        data = {"postings": [sides | given["amount"]], "metadata": {}}
        made = {"data": {"id": 7, "timestamp": stamp(0), "reverted": False, **data}}
        output = made if done["terminated"] else None
        return [{**activity("CreateTransaction", {"ledger": "default", "data": data}, output, (0, None)), **done}]


def _without_error(span: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in span.items() if key != "error"}


def _error(*, error: bool) -> dict[str, str]:
    return {"error": "stopped"} if error else {}


def body_of(answer: Answer) -> Any:
    """The JSON body of an answer."""
    status, data = answer
    return None if status == 204 else error_body(status) if status >= 400 else {"data": data}
