"""Faults of replacing variables in the texts of stages."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from conformance.reference.engine.clock import rfc3339
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.answers.texts import mapped
from conformance.reference.faults.fault import Variables, alter, around, edit, edit_many, fault, started_with
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.request_bodies import run_variables
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid
from conformance.reference.wire.exact_json import Json, MalformedJson, read, write

RunStage = Callable[[Execution, int, Json], Awaitable[str | None]]

_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_UNREPLACED = ("ledger", "throughAccount")
# What keeps a reference from being replaced until it is shown.
_HIDDEN = "\0{"
_WORD = re.compile(r"\w+", re.ASCII)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


def _as_written(server: Server, change: Callable[[str, Variables], str]) -> None:
    """Change the texts of a stage before variables are replaced in them."""

    def make(run_stage: RunStage) -> RunStage:
        async def run(execution: Execution, number: int, stage: Json) -> str | None:
            variables = execution.variables
            return await run_stage(execution, number, mapped(stage, lambda text: change(text, variables)))

        return run

    alter(server.engine, "run_stage", make)


@fault("run.variables", "history.stages")
def adjacent_references_lost(server: Server) -> None:
    """Of two references without a character between them the second one is dropped."""
    _as_written(server, lambda text, _: re.sub(r"(\$\{[^{}]*\})\$\{[^{}]*\}", r"\1", text))


@fault("run.variables", "history.stages")
def backslashes_in_values_expanded(server: Server) -> None:
    r"""A backslash in a variable's value and the character after it are an escape: \n is the end of a line."""

    def expand(value: str) -> str:
        return re.sub(r"\\(.?)", lambda found: _ESCAPES.get(found[1], ""), value, flags=re.DOTALL)

    started_with(server, lambda variables: {name: expand(value) for name, value in variables.items()})


@fault("run.variables", "history.stages")
def quoted_values_unquoted(server: Server) -> None:
    """A value between quotation marks is read as a text of JSON: it loses both."""

    def bare(value: str) -> str:
        return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value

    started_with(server, lambda variables: {name: bare(value) for name, value in variables.items()})


@fault("run.variables", "history.stages")
def braces_are_templates(server: Server) -> None:
    """What stands between {{ and }} in a stage's texts, or in a variable, is a template that gives nothing."""
    _as_written(server, lambda text, _: _TEMPLATE.sub("", text))
    started_with(server, lambda variables: {name: _TEMPLATE.sub("", value) for name, value in variables.items()})


@fault("run.variables", "history.stages")
def colons_in_references_are_defaults(server: Server) -> None:
    """A reference with a colon is one to the variable before it, or else gives what stands behind it."""

    def given(reference: re.Match[str], variables: Variables) -> str:
        name, colon, default = reference[1].partition(":")
        return variables.get(name, default) if colon else reference[0]

    _as_written(server, lambda text, variables: _REFERENCE.sub(lambda found: given(found, variables), text))


@fault("run.variables", "history.stages")
def names_of_word_characters_only(server: Server) -> None:
    """References whose names hold more than letters, digits and underscores are not replaced."""
    started_with(server, lambda variables: {name: value for name, value in variables.items() if _WORD.fullmatch(name)})


@fault("event.matching", "event.other", "stage.waits")
def waits_for_the_name_as_written(server: Server) -> None:
    """A stage waits for its event's name as the workflow has it: history alone tells the variables' values."""
    original = server.stage_kinds.wait_event

    async def wait(execution: Execution, parameters: Json) -> None:
        (written,) = execution.stages[execution.stage].values()
        await original(execution, parameters | {"event": written["event"]})

    server.stage_kinds.kinds["wait_event"] = wait


@fault("run.variables", "history.stages")
def variables_without_case(server: Server) -> None:
    """Of variables whose names differ in case only the last one has the value of all."""

    def folded(variables: Variables) -> Variables:
        last = {name.lower(): value for name, value in variables.items()}
        return {name: last[name.lower()] for name in variables}

    started_with(server, folded)


@fault("run.variables", "history.stages")
def values_trimmed(server: Server) -> None:
    """White space around the value of a variable is dropped."""
    started_with(server, lambda variables: {name: value.strip() for name, value in variables.items()})


@fault("run.variables", "history.stages")
def empty_values_are_missing(server: Server) -> None:
    """A variable whose value is empty counts as not given."""
    started_with(server, lambda variables: {name: value for name, value in variables.items() if value})


@fault("run.variables", "run.completes", "history.stages")
def quotes_in_values_break_stages(server: Server) -> None:
    """Variables are replaced in the text of a stage's JSON: a value with a quote in it makes the stage fail."""

    def make(run_stage: RunStage) -> RunStage:
        async def run(execution: Execution, number: int, stage: Json) -> str | None:
            variables = execution.variables
            text = _REFERENCE.sub(lambda found: variables.get(found[1], found[0]), write(stage).decode())
            try:
                return await run_stage(execution, number, read(text.encode("utf-8", "surrogatepass")))
            except MalformedJson as error:
                ((kind, written),) = stage.items()
                server.engine.open_stage(execution, number, kind, written)
                server.engine.close_stage(execution, "stage-ended", str(error))
                return str(error)

        return run

    alter(server.engine, "run_stage", make)


@fault("run.variables", "history.stages")
def ledgers_as_written(server: Server) -> None:
    """Variables are not replaced in the ledgers of a send, nor in the account that its money goes through."""

    def hidden(value: Json) -> Json:
        if isinstance(value, dict):
            return {
                key: item.replace("${", _HIDDEN) if key in _UNREPLACED and isinstance(item, str) else hidden(item)
                for key, item in value.items()
            }
        return value

    def make(run_stage: RunStage) -> RunStage:
        async def run(execution: Execution, number: int, stage: Json) -> str | None:
            return await run_stage(execution, number, hidden(stage) if "send" in stage else stage)

        return run

    def shown(found: Json) -> Json:
        return mapped(found, lambda text: text.replace(_HIDDEN, "${"))

    alter(server.engine, "run_stage", make)
    edit_many(server, ("getInstanceHistory", "getInstanceStageHistory"), shown)


@fault("run.variables", "history.stages")
def variables_override_parameters(server: Server) -> None:
    """A variable that has the name of a stage's parameter takes its place."""

    def make(run_stage: RunStage) -> RunStage:
        async def run(execution: Execution, number: int, stage: Json) -> str | None:
            ((kind, written),) = stage.items()
            given = {name: value for name, value in execution.variables.items() if isinstance(written.get(name), str)}
            return await run_stage(execution, number, {kind: written | given})

        return run

    alter(server.engine, "run_stage", make)


@fault("run.embeds", "workflow.immutable")
def names_replaced_where_embedded(server: Server) -> None:
    """The name of the workflow inside an instance has the run's variables in place of references."""

    def replaced(found: Json) -> Json:
        variables = server.engine.executions[found["id"]].variables
        config = found["workflow"]["config"]
        name = _REFERENCE.sub(lambda reference: variables.get(reference[1], reference[0]), config["name"])
        return found | {"workflow": found["workflow"] | {"config": config | {"name": name}}}

    edit(server, "getInstance", replaced)


@fault("run.variables", "history.stages")
def references_found_by_their_beginning(server: Server) -> None:
    """A reference takes the value of the variable with the shortest name that its own begins with."""

    def replaced(text: str, variables: Variables) -> str:
        def value(reference: re.Match[str]) -> str:
            names = [name for name in variables if name and reference[1].startswith(name)]
            return variables[min(names, key=len)] if names else reference[0]

        return _REFERENCE.sub(value, text)

    _as_written(server, replaced)


@fault("run.variables", "history.stages")
def own_variables_win(server: Server) -> None:
    """What the engine itself calls instanceID and now is replaced by that, whatever the run's variables say."""

    def make(run_stage: RunStage) -> RunStage:
        async def run(execution: Execution, number: int, stage: Json) -> str | None:
            own = {"instanceID": execution.instance_id, "now": rfc3339(server.clock.now())}
            execution.variables = {**execution.variables, **own}
            return await run_stage(execution, number, stage)

        return run

    alter(server.engine, "run_stage", make)


@fault("run.variables", "history.stages")
def waited_runs_without_variables(server: Server) -> None:
    """A run with wait=true does not hand its variables on: references stay as they are."""

    async def handle(original: Handler, call: Call) -> Reply:
        if call.query.get("wait") == "true":
            # What are no variables is still refused.
            with contextlib.suppress(Invalid):
                run_variables(call.body)
                call = replace(call, body=b"")
        return await original(call)

    around(server, "runWorkflow", handle)


FAULTS = (
    adjacent_references_lost,
    backslashes_in_values_expanded,
    quoted_values_unquoted,
    braces_are_templates,
    colons_in_references_are_defaults,
    names_of_word_characters_only,
    waits_for_the_name_as_written,
    variables_without_case,
    values_trimmed,
    empty_values_are_missing,
    quotes_in_values_break_stages,
    ledgers_as_written,
    variables_override_parameters,
    names_replaced_where_embedded,
    references_found_by_their_beginning,
    own_variables_win,
    waited_runs_without_variables,
)
