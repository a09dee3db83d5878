"""Faults of texts that look like something else, and are taken for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from conformance.reference.engine.clock import SECOND
from conformance.reference.engine.durations import duration
from conformance.reference.faults.answers.envelope import on_each
from conformance.reference.faults.answers.texts import mapped
from conformance.reference.faults.fault import alter, edit, fault, map_numbers
from conformance.reference.faults.resources.workflows import changed_stages, stored_as
from conformance.reference.service.server import Server
from conformance.reference.wire.exact_json import Json

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _inputs(server: Server, change: Callable[[Json], Json]) -> None:
    """Change the inputs that history tells."""
    edit(server, "getInstanceHistory", on_each(lambda entry: entry | {"input": change(entry["input"])}))


def _variables(server: Server, change: Callable[[str], str]) -> None:
    """Change the values of a run's variables."""
    original = server.engine.start

    def start(workflow_id: str, variables: Mapping[str, str]) -> str:
        return original(workflow_id, {name: change(value) for name, value in variables.items()})

    alter(server.engine, "start", lambda _: start)


def _stored_texts(server: Server, change: Callable[[str], str]) -> None:
    alter(server.engine, "create_workflow", stored_as(changed_stages(lambda _, given: mapped(given, change))))


def _shorter(text: str) -> str:
    """A duration in the largest unit that it is a whole number of."""
    length = (duration(text) or 0) // SECOND
    units = ((3600, "h"), (60, "m"))
    return next((f"{length // unit}{name}" for unit, name in units if length and length % unit == 0), text)


@fault("history.stages")
def names_told_as_durations(server: Server) -> None:
    """History tells the name of an event that reads like a duration in its largest unit: 60s as 1m."""
    _inputs(server, lambda given: mapped(given, _shorter) if "event" in given else given)


@fault("history.stages", "stage-history.effect")
def metadata_told_as_durations(server: Server) -> None:
    """History tells metadata that read like durations in their largest unit."""

    def told(given: Json) -> Json:
        return given | {"metadata": mapped(given["metadata"], _shorter)} if "metadata" in given else given

    _inputs(server, told)


@fault("run.variables", "history.stages")
def leading_zeros_of_variables_lost(server: Server) -> None:
    """Variables of digits only are read as numbers: 007 becomes 7."""
    _variables(server, lambda text: str(int(text)) if text.isascii() and text.isdigit() else text)


@fault("run.variables", "history.stages")
def null_variables_are_empty(server: Server) -> None:
    """A variable whose value is the text null is empty."""
    _variables(server, lambda text: "" if text == "null" else text)


@fault("workflow.create-echo", "history.stages")
def dates_become_moments(server: Server) -> None:
    """A text in a stage's parameters that is a date is kept as midnight of that day."""
    _stored_texts(server, lambda text: f"{text}T00:00:00Z" if _DATE.fullmatch(text) else text)


@fault("workflow.create-echo", "history.stages")
def blank_texts_are_empty(server: Server) -> None:
    """A text in a stage's parameters that is nothing but white space is kept as empty."""
    _stored_texts(server, lambda text: text if text.strip() else "")


@fault("workflow.create-echo", "history.stages")
def empty_metadata_not_kept(server: Server) -> None:
    """Metadata whose value is empty are not kept."""

    def kept(value: Json) -> Json:
        if isinstance(value, dict):
            return {
                key: {name: text for name, text in item.items() if text != ""} if key == "metadata" else kept(item)
                for key, item in value.items()
            }
        return value

    alter(server.engine, "create_workflow", stored_as(changed_stages(lambda _, given: kept(given))))


@fault("workflow.create-echo", "history.stages")
def keys_of_metadata_in_ascii(server: Server) -> None:
    """Keys of metadata keep their ASCII letters only."""

    def plain(value: Json) -> Json:
        if isinstance(value, dict):
            return {
                key: {name.encode("ascii", "ignore").decode(): text for name, text in item.items()}
                if key == "metadata"
                else plain(item)
                for key, item in value.items()
            }
        return value

    alter(server.engine, "create_workflow", stored_as(changed_stages(lambda _, given: plain(given))))


@fault("workflow.exact-numbers", "workflow.create-echo")
def huge_amounts_vanish(server: Server) -> None:
    """An amount of more than 64 bits is left out of the workflow that is given back."""

    def without_huge(value: Json) -> Json:
        if isinstance(value, dict):
            return {key: without_huge(item) for key, item in value.items() if not _huge(item)}
        return [without_huge(item) for item in value] if isinstance(value, list) else value

    for operation in ("createWorkflow", "getWorkflow", "listWorkflows"):
        edit(server, operation, without_huge)


def _huge(value: Json) -> bool:
    return isinstance(value, int) and value >= 2**64


@fault("workflow.create-echo", "workflow.exact-numbers")
def amounts_of_zero_are_one(server: Server) -> None:
    """An amount of nothing is kept as one."""
    change = stored_as(lambda config: map_numbers(config, lambda number: number or 1))
    alter(server.engine, "create_workflow", change)


FAULTS = (
    names_told_as_durations,
    metadata_told_as_durations,
    leading_zeros_of_variables_lost,
    null_variables_are_empty,
    dates_become_moments,
    blank_texts_are_empty,
    empty_metadata_not_kept,
    keys_of_metadata_in_ascii,
    huge_amounts_vanish,
    amounts_of_zero_are_one,
)
