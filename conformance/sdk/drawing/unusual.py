"""Answers that are legal and unusual, refusals of every kind, and no answer at all."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from conformance.contract.api import V1
from conformance.sdk.drawing.answers import READING, SIMPLE, activity_entries, answer_data, history_entries
from conformance.sdk.drawing.case import Case, Step
from conformance.sdk.drawing.requests import ALL, simple_answer, simple_arguments
from conformance.sdk.drawing.values import Palette, instants
from conformance.sdk.driver.protocol import Call
from conformance.sdk.witness.answer import Answer, json_answer, success_answer

_STATUSES = (400, 401, 403, 404, 429, 500, 503)
_CODES = {400: "VALIDATION", 404: "NOT_FOUND"}
_SILENCE_S = 1.0
"""Seconds that a call waits for an answer that never comes."""
_LISTS = ("listWorkflows", "listInstances", "getInstanceHistory", "getInstanceStageHistory")


def answering(theme: str, operation: str, answer: Answer, timeout: float = 10.0) -> Case:
    """A case with one ordinary call that gets this answer."""
    return Case(theme, (Step(Call(operation, simple_arguments(operation), timeout=timeout), answer),))


def after_ordinary(case: Case) -> Case:
    """The case with an ordinary answer of the same operation first.

    What an SDK loses of that as well is not lost because an answer is unusual.
    """
    step = case.step
    refused = step.answer.status >= 400
    error = {"errorCode": "NOT_FOUND", "errorMessage": "no such thing"}
    ordinary = json_answer(404, error) if refused else simple_answer(step.call.operation)
    return replace(case, steps=(replace(step, answer=ordinary), step))


def good(theme: str, operation: str, data: Any) -> Case:
    """A case whose call gets a good answer with this data."""
    return answering(theme, operation, success_answer(operation, V1.by_action[operation].success, data))


def reading(theme: str, operations: tuple[str, ...], palette: Palette) -> st.SearchStrategy[Case]:
    """Good answers of some operations, their values drawn from a palette."""
    return st.sampled_from(operations).flatmap(
        lambda operation: answer_data(operation, palette).map(lambda data: good(theme, operation, data))
    )


def kinds(theme: str, palette: Palette) -> st.SearchStrategy[Case]:
    """Histories of stages of each kind."""
    entries = st.lists(history_entries(palette), min_size=1, max_size=3)
    return entries.map(lambda data: good(theme, "getInstanceHistory", data))


def activities(theme: str, palette: Palette) -> st.SearchStrategy[Case]:
    """Histories of a stage, with each activity."""
    entries = st.lists(activity_entries(palette), min_size=1, max_size=2)
    return entries.map(lambda data: good(theme, "getInstanceStageHistory", data))


def framed(theme: str, change: Callable[[Answer], Answer]) -> st.SearchStrategy[Case]:
    """Ordinary answers, sent in another way."""
    return st.sampled_from(READING).map(lambda operation: answering(theme, operation, change(simple_answer(operation))))


def unknown_fields(theme: str) -> st.SearchStrategy[Case]:
    """Answers with fields that the document does not have, at every level."""
    extra: st.SearchStrategy[Any] = st.sampled_from([1, "text", True, {"deep": [1]}, [], None])
    return st.builds(
        lambda operation, value: good(theme, operation, _extended(SIMPLE[operation], value)),
        st.sampled_from(READING),
        extra,
    )


def _extended(value: Any, extra: Any) -> Any:
    if isinstance(value, list):
        return [_extended(each, extra) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: _extended(each, extra) if key in ("workflow", "status") else each for key, each in value.items()} | {
        "addedLater": extra
    }


def bare(theme: str) -> st.SearchStrategy[Case]:
    """Answers without any field that may be absent."""
    palette = Palette(optional=st.just(False))
    return reading(theme, READING, palette)


def instance_with(theme: str, **fields: Any) -> st.SearchStrategy[Case]:
    """Instances with these fields, read one by one and in lists."""
    instance = SIMPLE["getInstance"] | fields
    return st.sampled_from(
        [
            good(theme, "getInstance", instance),
            good(theme, "runWorkflow", instance),
            good(theme, "listInstances", [instance, instance]),
        ]
    )


def times(theme: str) -> st.SearchStrategy[Case]:
    """Instants with 0 to 9 decimals of the second, in UTC and with offsets."""
    palette = Palette(instant=instants(st.integers(0, 9), zones=True))
    return reading(theme, ("getWorkflow", "getInstance", "listInstances", "getInstanceHistory"), palette)


def long_history(theme: str, length: int = 1000) -> st.SearchStrategy[Case]:
    """A history of a thousand entries, and lists as long."""
    return st.sampled_from(_LISTS).map(
        lambda operation: good(theme, operation, [copy.deepcopy(SIMPLE[operation][0]) for _ in range(length)])
    )


def nulls(theme: str) -> st.SearchStrategy[Case]:
    """Null where the document lets anything be: inside the free-form parameters of a configuration."""
    config = {"name": "n", "stages": [{"custom": {"a": None}}, {"noop": {}}]}
    workflow = SIMPLE["getWorkflow"] | {"config": config}
    return st.sampled_from(
        [
            good(theme, "getWorkflow", workflow),
            good(theme, "listWorkflows", [workflow, SIMPLE["getWorkflow"]]),
            good(theme, "getInstance", SIMPLE["getInstance"] | {"workflow": workflow}),
        ]
    )


def odd_elements(theme: str) -> st.SearchStrategy[Case]:
    """Lists in which one element has null for a field, or something else that the document does not have."""
    odd = st.sampled_from([("updatedAt", None), ("name", 7), ("terminated", None), ("createdAt", "soon")])

    def case(operation: str, position: int, change: tuple[str, Any]) -> Case:
        data = [copy.deepcopy(SIMPLE[operation][0]) for _ in range(3)]
        data[position] |= dict([change])
        return good(theme, operation, data)

    return st.builds(case, st.sampled_from(_LISTS), st.integers(0, 2), odd)


@st.composite
def refusals(draw: st.DrawFn, theme: str, code: str | None = None) -> Case:
    """Refusals of each operation with an Error; ``code`` is an errorCode in place of the one that fits the status."""
    operation, status = draw(st.sampled_from(ALL)), draw(st.sampled_from(_STATUSES))
    message = draw(st.sampled_from(["no such thing", "é 漢", 'a "quoted" reason']))
    error = {"errorCode": code or _CODES.get(status, "INTERNAL"), "errorMessage": message}
    headers = (("content-type", "application/json"), *((("retry-after", "1"),) if status in (429, 503) else ()))
    return answering(theme, operation, json_answer(status, error, headers))


def bare_refusals(theme: str, media_type: str | None, body: bytes) -> st.SearchStrategy[Case]:
    """Refusals whose body is no Error."""
    headers = (("content-type", media_type),) if media_type else ()
    return st.builds(
        lambda operation, status: answering(theme, operation, Answer(status, headers, body)),
        st.sampled_from(ALL),
        st.sampled_from([404, 429, 500, 503]),
    )


def unanswered(theme: str, fate: str) -> st.SearchStrategy[Case]:
    """Calls whose connection is closed, or that nobody answers."""
    timeout = _SILENCE_S if fate == "silence" else 10.0
    answer = Answer(fate="silence" if fate == "silence" else "close")
    return st.sampled_from(ALL).map(lambda operation: answering(theme, operation, answer, timeout))
