"""Starting again from the journal: in the middle of a run, or in a new process."""

from __future__ import annotations

import asyncio

from conformance.reference.engine.instances import Engine, shape_problem
from conformance.reference.engine.journal import Journal
from conformance.reference.engine.ledger import Ledger
from conformance.reference.engine.log import Change, ChangeLog
from conformance.reference.engine.stages import Execution
from conformance.reference.wire.exact_json import Json


class Restarts:
    """Forgets all that the engine, the log and the ledger hold, after every ``every`` requests, and reads it again.

    What no journal keeps is lost then. Clients notice nothing else: their requests wait, as behind a gateway.
    """

    def __init__(self, engine: Engine, log: ChangeLog, ledger: Ledger, every: int) -> None:
        self._engine = engine
        self._log = log
        self._ledger = ledger
        self.every = every
        self.journal: Journal | None = None
        self._answered = 0

    def keep(self, journal: Journal) -> Journal:
        """Write every change from now on to a journal, and give it back."""
        self.journal = journal
        self._log.listeners.append(self._write)
        return journal

    def _write(self, change: Change) -> None:
        if self.journal is not None:
            self.journal.write(change)

    def answered(self) -> None:
        """Note that a request was answered; restart if it is time."""
        self._answered += 1
        if self.every and self._answered % self.every == 0:
            self.restart()

    def restart(self) -> None:
        """End everything that runs, and go on with what the journal holds."""
        before = dict(self._engine.executions)
        for execution in before.values():
            if execution.task is not None:
                execution.task.cancel()
        self._engine.executions.clear()
        self._log.reload(self.journal.read() if self.journal else ())
        self._ledger.books.clear()
        for change in self._log.born("instance-created"):
            changes = self._log.of(change.subject)
            book_again(self._ledger, changes)
            self._go_on(changes, before.get(change.subject))

    def _go_on(self, changes: list[Change], before: Execution | None) -> None:
        created = changes[0]
        config = self._log.of(created.data["workflow"])[0].data["config"]
        execution = Execution(created.subject, tuple(config["stages"]), created.data["variables"])
        if before is not None:
            execution.ended = before.ended  # whoever waits for the end of the instance goes on waiting
        self._engine.executions[execution.instance_id] = execution
        if changes[-1].kind in {"instance-ended", "instance-cancelled"}:
            execution.ended.set()
        else:
            execution.task = asyncio.create_task(self._engine.go_on(execution, progress(execution, changes)))


def progress(execution: Execution, changes: list[Change]) -> tuple[Change | None, bool]:
    """Bring an execution to where the changes of its instance have left it.

    Gives the last start or end of a stage (None before the first one), and whether an open stage has heard its event.
    """
    last, heard = None, False
    for change in changes:
        if change.kind == "stage-started":
            execution.stage, execution.stage_started_at = change.stage, change.at
            last, heard = change, False
        elif change.kind == "event-heard":
            heard = True
        elif change.kind in {"stage-ended", "stage-cancelled"}:
            last = change
    execution.stage_open = last is not None and last.kind == "stage-started"
    if last is not None and execution.stage_open and not heard:
        _listen(execution, last)
    return last, heard


def _listen(execution: Execution, started: Change) -> None:
    """Let a stage that waits hear its event at once: one may come before its task goes on."""
    kind, parameters = started.data["kind"], started.data["input"]
    if kind == "wait_event" and shape_problem(kind, parameters) is None:
        execution.waiting_for = parameters["event"]


def book_again(ledger: Ledger, changes: list[Change]) -> None:
    """Repeat in the ledger what an instance booked."""
    given: Json = {}
    for change in changes:
        if change.kind == "activity-started":
            given = change.data["input"]
        elif change.kind == "activity-ended" and change.data.get("error") is None:
            for activity, wanted in given.items():
                if activity == "CreateTransaction":
                    ledger.create_transaction(wanted["ledger"], wanted["data"], overdraft=True)
                else:
                    ledger.add_metadata(wanted["ledger"], wanted["id"], wanted["metadata"])
