"""Successful answers with drawn contents: of each operation, each kind of stage, each activity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from conformance.contract.schema.responses import HISTORY_KINDS
from conformance.sdk.drawing.answers import (
    PLAIN,
    activity_entries,
    activity_schemas,
    answer_data,
    history_entries,
    without_output,
)
from conformance.sdk.drawing.baselines import after_data
from conformance.sdk.drawing.case import Case
from conformance.sdk.drawing.single_calls import Parts, good
from conformance.sdk.drawing.values import Palette


def reading(theme: str, operations: tuple[str, ...], palette: Palette) -> Parts:
    """Good answers of each of some operations, their values drawn from a palette."""

    def of(operation: str) -> st.SearchStrategy[Case]:
        return answer_data(operation, palette).map(lambda data: good(theme, operation, data))

    return tuple(of(operation) for operation in operations)


def kinds(theme: str, palette: Palette, names: Iterable[str] = sorted(HISTORY_KINDS)) -> Parts:
    """Histories of stages of each kind."""

    def of(name: str) -> st.SearchStrategy[Case]:
        entries = st.lists(history_entries(palette, name), min_size=1, max_size=2)
        return entries.map(lambda data: good(theme, "getInstanceHistory", data))

    return tuple(of(name) for name in names)


def activities(theme: str, palette: Palette) -> Parts:
    """Histories of a stage with each activity, its input and its output."""

    def of(name: str) -> st.SearchStrategy[Case]:
        entries = st.lists(activity_entries(palette, name), min_size=1, max_size=2)
        return entries.map(lambda data: good(theme, "getInstanceStageHistory", data))

    return tuple(of(name) for name in activity_schemas("input"))


def activity_inputs(theme: str) -> Parts:
    """Histories of a stage with the input of each activity."""

    def of(name: str) -> st.SearchStrategy[Case]:
        return activity_entries(PLAIN, name).map(
            lambda entry: good(theme, "getInstanceStageHistory", [without_output(entry)])
        )

    return tuple(of(name) for name in activity_schemas("input"))


def activity_outputs(theme: str) -> Parts:
    """Histories of a stage with the output of each activity, after the same without it."""

    def case(entry: dict[str, Any]) -> Case:
        return after_data(good(theme, "getInstanceStageHistory", [entry]), [without_output(entry)])

    return tuple(activity_entries(PLAIN, name).map(case) for name in activity_schemas("output"))
