"""Cases, and what playing one left: pure values, so that rules can judge them without an SDK."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.contract.api import V1
from conformance.sdk.driver.protocol import Call, Result
from conformance.sdk.witness.answer import Answer
from conformance.trace import Exchange
from conformance.trace.exchange import Request


@dataclass(frozen=True, slots=True)
class Step:
    """One call of the SDK and how its request is answered. ``elsewhere``: it goes to the second witness."""

    call: Call
    answer: Answer
    elsewhere: bool = False


Script = Callable[[Request, int], Answer]
"""Answers by the request and by how many came before it at the same witness."""


@dataclass(frozen=True, repr=False)
class Case:
    """Calls of an SDK, one after another or ``together``, with the answer of each.

    ``theme`` is the requirement that the case is about. ``script`` answers in place of the steps' own answers;
    ``tokens`` is what the token endpoint answers; ``{token}`` in calls stands for the origin of the token endpoint,
    ``{elsewhere}`` in answers for the second witness, under another host name.
    """

    theme: str
    steps: tuple[Step, ...]
    together: bool = False
    script: Script | None = None
    tokens: Script | None = None

    def __repr__(self) -> str:
        # Hypothesis writes out what it has found, and a list of a thousand entries would take it long.
        return f"Case({self.theme!r})"

    @property
    def step(self) -> Step:
        """The first step, for cases that have one."""
        return self.steps[0]


@dataclass(frozen=True, slots=True)
class PlayedStep:
    """A step that was played: the result that the driver returned, and the requests that the witness saw.

    ``result`` is None where the driver broke the protocol; ``broken`` says how, ``stderr`` what it wrote.
    """

    step: Step
    result: Result | None
    exchanges: tuple[Exchange, ...]
    broken: str | None = None
    stderr: str = ""

    @property
    def operation(self) -> str:
        """The operation that was asked for."""
        return self.step.call.operation

    @property
    def ok(self) -> bool:
        """Whether the caller got a success."""
        return self.result is not None and self.result.ok

    def matching(self) -> tuple[Exchange, ...]:
        """The requests that are the operation's, by method and path."""
        return tuple(each for each in self.exchanges if each.operation == self.operation)


@dataclass(frozen=True, slots=True)
class Played:
    """A case that was played. ``tokens`` and ``elsewhere`` are the requests to the other two servers."""

    case: Case
    steps: tuple[PlayedStep, ...]
    tokens: tuple[Exchange, ...] = ()
    elsewhere: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A requirement upheld or violated by a case, with the part of it that shows this.

    ``pointer`` leads to the offending part of the last exchange's response body.
    """

    requirement: str
    upheld: bool
    played_step: PlayedStep
    expected: str = ""
    observed: str = ""
    pointer: str = ""
    exchanges: tuple[Exchange, ...] = field(default=())

    @property
    def shown(self) -> tuple[Exchange, ...]:
        """The exchanges that show it."""
        return self.exchanges or self.played_step.exchanges


def expected_arguments(call: Call) -> dict[str, str]:
    """The path parameters of a call as text, as the server is to decode them."""
    names = V1.by_action[call.operation].path_parameters
    return {name: str(call.arguments[name]) for name in names}
