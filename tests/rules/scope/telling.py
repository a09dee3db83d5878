"""A small trace in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.rules.scope.answers import TIMES, Answer, stamp
from tests.rules.scope.programs import Program


def told(program: Program, answers: Sequence[Answer]) -> str:
    """The stages, and each request in order of sending with the ms in which it was under way and its answer."""
    asked = zip(program.windows, (*program.signals, *program.views), answers, strict=True)
    lines = [
        f"{name} {window[0]}-{window[1]}: {_brief(answer)}"
        for window, name, answer in sorted(asked, key=lambda each: each[0])
    ]
    return "; ".join([f"[{' '.join(program.stages)}]", *lines])


def _brief(answer: Answer) -> str:
    return str(answer[0]) if answer[1] is None else _text(answer[1])


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if not isinstance(value, dict):
        return str(value)
    return "{" + " ".join(_member(key, item) for key, item in value.items() if key not in _LEFT_OUT) + "}"


def _member(key: str, value: Any) -> str:
    return f"{_KEYS.get(key, key)}={_time(value) if key in TIMES else _text(value)}"


_LEFT_OUT = ("id", "workflowID", "instanceID", "input", "output")
_KEYS = {"createdAt": "c", "updatedAt": "u", "startedAt": "s", "terminatedAt": "t", "terminated": "T", "stage": "#"}


def _time(text: str) -> str:
    start = stamp(0)
    return text[17:23] if text[:16] == start[:16] else text[11:23]
