"""Scenarios as shell scripts with curl."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.scenarios.scenario import model
from conformance.scenarios.scenario.model import Scenario, Step
from conformance.scenarios.snippets.check import Checked, Kept
from conformance.scenarios.snippets.helpers import in_forms, used
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
from conformance.scenarios.snippets.shell_helpers import FORMED, HELPERS
from conformance.scenarios.steps.registry import kind_of
from conformance.target.authentication.presenting import QUERY_NAME
from conformance.trace import TokenKind

_PLAIN = Setting()


def curl(scenario: Scenario, setting: Setting = _PLAIN) -> str:
    """A bash script that replays a scenario; its first argument replaces the base URL.

    It ends with reads of all instances, once due, and with what the check says of them.
    """
    script = due(scenario, setting)
    steps = "\n".join([*_Script(script.steps, script.kept).lines(), *_verdict(setting, script)])
    helpers = in_forms(used(HELPERS, steps), scenario.forms, FORMED)
    head = [
        "#!/usr/bin/env bash",
        *told(scenario, setting),
        "# Usage: bash THIS_FILE [BASE_URL], with TOKEN=… for a bearer token; needs curl and python3",
        f'BASE="${{1:-{setting.base_url.rstrip("/")}}}"',
        f"SETTLE={round(setting.settle_s, 3)}  # {SETTLE}",
        f"LIMIT={limit(scenario, setting.settle_s)}  # {LIMIT}",
        "ids=$(mktemp -d); trap clean EXIT",
    ]
    return "\n".join([*kept(head, helpers, steps), "", *(helper.code for helper in helpers)]) + f"\n{steps}\n"


def _verdict(setting: Setting, script: Checked) -> list[str]:
    if undecided(setting, script):
        return [f"echo {shlex.quote(UNDECIDED)}; exit 2"]
    if setting.check is None:
        return []
    lines = [f"verdict {shlex.quote(printable(setting.check.observed))} <<'END'"]
    for name, part in zip(script.names, setting.check.parts, strict=True):
        lines.append(json.dumps([name, part.status, part.pointer, part.value, part.steady]))
    return [*lines, "END"]


@dataclass(frozen=True)
class _Script:
    """The lines of some steps; answers that the verdict needs are kept under the names of ``kept``."""

    steps: tuple[Step, ...]
    kept: Kept

    def lines(self) -> Iterator[str]:
        return self._lines(self.steps, "")

    def _lines(self, steps: tuple[Step, ...], indent: str) -> Iterator[str]:
        for step in steps:
            if isinstance(step, model.Together):
                yield from self._background(step, indent)
            elif isinstance(step, model.Chain):
                yield from self._lines(step.steps, indent)
            else:
                name = self.kept.get(id(step))
                yield indent + _line(step) + (f"; keep {name}" if name else "")

    def _background(self, step: model.Together, indent: str) -> Iterator[str]:
        for lane in step.steps:
            yield f"{indent}{{"
            yield from self._lines((lane,), indent + "  ")
            yield f"{indent}}} &"
        yield f"{indent}wait"


def _line(step: Step) -> str:
    own = kind_of(step).shell
    if own is not None:
        return own(step)
    wanted = prepared(step, lambda ref: "$(unknown)" if ref == model.UNKNOWN else f"$(ref {ref})")
    body = "" if wanted.body is None else f" {_shell_body(body_of(wanted))}"
    kind = token_of(step)
    token = "" if kind is None else f"TOKEN={_shell_token(kind)} "
    query = f"?{QUERY_NAME}=$TOKEN" if kind == "in-query" else ""
    leaving = "LEAVE=$((${SETTLE%.*} + 2)) " if leaves(step) else ""
    return f'{leaving}{token}call {model.binds(step) or "-"} {wanted.method} "{path_of(wanted)}{query}"{body}'


def _shell_token(kind: TokenKind) -> str:
    shown = SHOWN_TOKENS.get(kind)
    return f"${variable_of(kind)}" if shown is None else shlex.quote(shown) if shown else ""


def _shell_body(body: str) -> str:
    quoted = shlex.quote(body)
    return f'"$(fill {quoted})"' if is_to_fill(body) else quoted
