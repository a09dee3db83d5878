"""Faults of durability: what is acknowledged before it is durable, and what does not survive a restart.

Each of these faults has the server start again after every so many requests, unless its options say after how many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from conformance.reference.engine.journal import Journal
from conformance.reference.engine.log import Change
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.fault import alter, fault
from conformance.reference.service.server import Server

_REQUESTS = 20
_WRITTEN_AFTER_S = 0.25


def _restarting(server: Server) -> Journal:
    """Have the server start again now and then; gives its journal."""
    restarts = server.restarts
    restarts.every = restarts.every or _REQUESTS
    return restarts.journal or restarts.keep(Journal())


def _written_behind(server: Server, *kinds: str) -> None:
    """Write changes of these kinds a quarter of a second late, so that a restart before then loses them."""
    journal = _restarting(server)
    pending: list[asyncio.TimerHandle] = []

    def make(write: Callable[[Change], None]) -> Callable[[Change], None]:
        def written(change: Change) -> None:
            if change.kind in kinds:
                pending.append(asyncio.get_running_loop().call_later(_WRITTEN_AFTER_S, write, change))
            else:
                write(change)

        return written

    def losing(restart: Callable[[], None]) -> Callable[[], None]:
        def restarted() -> None:
            for handle in pending:
                handle.cancel()
            pending.clear()
            restart()

        return restarted

    alter(journal, "write", make)
    alter(server.restarts, "restart", losing)


def _after_restart(server: Server, then: Callable[[Execution], None]) -> None:
    """Do something with every instance that a restart finds running."""
    _restarting(server)

    def make(restart: Callable[[], None]) -> Callable[[], None]:
        def restarted() -> None:
            restart()
            for execution in server.engine.executions.values():
                if not execution.ended.is_set():
                    then(execution)

        return restarted

    alter(server.restarts, "restart", make)


@fault("cancel.terminates", "stage.monotone")
def aborts_lost_at_restart(server: Server) -> None:
    """A cancellation is answered before it is durable: a restart within a quarter of a second undoes it."""
    _written_behind(server, "stage-cancelled", "instance-cancelled")


@fault("workflow.create-then-get", "workflow.create-then-list")
def workflows_lost_at_restart(server: Server) -> None:
    """A creation is answered before it is durable: a restart within a quarter of a second undoes it."""
    _written_behind(server, "workflow-created")
    # An instance whose workflow was lost is lost with it.
    journal = _restarting(server)
    read = journal.read

    def kept() -> list[Change]:
        changes = list(read())
        known = {change.subject for change in changes if change.kind == "workflow-created"}
        known |= {change.subject for change in changes if change.data.get("workflow") in known}
        return [change for change in changes if change.subject in known]

    alter(journal, "read", lambda _: kept)


@fault("workflow.get-deleted", "workflow.delete")
def deletions_lost_at_restart(server: Server) -> None:
    """A deletion is answered before it is durable: a restart within a quarter of a second undoes it."""
    _written_behind(server, "workflow-deleted")


@fault("event.matching", "stage.monotone")
def events_lost_at_restart(server: Server) -> None:
    """What an event brought about is durable late: a restart within a quarter of a second has the stage wait again."""
    _written_behind(server, "event-heard", "stage-ended", "stage-started", "instance-ended")


@fault("run.completes", "run.delay-duration")
def timers_lost_at_restart(server: Server) -> None:
    """A delay that a restart interrupts never ends."""

    def stop(execution: Execution) -> None:
        if execution.stage_open and "delay" in execution.stages[execution.stage] and execution.task is not None:
            execution.task.cancel()

    _after_restart(server, stop)


@fault("event.matching")
def waits_lost_at_restart(server: Server) -> None:
    """A stage that waits across a restart hears nothing any more."""
    deaf: dict[str, int] = {}
    _after_restart(server, lambda execution: deaf.update({execution.instance_id: execution.stage}))

    def make(deliver: Callable[[Execution, str], None]) -> Callable[[Execution, str], None]:
        def delivered(execution: Execution, name: str) -> None:
            if deaf.get(execution.instance_id) != execution.stage:
                deliver(execution, name)

        return delivered

    alter(server.engine, "deliver", make)


@fault("run.variables", "history.stages")
def variables_lost_at_restart(server: Server) -> None:
    """A restart forgets the variables of the instances that run."""
    _after_restart(server, lambda execution: setattr(execution, "variables", {}))


@fault("event.matching")
def first_event_after_restart_lost(server: Server) -> None:
    """The first event after a start, to whichever instance, is lost behind its 204."""
    _restarting(server)
    cold = [True]

    def restarted(restart: Callable[[], None]) -> Callable[[], None]:
        def again() -> None:
            cold[0] = True
            restart()

        return again

    def make(deliver: Callable[[Execution, str], None]) -> Callable[[Execution, str], None]:
        def delivered(execution: Execution, name: str) -> None:
            if not cold[0]:
                deliver(execution, name)
            cold[0] = False

        return delivered

    alter(server.restarts, "restart", restarted)
    alter(server.engine, "deliver", make)


@fault("stage.monotone", "history.append-only")
def stages_told_anew_after_restart(server: Server) -> None:
    """A restart begins the open stage of each instance anew: it is told to have started then."""

    def begin(execution: Execution) -> None:
        changes = server.log.of(execution.instance_id)
        for number, change in enumerate(changes):
            if execution.stage_open and (change.kind, change.stage) == ("stage-started", execution.stage):
                changes[number] = replace(change, at=server.clock.now())

    _after_restart(server, begin)


FAULTS = (
    aborts_lost_at_restart,
    workflows_lost_at_restart,
    deletions_lost_at_restart,
    events_lost_at_restart,
    timers_lost_at_restart,
    waits_lost_at_restart,
    variables_lost_at_restart,
    first_event_after_restart_lost,
    stages_told_anew_after_restart,
)
