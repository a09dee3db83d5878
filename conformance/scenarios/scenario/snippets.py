"""Scenarios as scripts that anybody can run against any URL: a shell script with curl, and Python with httpx."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import quote

from conformance.contract.api import V1
from conformance.contract.calls import PreparedRequest
from conformance.scenarios.playing.bindings import LONG_DELAY, delay_ns
from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, StageConfig, Step
from conformance.scenarios.scenario.relative_times import relative_time
from conformance.scenarios.scenario.snippet_helpers import CURL, PYTHON, Helper, imports, used
from conformance.scenarios.steps.kind import Place
from conformance.scenarios.steps.registry import asked, kind_of
from conformance.wire.instant import SECOND

_BASE = "http://127.0.0.1:8080"
_INDENT = "    "
_NOTE = 400
"""Characters of a note that a script begins with."""

_NO_NOTES: Mapping[str, str] = MappingProxyType({})
_SETTLE = "seconds after which an effect is due, measured on the target"
_LIMIT = "seconds after which a poll is given up"
_SETTINGS = ("SETTLE", "LIMIT")


def curl(
    scenario: Scenario,
    base_url: str | None = None,
    settle_s: float = 2.0,
    notes: Mapping[str, str] = _NO_NOTES,
    looks: tuple[Step, ...] = (),
) -> str:
    """A bash script that replays a scenario; the first argument replaces ``base_url``.

    ``settle_s`` is the settle time measured on the target. The script ends with reads of all instances, once due.
    ``notes`` are told at its top, such as what is expected; ``looks`` are further reads once all is due.
    """
    steps = "\n".join(_shell(_due(scenario, looks).steps, ""))
    helpers = used(CURL, steps)
    head = [
        "#!/usr/bin/env bash",
        *_told(scenario, notes),
        "# Usage: bash THIS_FILE [BASE_URL], with TOKEN=… for a bearer token; needs curl and python3",
        f'BASE="${{1:-{(base_url or _BASE).rstrip("/")}}}"',
        f"SETTLE={round(settle_s, 3)}  # {_SETTLE}",
        f"LIMIT={_limit(scenario, settle_s)}  # {_LIMIT}",
        """ids=$(mktemp -d); trap 'rm -rf "$ids"' EXIT""",
    ]
    return "\n".join([*_kept(head, helpers, steps), "", *(helper.code for helper in helpers)]) + f"\n{steps}\n"


def python(
    scenario: Scenario,
    base_url: str | None = None,
    settle_s: float = 2.0,
    notes: Mapping[str, str] = _NO_NOTES,
    looks: tuple[Step, ...] = (),
) -> str:
    """A Python program, needing httpx alone, that replays a scenario just as ``curl`` does."""
    steps = "\n".join(_program(_due(scenario, looks).steps))
    helpers = used(PYTHON, steps)
    unknown = '"unknown": str(uuid.uuid4())' if f"{{{model.UNKNOWN}}}" in steps else ""
    head = [
        *_told(scenario, notes),
        "# Usage: python THIS_FILE [BASE_URL], with TOKEN=… for a bearer token; needs httpx (pip install httpx)",
        f"import {imports(helpers, 'os', 'sys', 'time', *(['uuid'] if unknown else []))}",
        "",
        "import httpx",
        "",
        f"BASE = sys.argv[1] if len(sys.argv) > 1 else {(base_url or _BASE).rstrip('/')!r}",
        'TOKEN = os.environ.get("TOKEN")',
        f"SETTLE = {round(settle_s, 3)}  # {_SETTLE}",
        f"LIMIT = {_limit(scenario, settle_s)}  # {_LIMIT}",
        f"ids = {{{unknown}}}",
    ]
    return "\n".join([*_kept(head, helpers, steps), "", "", *(f"{each.code}\n" for each in helpers)]) + f"{steps}\n"


def _told(scenario: Scenario, notes: Mapping[str, str]) -> list[str]:
    title = f"Replays a scenario ({scenario.theme})." if scenario.theme else "Replays a scenario."
    return [f"# {_plain(title)}", *(f"# {_plain(f'{name}: {note}')}" for name, note in notes.items())]


def _plain(text: str) -> str:
    """Text on one line in which nothing acts: what a server sent must not leave its comment."""
    flat = "".join(character if character.isprintable() else " " for character in text[:_NOTE])
    return flat + ("…" if len(text) > _NOTE else "")


def _kept(head: list[str], helpers: list[Helper], steps: str) -> list[str]:
    """The head without the settings that nothing uses."""
    rest = "".join([steps, *(helper.code for helper in helpers)])
    return [line for line in head if not any(line.startswith(name) and name not in rest for name in _SETTINGS)]


def _limit(scenario: Scenario, settle_s: float) -> int:
    return int(2 * settle_s + _delays(scenario) / SECOND) + 3


def _delays(scenario: Scenario) -> int:
    """The ns of all delays that somebody may wait for."""
    stages = [stage for step in scenario.leaves() if isinstance(step, model.Create) for stage in step.stages]
    lengths = [_length(parameters) for stage in stages for parameters in stage.values()]
    return sum(length for length in lengths if 0 < length < LONG_DELAY)


def _length(parameters: object) -> int:
    until = relative_time(parameters.get("until")) if isinstance(parameters, dict) else None
    return delay_ns(parameters, 0) if until is None else until.offset


def _due(scenario: Scenario, looks: tuple[Step, ...]) -> Scenario:
    """The scenario with what the audit adds to it: a wait, a read of everything that it made, and other looks."""
    instances = dict.fromkeys(ref for step in scenario.leaves() if (ref := _instance_made(step)) is not None)
    reads: list[Step] = [read for ref in instances for read in (model.Read(ref), model.History(ref))]
    if not reads:
        reads = [model.ListWorkflows()]
    reads += [look for look in looks if look not in reads]
    return replace(scenario, steps=(*_with_moments(scenario.steps), model.Settle(), *reads))


def _instance_made(step: Step) -> str | None:
    made = isinstance(step, model.Run) and step.workflow != model.UNKNOWN
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


def _path(wanted: PreparedRequest) -> str:
    query = "&".join(f"{name}={_quoted(value)}" for name, value in wanted.query)
    return f"{wanted.path}?{query}" if query else wanted.path


def _quoted(value: str) -> str:
    # What stands for an id is filled in by the script; everything else is percent-encoded here.
    return value if value.startswith(("$(", "{")) else quote(value, safe="")


# -- shell ------------------------------------------------------------------------------------------


def _shell(steps: tuple[Step, ...], indent: str) -> Iterator[str]:
    for step in steps:
        if isinstance(step, model.Together):
            yield from _background(step, indent)
        elif isinstance(step, model.Chain):
            yield from _shell(step.steps, indent)
        else:
            yield indent + _shell_line(step)


def _background(step: model.Together, indent: str) -> Iterator[str]:
    for lane in step.steps:
        yield f"{indent}{{"
        yield from _shell((lane,), indent + "  ")
        yield f"{indent}}} &"
    yield f"{indent}wait"


def _shell_line(step: Step) -> str:
    own = kind_of(step).shell
    if own is not None:
        return own(step)
    wanted = _prepared(step, lambda ref: "$(unknown)" if ref == model.UNKNOWN else f"$(ref {ref})")
    body = "" if wanted.body is None else f" {_shell_body(_text(wanted))}"
    return f'call {model.binds(step) or "-"} {wanted.method} "{_path(wanted)}"{body}'


def _shell_body(body: str) -> str:
    quoted = shlex.quote(body)
    return f'"$(fill {quoted})"' if _to_fill(body) else quoted


# -- Python -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Lane:
    """A named function for the steps that one thread takes."""

    name: str
    steps: tuple[Step, ...]


def _program(steps: tuple[Step, ...], indent: str = "", prefix: str = "lane") -> Iterator[str]:
    for number, step in enumerate(steps):
        if isinstance(step, model.Together):
            lanes = [_Lane(f"{prefix}_{number}_{place}", _lane_steps(lane)) for place, lane in enumerate(step.steps)]
            for lane in lanes:
                yield f"{indent}def {lane.name}():"
                yield from _program(lane.steps, indent + _INDENT, lane.name)
            yield f"{indent}together({', '.join(lane.name for lane in lanes)})"
        elif isinstance(step, model.Chain):
            yield from _program(step.steps, indent, f"{prefix}_{number}")
        else:
            yield indent + _python_line(step)


def _lane_steps(step: Step) -> tuple[Step, ...]:
    return step.steps if isinstance(step, model.Chain) else (step,)


def _python_line(step: Step) -> str:
    own = kind_of(step).python
    if own is not None:
        return own(step)
    wanted = _prepared(step, lambda ref: f"{{{ref}}}")
    body = "" if wanted.body is None else f", body={_python_body(_text(wanted))}"
    keep = model.binds(step)
    return f"call({wanted.method!r}, {_path(wanted)!r}{body}{f', keep={keep!r}' if keep else ''})"


def _python_body(body: str) -> str:
    return f"fill({body!r})" if _to_fill(body) else repr(body)


def _to_fill(body: str) -> bool:
    return "@now" in body or model.MARKER in body


def _prepared(step: Step, place: Place) -> PreparedRequest:
    wanted = asked(step, place)
    if wanted is None:
        raise TypeError(f"{type(step).__name__} is no single request")
    return V1.prepare(wanted, _quoted)


def _text(wanted: PreparedRequest) -> str:
    return (wanted.content or b"").decode("utf-8", "surrogatepass")
