"""A scenario as a value: steps with symbolic references, drawn first and played later.

A reference is a short name such as ``w1`` or ``i1`` that a step binds and later steps use. ``UNKNOWN`` stands for an id
of the server's own form that nobody ever created, and a JSON text such as ``"a b"`` for what no server gives as an id.
Two texts are filled in when a scenario is played: ``MARKER`` in raw bodies becomes a text that is unique to that
request, and a delay's ``until`` such as ``now+300ms`` becomes a date-time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from conformance.target.forms import Form
from conformance.trace import TokenKind
from conformance.wire import exact_json

UNKNOWN = "unknown"
_QUOTE = '"'
MARKER = "@marker@"

StageConfig = Mapping[str, Any]
"""One stage of a configuration: an object whose single key is its kind."""

State = Literal["started", "waiting", "ended", "quiet"]
"""What ``Until`` waits for. ``started``: getInstance shows the stage (or any). ``waiting``: history shows an open
wait_event entry. ``ended``: terminated. ``quiet``: the instance will not move unless somebody acts on it."""


@dataclass(frozen=True)
class Step:
    """One thing to do; what the classes below have in common."""


@dataclass(frozen=True)
class Create(Step):
    """Create a workflow, to be known as ``ref``. ``name`` None sends no name."""

    ref: str
    stages: tuple[StageConfig, ...]
    name: str | None = None


@dataclass(frozen=True)
class CreateRaw(Step):
    """Send a body to createWorkflow that it should refuse; ``body`` holds MARKER somewhere."""

    body: str


@dataclass(frozen=True)
class Run(Step):
    """Run a workflow; the instance is to be known as ``ref``. None sends no body, or no parameter.

    A client that ``leaves`` waits for the answer until the instance should have come, and closes its connection.
    """

    ref: str
    workflow: str
    variables: Mapping[str, str] | None = None
    wait: bool | None = None
    leaves: bool = False


@dataclass(frozen=True)
class RunRaw(Step):
    """Send a body to runWorkflow that it should refuse."""

    workflow: str
    body: str
    wait: bool | None = None


@dataclass(frozen=True)
class Discover(Step):
    """Look for an instance of a workflow that no answer has named yet (its run is still waiting); known as ``ref``."""

    ref: str
    workflow: str


@dataclass(frozen=True)
class Send(Step):
    """Send an event to an instance."""

    instance: str
    event: str


@dataclass(frozen=True)
class SendRaw(Step):
    """Send a body to sendEvent that it should refuse; "" sends none."""

    instance: str
    body: str


@dataclass(frozen=True)
class Cancel(Step):
    """Cancel an instance."""

    instance: str


@dataclass(frozen=True)
class Read(Step):
    """Read an instance."""

    instance: str


@dataclass(frozen=True)
class History(Step):
    """Read an instance's history."""

    instance: str


@dataclass(frozen=True)
class StageHistory(Step):
    """Read the history of one stage; ``number`` is text so that it may also be no number."""

    instance: str
    number: str


@dataclass(frozen=True)
class GetWorkflow(Step):
    """Read a workflow."""

    workflow: str


@dataclass(frozen=True)
class ListWorkflows(Step):
    """List all workflows."""


@dataclass(frozen=True)
class ListInstances(Step):
    """List instances, of one workflow or all, running or all."""

    workflow: str | None = None
    running: bool | None = None


@dataclass(frozen=True)
class Delete(Step):
    """Delete a workflow."""

    workflow: str


@dataclass(frozen=True)
class Info(Step):
    """Read the server's version."""


@dataclass(frozen=True)
class Intrude(Step):
    """Ask for an operation with a token that is to be refused. ``workflow`` and ``instance`` are what it is about.

    ``body`` is sent as it is; None stands for one that the operation would take.
    """

    operation: str
    token: TokenKind
    workflow: str | None = None
    instance: str | None = None
    body: str | None = None


@dataclass(frozen=True)
class Ask(Step):
    """Ask for an operation in a form that no other step has: with another ``method`` than its own, or any ``query``.

    ``workflow``, ``instance`` and ``number`` are what it is about. Never used for runs.
    """

    operation: str
    method: str | None = None
    workflow: str | None = None
    instance: str | None = None
    number: str | None = None
    query: Mapping[str, str] | None = None
    body: str | None = None


@dataclass(frozen=True)
class Until(Step):
    """Poll until an instance is in a state (of one stage if ``stage`` is given), or until its progress is overdue."""

    instance: str
    state: State
    stage: int | None = None


@dataclass(frozen=True)
class Settle(Step):
    """Wait until the effects of everything sent so far are due."""


@dataclass(frozen=True)
class Pause(Step):
    """Do nothing for some milliseconds."""

    ms: int


@dataclass(frozen=True)
class Chain(Step):
    """Steps one after another; one lane of a ``Together``."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Together(Step):
    """Steps on the wire at the same time, each with a client and an open connection of its own."""

    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Scenario:
    """Steps to play in order. ``theme`` says which strategy drew them; it plays no part in playing.

    ``forms``: how HTTP writes the requests of all steps.
    """

    steps: tuple[Step, ...]
    theme: str = ""
    forms: tuple[Form, ...] = ()

    def leaves(self) -> Iterator[Step]:
        """Every step that is not a Together or a Chain, in the order of writing."""
        return (step for _, step in numbered(self.steps) if not isinstance(step, Together | Chain))

    @property
    def runs(self) -> int:
        """How many runWorkflow requests playing it costs."""
        return sum(isinstance(step, Run | RunRaw) for step in self.leaves())

    @property
    def starts(self) -> int:
        """How many instances playing it starts: what has to be refused costs the target next to nothing."""
        gone, count = set[str](), 0
        for step in self.leaves():
            if isinstance(step, Delete):
                gone.add(step.workflow)
            count += isinstance(step, Run) and step.workflow not in gone and not is_nobodys(step.workflow)
        return count


def size(step: Step) -> int:
    """How many numbers a step takes: one, and one for each step inside it."""
    return 1 + sum(size(inner) for inner in step.steps) if isinstance(step, Together | Chain) else 1


def numbered(steps: tuple[Step, ...], first: int = 0) -> Iterator[tuple[int, Step]]:
    """Every step with its number: those inside a Together or a Chain follow it, as the lines of ``script`` do."""
    number = first
    for step in steps:
        yield number, step
        if isinstance(step, Together | Chain):
            yield from numbered(step.steps, number + 1)
        number += size(step)


def reference_to(text: str) -> str:
    """The reference that stands for a text in the place of an id."""
    return exact_json.dumps(text)


def text_of(ref: str) -> str | None:
    """The text that a reference stands for, None where it stands for an id."""
    text = exact_json.parse_or_none(ref) if ref.startswith(_QUOTE) else None
    return text if isinstance(text, str) else None


def is_nobodys(ref: str) -> bool:
    """Whether a reference is to what nobody created."""
    return ref == UNKNOWN or text_of(ref) is not None


def instance_of(step: Step) -> str | None:
    """The instance that a step acts on, reads or waits for; None when it is about none."""
    return getattr(step, "instance", None)


def workflow_of(step: Step) -> str | None:
    """The workflow that a step uses; None when it uses none."""
    return getattr(step, "workflow", None)


def binds(step: Step) -> str | None:
    """The reference that a step brings into being, None when it brings none."""
    return getattr(step, "ref", None)
