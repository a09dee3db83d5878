"""What a kind of step is: a row that reading, writing, playing and printing a scenario have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from conformance.contract.api import V1
from conformance.contract.calls import Call
from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.scenario.model import Discover, Settle, Step, Together, Until
from conformance.target import Sender
from conformance.trace import Exchange

Place = Callable[[str], str]
"""From a reference to the id, not encoded, that it has; or to what stands for that id in a script."""

Params = Callable[[Any, Place], Mapping[str, str]]
Query = Callable[[Any, Place], tuple[tuple[str, str], ...]]


class Playing(Protocol):
    """What playing offers to kinds of steps that are no single request. ``number`` is the step's own."""

    async def until(self, step: Until, client: Sender, number: int) -> object:
        """Poll until an instance is in a state."""
        ...

    async def discover(self, step: Discover, client: Sender, number: int) -> object:
        """Look for an instance that no answer has named."""
        ...

    async def settle(self, step: Settle, client: Sender, number: int) -> None:
        """Wait until all effects are due."""
        ...

    async def pause(self, seconds: float) -> None:
        """Do nothing for a while."""
        ...

    async def perform_all(self, steps: tuple[Step, ...], client: Sender, first: int) -> None:
        """Perform steps one after another; ``first`` is the number of the first one."""
        ...

    async def together(self, step: Together, number: int) -> None:
        """Perform steps at the same time."""
        ...


@dataclass(frozen=True)
class StepKind:
    """A kind of step; every function gets the step first.

    ``name`` stands in JSON. ``line`` is its line in a script for people. A kind is one request, with ``action``,
    ``params``, ``query`` and ``body``, or it has ``play``, and ``shell`` and ``python``: a line of a program each.
    ``asks`` is for a kind of one request whose action each step has for itself. ``learn`` takes note in the bindings of
    what an answer tells.
    """

    name: str
    type: type[Step]
    line: Callable[[Any], str]
    action: str | None = None
    params: Params = lambda _step, _place: {}
    query: Query = lambda _step, _place: ()
    body: Callable[[Any], str | None] = lambda _step: None
    learn: Callable[[Any, Exchange, Bindings], None] = lambda _step, _exchange, _bindings: None
    asks: Callable[[Any, Place], Call] | None = None
    play: Callable[[Any, Playing, Sender, int], Awaitable[object]] | None = None
    shell: Callable[[Any], str] | None = None
    python: Callable[[Any], str] | None = None

    @property
    def mutates(self) -> bool:
        """Whether a success of its request changes something, or may."""
        if self.asks is not None:
            return True
        return self.action is not None and V1.by_action[self.action].mutates

    def call(self, step: Step, place: Place) -> Call | None:
        """What a step of this kind asks, None when it is no single request."""
        if self.asks is not None:
            return self.asks(step, place)
        if self.action is None:
            return None
        return Call(self.action, self.params(step, place), self.query(step, place), self.body(step))


def of_instance(step: Any, place: Place) -> dict[str, str]:
    """The parameters of a request about one instance."""
    return {"instanceID": place(step.instance)}


def of_workflow(step: Any, place: Place) -> dict[str, str]:
    """The parameters of a request about one workflow."""
    return {"flowId": place(step.workflow)}


def flag(name: str, value: bool | None) -> tuple[tuple[str, str], ...]:
    """A parameter of the query that is true, false or absent."""
    return () if value is None else ((name, str(value).lower()),)
