"""Scenarios as Python programs with httpx."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, Step
from conformance.scenarios.snippets.check import Checked, Kept
from conformance.scenarios.snippets.helpers import imports, in_forms, used
from conformance.scenarios.snippets.python_helpers import FORMED, HELPERS
from conformance.scenarios.snippets.shared import (
    LIMIT,
    SETTLE,
    SHOWN_TOKENS,
    UNDECIDED,
    Setting,
    body_of,
    due,
    is_to_fill,
    kept,
    leaves,
    limit,
    path_of,
    prepared,
    printable,
    token_of,
    told,
    undecided,
    variable_of,
)
from conformance.scenarios.steps.registry import kind_of
from conformance.target.authentication.presenting import QUERY_NAME
from conformance.trace import TokenKind

_INDENT = "    "
_PLAIN = Setting()


def python(scenario: Scenario, setting: Setting = _PLAIN) -> str:
    """A Python program, needing httpx alone, that replays a scenario just as ``curl`` does."""
    script = due(scenario, setting)
    steps = "\n".join([*_Program(script.steps, script.kept).lines(), *_verdict(setting, script)])
    helpers = in_forms(used(HELPERS, steps), scenario.forms, FORMED)
    unknown = '"unknown": str(uuid.uuid4())' if f"{{{model.UNKNOWN}}}" in steps else ""
    head = [
        *told(scenario, setting),
        "# Usage: python THIS_FILE [BASE_URL], with TOKEN=… for a bearer token; needs httpx (pip install httpx)",
        f"import {imports(helpers, 'os', 'sys', 'time', *(['uuid'] if unknown else []))}",
        "",
        "import httpx",
        "",
        f"BASE = sys.argv[1] if len(sys.argv) > 1 else {setting.base_url.rstrip('/')!r}",
        'TOKEN = os.environ.get("TOKEN", "")',
        f"SETTLE = {round(setting.settle_s, 3)}  # {SETTLE}",
        f"LIMIT = {limit(scenario, setting.settle_s)}  # {LIMIT}",
        f"ids = {{{unknown}}}",
        *(["answers = {}"] if script.names else []),
    ]
    return "\n".join([*kept(head, helpers, steps), "", "", *(f"{each.code}\n" for each in helpers)]) + f"{steps}\n"


def _verdict(setting: Setting, script: Checked) -> list[str]:
    if undecided(setting, script):
        return [f"print({UNDECIDED!r})", "sys.exit(2)"]
    if setting.check is None:
        return []
    parts = zip(script.names, setting.check.parts, strict=True)
    rows = [f"    ({name!r}, {part.status}, {part.pointer!r}, {part.value!r}, {part.steady})," for name, part in parts]
    return ["verdict([", *rows, f"], {printable(setting.check.observed)!r})"]


@dataclass(frozen=True)
class _Lane:
    """A named function for the steps that one thread takes."""

    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _Program:
    """The lines of some steps; answers that the verdict needs are kept under the names of ``kept``."""

    steps: tuple[Step, ...]
    kept: Kept

    def lines(self) -> Iterator[str]:
        return self._lines(self.steps)

    def _lines(self, steps: tuple[Step, ...], indent: str = "", prefix: str = "lane") -> Iterator[str]:
        for number, step in enumerate(steps):
            if isinstance(step, model.Together):
                lanes = [
                    _Lane(f"{prefix}_{number}_{place}", _lane_steps(lane)) for place, lane in enumerate(step.steps)
                ]
                for lane in lanes:
                    yield f"{indent}def {lane.name}():"
                    yield from self._lines(lane.steps, indent + _INDENT, lane.name)
                yield f"{indent}together({', '.join(lane.name for lane in lanes)})"
            elif isinstance(step, model.Chain):
                yield from self._lines(step.steps, indent, f"{prefix}_{number}")
            else:
                line = _line(step)
                name = self.kept.get(id(step))
                yield indent + (f"answers[{name!r}] = {line}" if name else line)


def _lane_steps(step: Step) -> tuple[Step, ...]:
    return step.steps if isinstance(step, model.Chain) else (step,)


def _line(step: Step) -> str:
    own = kind_of(step).python
    if own is not None:
        return own(step)
    wanted = prepared(step, lambda ref: f"{{{ref}}}")
    body = "" if wanted.body is None else f", body={_python_body(body_of(wanted))}"
    keep, kind = model.binds(step), token_of(step)
    more = f", keep={keep!r}" if keep else "" if kind is None else f", token={_token(kind)}"
    more += ", leave=SETTLE + 1" if leaves(step) else ""
    query = f' + "?{QUERY_NAME}=" + TOKEN' if kind == "in-query" else ""
    return f"call({wanted.method!r}, {path_of(wanted)!r}{query}{body}{more})"


def _token(kind: TokenKind) -> str:
    text = SHOWN_TOKENS.get(kind)
    return f'os.environ["{variable_of(kind)}"]' if text is None else repr(text)


def _python_body(body: str) -> str:
    return f"fill({body!r})" if is_to_fill(body) else repr(body)
