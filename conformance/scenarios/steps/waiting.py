"""Steps that wait: for a state of an instance, until all effects are due, or for some milliseconds."""

from __future__ import annotations

from conformance.scenarios.scenario.model import Pause, Settle, Until
from conformance.scenarios.steps.kind import StepKind

_SHELL_SETTLE = 'sleep "$SETTLE"'
_PYTHON_SETTLE = "time.sleep(SETTLE)"


def _line(step: Until) -> str:
    stage = "" if step.stage is None else f" (stage {step.stage})"
    return f"poll {step.instance} until {step.state}{stage}"


def _shell(step: Until) -> str:
    if step.state == "quiet":
        return _SHELL_SETTLE
    return f"until_ {step.instance} {step.state}{'' if step.stage is None else f' {step.stage}'}"


def _python(step: Until) -> str:
    if step.state == "quiet":
        return _PYTHON_SETTLE
    return f"until({step.instance!r}, {step.state!r}{'' if step.stage is None else f', {step.stage}'})"


KINDS = (
    StepKind(
        "until",
        Until,
        _line,
        play=lambda step, playing, client, number: playing.until(step, client, number),
        shell=_shell,
        python=_python,
    ),
    StepKind(
        "settle",
        Settle,
        lambda _: "wait until everything so far is due",
        play=lambda step, playing, client, number: playing.settle(step, client, number),
        shell=lambda _: _SHELL_SETTLE,
        python=lambda _: _PYTHON_SETTLE,
    ),
    StepKind(
        "pause",
        Pause,
        lambda step: f"pause {step.ms} ms",
        play=lambda step, playing, _client, _number: playing.pause(step.ms / 1000),
        shell=lambda step: f"sleep {step.ms / 1000}",
        python=lambda step: f"time.sleep({step.ms / 1000})",
    ),
)
