"""Answers that are legal and unusual."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from conformance.contract.schema.responses import HISTORY_KINDS
from conformance.sdk.drawing.answers import (
    READING,
    SIMPLE,
    activity_entries,
    activity_schemas,
    answer_data,
    history_entries,
)
from conformance.sdk.drawing.baselines import after_data
from conformance.sdk.drawing.case import Case
from conformance.sdk.drawing.contents import kinds, reading
from conformance.sdk.drawing.minimal_answers import least_data
from conformance.sdk.drawing.single_calls import Parts, answering, good, simple_answer
from conformance.sdk.drawing.values import Palette, instants
from conformance.sdk.witness.answer import Answer

_LISTS = ("listWorkflows", "listInstances", "getInstanceHistory", "getInstanceStageHistory")


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


def bare(theme: str) -> Parts:
    """Answers without any field that may be absent, after the same with all of them."""
    palette = Palette(optional=st.just(True))

    def case(operation: str, data: st.SearchStrategy[Any]) -> st.SearchStrategy[Case]:
        return data.filter(bool).map(
            lambda whole: after_data(good(theme, operation, least_data(operation, whole)), whole)
        )

    def listed(operation: str, entries: st.SearchStrategy[Any]) -> st.SearchStrategy[Case]:
        return case(operation, entries.map(lambda entry: [entry]))

    return (
        *(case(operation, answer_data(operation, palette)) for operation in READING),
        *(listed("getInstanceHistory", history_entries(palette, name)) for name in sorted(HISTORY_KINDS)),
        *(listed("getInstanceStageHistory", activity_entries(palette, name)) for name in activity_schemas("input")),
    )


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


def times(theme: str) -> Parts:
    """Instants with 0 to 9 decimals of the second, in UTC and with offsets."""
    palette = Palette(instant=instants(st.integers(0, 9), zones=True))
    operations = ("getWorkflow", "getInstance", "listInstances", "getInstanceHistory")
    return (*reading(theme, operations, palette), *kinds(theme, palette, ("RunDelay", "RunSend")))


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


def odd_elements(theme: str) -> Parts:
    """Lists in which one element has null for a field, or something else that the document does not have."""
    odd = st.sampled_from([("updatedAt", None), ("name", 7), ("terminated", None), ("createdAt", "soon")])

    def case(operation: str, position: int, change: tuple[str, Any]) -> Case:
        data = [copy.deepcopy(SIMPLE[operation][0]) for _ in range(3)]
        data[position] |= dict([change])
        return good(theme, operation, data)

    return tuple(st.builds(case, st.just(operation), st.integers(0, 2), odd) for operation in _LISTS)
