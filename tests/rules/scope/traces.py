"""The trace of a program with given answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from conformance.contract.api import V1
from conformance.trace import Exchange, Request, Settling, Trace
from conformance.wire import exact_json
from conformance.wire.instant import MILLISECOND
from tests.rules.bodies import EPOCH
from tests.rules.scope.answers import INSTANCE, WORKFLOW, Answer, body_of, stamp
from tests.rules.scope.intervals import Window
from tests.rules.scope.legal import WAITED_FOR_RUN
from tests.rules.scope.programs import REACH, VARIABLES, Program
from tests.rules.simulator.client import response

_BEGIN = 1000
"""The client time (ms) at which the run was answered: the zero of windows."""


@dataclass(frozen=True)
class Prompt(Settling):
    """As if a control had followed every moment, each as quick as the reach allows."""

    def settled_at(self, cause: int) -> int | None:
        """The moment after which a read must show the effect of a cause."""
        return cause + REACH * MILLISECOND


@dataclass(frozen=True)
class Play:
    """A program, whose requests are answered in one way after another."""

    program: Program
    _known: dict[tuple[int, str], Exchange] = field(default_factory=dict)

    def trace(self, answers: Sequence[Answer]) -> Trace:
        """The trace in which the signals and then the reads are answered so."""
        asked = [self._exchange(number, answer) for number, answer in enumerate(answers)]
        exchanges = (*self._first, *sorted(asked, key=lambda each: each.sent))
        return Trace("small scope", exchanges, settling=Prompt(floor=0), origin=EPOCH)

    @cached_property
    def _indices(self) -> list[int]:
        """The position of each request in order of sending, after the creation and the run."""
        sent = [window[0] for window in self.program.windows]
        return [2 + sorted(sent).index(moment) for moment in sent]

    @cached_property
    def _requests(self) -> list[Request]:
        signals = [_signal(name) for name in self.program.signals]
        return [*signals, *(_read(view) for view in self.program.views)]

    @cached_property
    def _first(self) -> tuple[Exchange, Exchange]:
        """The creation of the workflow, and the run."""
        stages = [dict(kind.config) for kind in self.program.kinds]
        workflow = {"id": WORKFLOW, "config": {"name": "", "stages": stages}, "createdAt": stamp(-9)}
        made = {**workflow, "updatedAt": stamp(-9)}
        body = {"id": INSTANCE, "workflowID": WORKFLOW, "createdAt": stamp(0), "updatedAt": stamp(0)}
        create = _request("POST", "/workflows", body={"stages": stages})
        run = _request("POST", f"/workflows/{WORKFLOW}/instances", body=VARIABLES)
        return (
            _exchange(0, create, (-20, -10), (201, made)),
            _exchange(1, run, (-WAITED_FOR_RUN, 0), (201, {**body, "terminated": False})),
        )

    def _exchange(self, number: int, answer: Answer) -> Exchange:
        key = number, exact_json.encode(list(answer)).decode()
        if key not in self._known:
            index, window = self._indices[number], self.program.windows[number]
            self._known[key] = _exchange(index, self._requests[number], window, answer)
        return self._known[key]


def _request(method: str, path: str, query: tuple[tuple[str, str], ...] = (), body: object = None) -> Request:
    raw = None if body is None else exact_json.encode(body)
    return Request(method, f"http://server{path}", path, query, (), raw)


def _signal(name: str) -> Request:
    if name == "cancel":
        return _request("PUT", f"/instances/{INSTANCE}/abort")
    return _request("POST", f"/instances/{INSTANCE}/events", body={"name": name})


def _read(view: str) -> Request:
    if view in ("list", "running"):
        running = (("running", "true"),) if view == "running" else ()
        return _request("GET", "/instances", (("workflowID", WORKFLOW), *running))
    parts = {"instance": "", "history": "/history"}
    part = parts[view] if view in parts else f"/stages/{view[-1]}/history"
    return _request("GET", f"/instances/{INSTANCE}{part}")


def _exchange(index: int, request: Request, window: Window, answer: Answer) -> Exchange:
    found = V1.match(request.method, request.path)
    assert found is not None
    sent, received = ((_BEGIN + moment) * MILLISECOND for moment in window)
    answered = response(answer[0], body_of(answer))
    return Exchange(index, request, sent, received, answered, operation=found.operation.id, params=found.params)
