"""Baselines: an ordinary answer before an unusual one. What an SDK gets wrong in both has another cause."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.contract.api import V1
from conformance.sdk.drawing.case import Case
from conformance.sdk.drawing.single_calls import simple_answer
from conformance.sdk.witness.answer import Answer, json_answer, success_answer
from conformance.wire import exact_json
from conformance.wire.instant import MILLISECOND, Instant, parse_instant

EXACT = 2**53
"""Integers beyond this are rounded where numbers are doubles."""
_SMALL = 1000
_REFUSAL = {"errorCode": "NOT_FOUND", "errorMessage": "no such thing"}


def after_simple(case: Case) -> Case:
    """The case with an ordinary answer of the same operation first; before a refusal, an ordinary refusal."""
    step = case.step
    return _after(case, json_answer(404, _REFUSAL) if step.answer.status >= 400 else simple_answer(step.call.operation))


def after_twin(case: Case) -> Case:
    """The case with the same data first, each value of it made ordinary."""
    body = exact_json.parse(case.step.answer.body).value
    operation = case.step.call.operation
    data = body if operation == "getServerInfo" else body["data"]
    return after_data(case, ordinary(data))


def after_data(case: Case, data: Any) -> Case:
    """The case with another good answer of the same operation first."""
    operation = case.step.call.operation
    return _after(case, success_answer(operation, V1.by_action[operation].success, data))


def ordinary(value: Any) -> Any:
    """A value with what is unusual in it changed: great numbers, text beyond ASCII, fine or local instants, null."""
    if isinstance(value, dict):
        return {_plain(key): ordinary(each) for key, each in value.items()}
    if isinstance(value, list):
        return [ordinary(each) for each in value]
    if isinstance(value, str):
        instant = parse_instant(value)
        return _plain(value) if instant is None else Instant(instant.ns // MILLISECOND * MILLISECOND, 3).isoformat()
    if isinstance(value, int) and abs(value) > EXACT:
        return value % _SMALL
    return "text" if value is None else value


def _plain(text: str) -> str:
    return "".join(each if each.isascii() and each.isprintable() else "x" for each in text)


def _after(case: Case, answer: Answer) -> Case:
    step = case.step
    return replace(case, steps=(replace(step, answer=answer), step))
