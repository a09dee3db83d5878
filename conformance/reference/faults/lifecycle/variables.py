"""Faults of the variables of a run, and of keeping runs apart."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from itertools import cycle

from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import alter, around, fault
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid
from conformance.reference.wire.exact_json import Json, MalformedJson, read, write

Start = Callable[[str, Mapping[str, str]], str]
RunStage = Callable[[Execution, int, Json], Awaitable[str | None]]

_TEN = 10


@fault("run.bad-variables", profile="smoke")
def variables_made_texts(server: Server) -> None:
    """Variables that are no strings are made strings."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            variables = read(call.body)
        except MalformedJson:
            return await original(call)
        if not isinstance(variables, dict):
            return await original(call)
        texts = {key: item if isinstance(item, str) else write(item).decode() for key, item in variables.items()}
        return await original(replace(call, body=write(texts)))

    around(server, "runWorkflow", handle)


@fault("run.bad-variables")
def refused_variables_start(server: Server) -> None:
    """A run whose variables are refused is started all the same."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            server.engine.start(call.path["workflowID"], {})
            raise

    around(server, "runWorkflow", handle)


@fault("run.bad-variables")
def list_of_variables_accepted(server: Server) -> None:
    """A list in place of the variables counts as none."""

    async def handle(original: Handler, call: Call) -> Reply:
        return await original(replace(call, body=b"{}") if call.body.lstrip()[:1] == b"[" else call)

    around(server, "runWorkflow", handle)


@fault("run.variables", profile="smoke")
def variables_ignored(server: Server) -> None:
    """No variable is ever replaced."""
    alter(server.engine, "start", lambda start: lambda workflow_id, _: start(workflow_id, {}))


@fault("run.variables")
def variables_left_behind(server: Server) -> None:
    """Variables of earlier runs of a workflow, of whatever name, win over those of later ones."""
    kept: dict[str, dict[str, str]] = {}

    def make(start: Start) -> Start:
        def started(workflow_id: str, variables: Mapping[str, str]) -> str:
            kept[workflow_id] = {**variables, **kept.get(workflow_id, {})}
            return start(workflow_id, kept[workflow_id])

        return started

    alter(server.engine, "start", make)


@fault("run.variables")
def variables_of_a_pooled_map(server: Server) -> None:
    """What a run is not given itself, it has from earlier runs of whatever workflow."""
    pooled: dict[str, str] = {}

    def make(start: Start) -> Start:
        def started(workflow_id: str, variables: Mapping[str, str]) -> str:
            pooled.update(variables)
            return start(workflow_id, dict(pooled))

        return started

    alter(server.engine, "start", make)


def _given_as(change: Callable[[str, str], tuple[str, str]]) -> Callable[[Start], Start]:
    def make(start: Start) -> Start:
        return lambda workflow_id, given: start(workflow_id, dict(change(*each) for each in given.items()))

    return make


@fault("run.variables")
def variable_names_lowered(server: Server) -> None:
    """Names of variables are kept in lower case, so that a reference with a capital finds nothing."""
    alter(server.engine, "start", _given_as(lambda name, value: (name.lower(), value)))


@fault("run.variables")
def dollars_in_values_expanded(server: Server) -> None:
    """A variable's value is the replacement of a regular expression: $1 and $name in it vanish, $$ is one $."""

    def expand(value: str) -> str:
        return re.sub(r"\$(\$|\w+)", lambda found: "$" if found[1] == "$" else "", value, flags=re.ASCII)

    alter(server.engine, "start", _given_as(lambda name, value: (name, expand(value))))


@fault("run.variables", "event.matching", profile="thorough")
def variables_shared_while_running(server: Server) -> None:
    """Stages of an instance that start after a later run of the workflow take the variables of that run."""
    shared: dict[str, dict[str, str]] = {}

    def make(start: Start) -> Start:
        def started(workflow_id: str, variables: Mapping[str, str]) -> str:
            current = shared.setdefault(workflow_id, {})
            current.clear()
            current.update(variables)
            return start(workflow_id, current)

        return started

    alter(server.engine, "start", make)


@fault("run.variables")
def variables_stay_with_their_worker(server: Server) -> None:
    """Each of three workers, which take runs in turn, puts the variables of a run over those of its runs before."""
    workers = cycle([dict[str, str]() for _ in range(3)])

    def make(start: Start) -> Start:
        def started(workflow_id: str, variables: Mapping[str, str]) -> str:
            kept = next(workers)
            kept.update(variables)
            return start(workflow_id, dict(kept))

        return started

    alter(server.engine, "start", make)


def _with_variables(choose: Callable[[Execution, int], Mapping[str, str]]) -> Callable[[RunStage], RunStage]:
    def make(run_stage: RunStage) -> RunStage:
        async def run(execution: Execution, number: int, stage: Json) -> str | None:
            given, execution.variables = execution.variables, choose(execution, number)
            try:
                return await run_stage(execution, number, stage)
            finally:
                execution.variables = given

        return run

    return make


@fault("run.variables", "history.stages")
def variables_in_first_stage_only(server: Server) -> None:
    """Variables are replaced in the first stage alone."""
    alter(server.engine, "run_stage", _with_variables(lambda execution, number: {} if number else execution.variables))


@fault("run.variables", "history.stages")
def long_variables_cut(server: Server) -> None:
    """Values of variables are cut after sixteen characters."""
    _cut(server, 16)


@fault("run.variables", "history.stages")
def variables_cut_at_16384(server: Server) -> None:
    """Values of variables are cut after 16,384 characters."""
    _cut(server, 16_384)


def _cut(server: Server, length: int) -> None:
    def cut(execution: Execution, number: int) -> Mapping[str, str]:
        del number
        return {name: value[:length] for name, value in execution.variables.items()}

    alter(server.engine, "run_stage", _with_variables(cut))


def siblings(server: Server, instance_id: str) -> list[Execution]:
    """The other instances of the same workflow that have not ended."""
    born = {change.subject: change.data["workflow"] for change in server.log.born("instance-created")}
    others = [other for other, workflow in born.items() if workflow == born.get(instance_id) and other != instance_id]
    known = [server.engine.executions[other] for other in others if other in server.engine.executions]
    return [execution for execution in known if not execution.ended.is_set()]


@fault("run.isolated", "stage.waits", profile="smoke")
def events_reach_siblings(server: Server) -> None:
    """An event reaches all instances of the workflow."""

    def make(send: Callable[[str, str], None]) -> Callable[[str, str], None]:
        def sent(instance_id: str, name: str) -> None:
            send(instance_id, name)
            for other in siblings(server, instance_id):
                server.engine.deliver(other, name)

        return sent

    alter(server.engine, "send_event", make)


@fault("run.isolated", "event.matching")
def event_reaches_oldest_sibling(server: Server) -> None:
    """An event reaches the oldest instance of the workflow that waits for it, not always the one that was named."""

    def make(deliver: Callable[[Execution, str], None]) -> Callable[[Execution, str], None]:
        def delivered(execution: Execution, name: str) -> None:
            older = [other for other in siblings(server, execution.instance_id) if other.waiting_for == name]
            deliver(older[0] if older else execution, name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("run.isolated")
def cancellation_takes_a_sibling(server: Server) -> None:
    """Cancelling an instance also cancels the newest other one of its workflow."""

    def make(cancel: Callable[[str], None]) -> Callable[[str], None]:
        def cancelled(instance_id: str) -> None:
            cancel(instance_id)
            for other in siblings(server, instance_id)[-1:]:
                cancel(other.instance_id)

        return cancelled

    alter(server.engine, "cancel", make)


@fault("run.variables", "history.stages", "event.matching")
def variables_lost_after_ten_stages(server: Server) -> None:
    """From the eleventh stage on an instance has no variables any more."""
    alter(server.engine, "run_stage", _with_variables(lambda run, number: run.variables if number < _TEN else {}))


FAULTS = (
    variables_made_texts,
    refused_variables_start,
    list_of_variables_accepted,
    variables_ignored,
    variables_left_behind,
    variables_of_a_pooled_map,
    variable_names_lowered,
    dollars_in_values_expanded,
    variables_shared_while_running,
    variables_stay_with_their_worker,
    variables_in_first_stage_only,
    long_variables_cut,
    variables_cut_at_16384,
    events_reach_siblings,
    event_reaches_oldest_sibling,
    cancellation_takes_a_sibling,
    variables_lost_after_ten_stages,
)
