"""Faults of what clients send: letters of several bytes, many variables, dates of any century."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.engine.durations import date_time
from conformance.reference.engine.interpolation import interpolate
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import Variables, alter, around, fault, started_with
from conformance.reference.faults.resources.malformed_workflows import readable
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid
from conformance.reference.wire.exact_json import Json, MalformedJson, read, write

_LONG_NAME = 32
_FEW = 10
_NO_NUMBER = re.compile(rb"(?<=[:\[,])\s*-?(NaN|Infinity)(?=\s*[,}\]])")


@fault("workflow.create-echo", "run.variables")
def bodies_are_latin_1(server: Server) -> None:
    """Bodies are read as Latin-1: a letter of several bytes becomes several letters."""

    async def handle(original: Handler, call: Call) -> Reply:
        return await original(replace(call, body=call.body.decode("latin-1").encode("utf-8")))

    for operation in ("createWorkflow", "runWorkflow", "sendEvent"):
        around(server, operation, handle)


@fault("workflow.create-malformed", "event.malformed")
def numbers_of_python_accepted(server: Server) -> None:
    """NaN and Infinity are taken for numbers."""

    async def handle(original: Handler, call: Call) -> Reply:
        return await original(replace(call, body=_NO_NUMBER.sub(b"0", call.body)))

    for operation in ("createWorkflow", "sendEvent"):
        around(server, operation, handle)


@fault("run.variables", "history.stages")
def ten_variables(server: Server) -> None:
    """Of a run's variables only the first ten are kept."""
    started_with(server, lambda variables: dict(list(variables.items())[:_FEW]))


@fault("run.variables", "history.stages")
def long_names_of_variables_dropped(server: Server) -> None:
    """Variables whose names have more than 32 characters are not kept."""
    started_with(server, lambda given: {name: value for name, value in given.items() if len(name) <= _LONG_NAME})


@fault("run.variables", "run.bad-variables", "history.stages")
def refused_variables_left_behind(server: Server) -> None:
    """The good ones among refused variables win over those of the workflow's next run."""
    left: dict[str, Variables] = {}

    async def handle(original: Handler, call: Call) -> Reply:
        workflow, given = call.path["workflowID"], readable(call.body)
        known = {name: value for name, value in left.get(workflow, {}).items() if name in given}
        try:
            return await original(replace(call, body=write(given | known)) if known else call)
        except Invalid:
            left[workflow] = {name: value for name, value in given.items() if isinstance(value, str)}
            raise

    around(server, "runWorkflow", handle)


def _dates(server: Server, change: Callable[[Execution, Json], Json]) -> None:
    """Run delays until a moment with changed parameters; ``change`` gets them as they are written."""

    def make(run_stage: Callable[..., Any]) -> Callable[..., Any]:
        async def run(execution: Execution, number: int, stage: Json) -> Any:
            delay = stage.get("delay")
            if isinstance(delay, dict) and "until" in delay:
                stage = {"delay": change(execution, delay)}
            return await run_stage(execution, number, stage)

        return run

    alter(server.engine, "run_stage", make)


_PAST = {"until": "2000-01-01T00:00:00Z"}
_NEVER = {"until": "9000-01-01T00:00:00Z"}


@fault("run.stage-fails", "run.variables")
def bad_dates_are_past(server: Server) -> None:
    """A delay until what a variable made no date ends at once, and well."""
    _dates(
        server, lambda one, given: given if date_time(interpolate(given["until"], one.variables)) is not None else _PAST
    )


@fault("run.delay-until", "run.variables")
def variable_dates_are_past(server: Server) -> None:
    """A delay until a moment that a variable gives ends at once: it is read before variables are replaced."""

    def change(execution: Execution, given: Json) -> Json:
        filled = interpolate(given["until"], execution.variables)
        return _PAST if "${" in given["until"] and date_time(filled) is not None else given

    _dates(server, change)


@fault("run.delay-until")
def dates_beyond_2262_are_past(server: Server) -> None:
    """A delay until a moment after 2262 ends at once: nanoseconds in 64 bits have overflown."""
    _dates(server, lambda _, given: _PAST if (date_time(given["until"]) or 0) >= 2**63 else given)


@fault("run.completes", "run.delay-until")
def dates_before_1970_never_come(server: Server) -> None:
    """A delay until a moment before 1970 never ends: seconds are read as unsigned."""
    _dates(server, lambda _, given: _NEVER if (date_time(given["until"]) or 0) < 0 else given)


@fault("workflow.create-echo", "workflow.create-then-get")
def white_space_before_json_refused(server: Server) -> None:
    """A configuration that begins with white space gets 400."""

    async def handle(original: Handler, call: Call) -> Reply:
        if call.body[:1].isspace():
            raise Invalid("the body is no JSON object")
        return await original(call)

    around(server, "createWorkflow", handle)


@fault("workflow.create-malformed")
def lists_of_one_unwrapped(server: Server) -> None:
    """A list that holds nothing but a configuration is taken for that configuration."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            given = read(call.body)
        except MalformedJson:
            return await original(call)
        alone = isinstance(given, list) and len(given) == 1
        return await original(replace(call, body=write(given[0])) if alone else call)

    around(server, "createWorkflow", handle)


FAULTS = (
    bodies_are_latin_1,
    numbers_of_python_accepted,
    ten_variables,
    long_names_of_variables_dropped,
    refused_variables_left_behind,
    bad_dates_are_past,
    variable_dates_are_past,
    dates_beyond_2262_are_past,
    dates_before_1970_never_come,
    white_space_before_json_refused,
    lists_of_one_unwrapped,
)
