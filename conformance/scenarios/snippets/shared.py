"""What scripts of both languages share: their notes, their limits, the reads at their end, and the requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conformance.contract.api import V1
from conformance.contract.calls import PreparedRequest
from conformance.contract.operations import encoded_segment
from conformance.scenarios.playing.bindings import LONG_DELAY, delay_ns
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, StageConfig, Step
from conformance.scenarios.scenario.relative_times import relative_time
from conformance.scenarios.snippets.check import Check, Checked, checked
from conformance.scenarios.snippets.helpers import Helper
from conformance.scenarios.steps.intruding import WORDS
from conformance.scenarios.steps.kind import Place
from conformance.scenarios.steps.registry import asked
from conformance.target.forms import WORDS as FORM_WORDS
from conformance.trace import TokenKind
from conformance.wire.instant import SECOND

_NOTE = 400
"""Characters of a note that a script begins with."""

SETTLE = "seconds after which an effect is due, measured on the target"
LIMIT = "seconds after which a poll is given up"
_SETTINGS = ("SETTLE", "LIMIT")
UNDECIDED = "undecided: compare the answers above with what is expected (see the top of this script)"


@dataclass(frozen=True)
class Setting:
    """What a script is made for: the URL by default, and the settle time measured on the target, in seconds.

    ``notes`` are told at its top, such as what is expected. ``looks`` are further reads once all is due. ``check`` is
    what it says at its end; without one it says that it cannot tell, if there is something to tell.
    """

    base_url: str = "http://127.0.0.1:8080"
    settle_s: float = 2.0
    notes: Mapping[str, str] = field(default_factory=dict)
    looks: tuple[Step, ...] = ()
    check: Check | None = None


def undecided(setting: Setting, script: Checked) -> bool:
    """Whether there is something to tell at the end, but no answer tells it."""
    return bool(setting.notes) and not script.names


def told(scenario: Scenario, setting: Setting) -> list[str]:
    """The comment at a script's top: what it replays, what is expected, and what its exit code means."""
    title = f"Replays a scenario ({scenario.theme})." if scenario.theme else "Replays a scenario."
    notes = [f"# {printable(f'{name}: {note}')}" for name, note in setting.notes.items()]
    meaning = "1 when the violation shows again, 0 when it does not, 2 when this script cannot tell"
    kinds = dict.fromkeys(kind for step in scenario.leaves() if (kind := token_of(step)) is not None)
    needed = [kind for kind in kinds if kind not in SHOWN_TOKENS]
    notes += [f"# Needs {variable_of(kind)}, {WORDS[kind].removeprefix('with ')}" for kind in needed]
    codes = [f"# Exit code: {meaning}. What it made is cancelled and deleted at its end."] if notes else []
    return [f"# {printable(title)}", *(f"# {line}" for line in forms_of(scenario)), *notes, *codes]


def forms_of(scenario: Scenario) -> list[str]:
    """A line for each form in which the requests are written."""
    return [f"in each request: {FORM_WORDS[form]}" for form in scenario.forms]


def printable(text: str) -> str:
    """Text on one line in which nothing acts: what a server sent must not leave its comment."""
    flat = "".join(character if character.isprintable() else " " for character in text[:_NOTE])
    return flat + ("…" if len(text) > _NOTE else "")


def kept(head: list[str], helpers: list[Helper], steps: str) -> list[str]:
    """The head without the settings that nothing uses."""
    rest = "".join([steps, *(helper.code for helper in helpers)])
    return [line for line in head if not any(line.startswith(name) and name not in rest for name in _SETTINGS)]


def limit(scenario: Scenario, settle_s: float) -> int:
    return int(2 * settle_s + _delays(scenario) / SECOND) + 3


def _delays(scenario: Scenario) -> int:
    """The ns of all delays that somebody may wait for."""
    stages = [stage for step in scenario.leaves() if isinstance(step, model.Create) for stage in step.stages]
    lengths = [_length(parameters) for stage in stages for parameters in stage.values()]
    return sum(length for length in lengths if 0 < length < LONG_DELAY)


def _length(parameters: object) -> int:
    until = relative_time(parameters.get("until")) if isinstance(parameters, dict) else None
    return delay_ns(parameters, 0) if until is None else until.offset


def due(scenario: Scenario, setting: Setting) -> Checked:
    """The steps with what the audit adds to them: a wait, a read of everything that was made, and other looks."""
    instances = dict.fromkeys(ref for step in scenario.leaves() if (ref := _instance_made(step)) is not None)
    reads: list[Step] = [read for ref in instances for read in (model.Read(ref), model.History(ref))]
    if not reads:
        reads = [model.ListWorkflows()]
    parts = setting.check.parts if setting.check else ()
    wanted = [*setting.looks, *(part.look for part in parts if part.look is not None)]
    reads += [look for look in dict.fromkeys(wanted) if look not in reads]
    return checked(_with_moments(scenario.steps), (model.Settle(), *reads), setting.check)


def _instance_made(step: Step) -> str | None:
    made = isinstance(step, model.Run) and not model.is_nobodys(step.workflow)
    return model.binds(step) if made or isinstance(step, model.Discover) else None


def _with_moments(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Steps whose relative dates are written as the helpers of the scripts fill them in."""
    found: list[Step] = []
    for step in steps:
        if isinstance(step, model.Create):
            found.append(replace(step, stages=_placed(step.stages)))
        elif isinstance(step, model.Together | model.Chain):
            found.append(replace(step, steps=_with_moments(step.steps)))
        else:
            found.append(step)
    return tuple(found)


def _placed(stages: tuple[StageConfig, ...]) -> tuple[StageConfig, ...]:
    return tuple({kind: _moment(kind, parameters) for kind, parameters in stage.items()} for stage in stages)


def _moment(kind: str, parameters: object) -> object:
    until = relative_time(parameters.get("until")) if kind == "delay" and isinstance(parameters, dict) else None
    return parameters if until is None else {"until": f"@now{until.offset:+d}{until.zone:+d}@"}


SHOWN_TOKENS: Mapping[TokenKind, str] = {
    "absent": "",
    "garbage": "made-up",
    "in-query": "",
    "other-scheme": "Basic bm9ib2R5Om5vYm9keQ==",
    "scheme-alone": "Bearer ",
}
"""What a script sends in the place of its own token; of any other kind it takes the token from the environment.

What holds a blank names its scheme itself.
"""


def token_of(step: Step) -> TokenKind | None:
    """The kind of token that a step shows in the place of the script's own; None for its own."""
    return step.token if isinstance(step, model.Intrude) else None


def leaves(step: Step) -> bool:
    """Whether a step's client goes away without an answer, once what it asked for should have come."""
    return isinstance(step, model.Run) and step.leaves


def variable_of(kind: TokenKind) -> str:
    """The variable of the environment from which a script takes a token: TOKEN_READ_ONLY for one for reading only."""
    return f"TOKEN_{kind.upper().replace('-', '_')}"


def path_of(wanted: PreparedRequest) -> str:
    query = "&".join(f"{name}={_written(value)}" for name, value in wanted.query)
    return f"{wanted.path}?{query}" if query else wanted.path


class _Filled(str):
    """What stands for an id and is filled in by the script; everything else is percent-encoded here."""


def _written(value: str) -> str:
    return value if isinstance(value, _Filled) else encoded_segment(value)


def prepared(step: Step, place: Place) -> PreparedRequest:
    """The request of a step. ``place``: what the script fills in for a reference."""

    def filled(ref: str) -> str:
        text = model.text_of(ref)
        return _Filled(place(ref)) if text is None else text

    wanted = asked(step, filled)
    if wanted is None:
        raise TypeError(f"{type(step).__name__} is no single request")
    return V1.prepare(wanted, _written)


def body_of(wanted: PreparedRequest) -> str:
    return (wanted.content or b"").decode("utf-8", "surrogatepass")


def is_to_fill(body: str) -> bool:
    """Whether a body has places that a script fills in."""
    return "@now" in body or model.MARKER in body
