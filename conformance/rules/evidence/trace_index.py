"""The index of a trace that rules read: its workflows and instances, and what was sent to and read of each.

Only well-formed parts of answers enter the index; malformed ones are `envelope.schema`'s business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.contract.schema.responses import ResponseSchemas
from conformance.rules.evidence.reads import HistoryRead, InstanceRead, history_read, instance_read
from conformance.trace import Exchange, Trace


def configured_stages(workflow: object) -> list[Any] | None:
    """The stages in the body of a workflow, None when they are malformed or missing."""
    config = workflow.get("config") if isinstance(workflow, dict) else None
    stages = config.get("stages") if isinstance(config, dict) else None
    return stages if isinstance(stages, list) else None


@dataclass
class WorkflowRecord:
    """A workflow that this trace created: the exchange, the id and config that came back, and its deletions."""

    id: str
    created: Exchange
    workflow: dict[str, Any]
    reads: list[Exchange] = field(default_factory=list)
    deletions: list[Exchange] = field(default_factory=list)
    runs: list[Exchange] = field(default_factory=list)

    @property
    def stages(self) -> list[Any]:
        """The stages of its configuration as created."""
        return configured_stages(self.workflow) or []

    def deleted_before(self, exchange: Exchange) -> bool:
        """Whether a successful deletion was over before the exchange began."""
        return any(deletion.ok and deletion.before(exchange) for deletion in self.deletions)

    def maybe_deleted_at(self, exchange: Exchange) -> bool:
        """Whether any deletion was under way or done when the exchange ended."""
        return any(deletion.sent <= exchange.received for deletion in self.deletions)


@dataclass
class InstanceRecord:
    """An instance that this trace ran. Each list is in order of sending.

    ``reads`` are getInstance answers, ``answer`` the instance inside the run's own answer, ``histories`` those of
    getInstanceHistory. ``sends`` and ``cancels`` hold every attempt, answered or not.
    """

    id: str
    run: Exchange
    answer: InstanceRead
    workflow: WorkflowRecord | None
    wait: bool
    reads: list[InstanceRead] = field(default_factory=list)
    histories: list[HistoryRead] = field(default_factory=list)
    stage_histories: list[Exchange] = field(default_factory=list)
    sends: list[Exchange] = field(default_factory=list)
    cancels: list[Exchange] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of its run."""
        body = self.run.request_json
        return body if isinstance(body, dict) else {}

    @property
    def stages(self) -> list[Any]:
        """The stages of its workflow, as configured (not interpolated); none where they are not known."""
        return self.known_stages or []

    @cached_property
    def known_stages(self) -> list[Any] | None:
        """The stages of its workflow; None when neither its creation nor an answer that embeds it shows them."""
        if self.workflow is not None:
            return configured_stages(self.workflow.workflow)
        embedded = (read.body.get("workflow") for read in self.all_reads)
        return next((stages for each in embedded if (stages := configured_stages(each)) is not None), None)

    @property
    def all_reads(self) -> list[InstanceRead]:
        """The wait=true answer (when it is one) and every getInstance answer."""
        return [self.answer, *self.reads] if self.wait else list(self.reads)


def event_name(send: Exchange) -> str | None:
    """The name in a sendEvent request, None when it has none."""
    body = send.request_json
    name = body.get("name") if isinstance(body, dict) else None
    return name if isinstance(name, str) else None


class TraceIndex:
    """A trace with its index. Built once, read by every rule.

    ``schemas`` are those that answers are held to (the bundled ones when None). ``known_ids`` are the ids that the
    target gave anywhere else in the run; without them, an id that this trace does not show may still be known.
    """

    def __init__(
        self, trace: Trace, *, schemas: ResponseSchemas | None = None, known_ids: frozenset[str] | None = None
    ) -> None:
        self.trace = trace
        self.schemas = schemas
        self.known_ids = known_ids
        self.workflows: dict[str, WorkflowRecord] = {}
        self.instances: dict[str, InstanceRecord] = {}
        self.memo: dict[str, Any] = {}
        for exchange in sorted(trace.exchanges, key=lambda each: each.received):
            self._add_creation(exchange)
        for run in self.of("runWorkflow"):
            if not run.answered and run.query("wait") == "true":
                self._adopt(run)
        for exchange in trace.exchanges:
            self._add_use(exchange)

    @cached_property
    def by_operation(self) -> dict[str, list[Exchange]]:
        """Exchanges by operationId, in order of sending."""
        found: dict[str, list[Exchange]] = {}
        for exchange in self.trace.exchanges:
            if exchange.operation:
                found.setdefault(exchange.operation, []).append(exchange)
        return found

    def of(self, *operations: str) -> Iterator[Exchange]:
        """The exchanges of some operations."""
        for operation in operations:
            yield from self.by_operation.get(operation, ())

    def successes(self, *operations: str) -> Iterator[Exchange]:
        """The exchanges of some operations that were answered with a success status."""
        return (exchange for exchange in self.of(*operations) if exchange.ok)

    def _add_creation(self, exchange: Exchange) -> None:
        data = exchange.data
        if not isinstance(data, dict) or not isinstance(data.get("id"), str):
            return
        if exchange.operation == "createWorkflow":
            self.workflows.setdefault(data["id"], WorkflowRecord(data["id"], exchange, data))
        elif exchange.operation == "runWorkflow":
            workflow = self.workflows.get(exchange.params["workflowID"])
            answer = instance_read(exchange)
            if answer is not None:
                wait = exchange.query("wait") == "true"
                index = InstanceRecord(data["id"], exchange, answer, workflow, wait)
                self.instances.setdefault(data["id"], index)

    def _adopt(self, run: Exchange) -> None:
        """Take the one instance of a workflow for that of its one run, which waits and was never answered.

        What it is then judged by is what came after the client gave up, or does not depend on the run's answer.
        """
        workflow = run.params["workflowID"]
        if any(other is not run and other.params["workflowID"] == workflow for other in self.of("runWorkflow")):
            return
        reads = [read for read in map(instance_read, self.successes("getInstance")) if read is not None]
        own = {read.body["id"]: read for read in reversed(reads) if read.body.get("workflowID") == workflow}
        if len(own) == 1:
            ((name, first),) = own.items()
            index = InstanceRecord(name, run, first, self.workflows.get(workflow), wait=False)
            self.instances.setdefault(name, index)

    def _add_use(self, exchange: Exchange) -> None:
        if "instanceID" in exchange.params:
            instance = self.instances.get(exchange.params["instanceID"])
            if instance is not None:
                _add_instance_use(instance, exchange)
        workflow = self.workflows.get(exchange.params.get("flowId") or exchange.params.get("workflowID") or "")
        if workflow is not None:
            _add_workflow_use(workflow, exchange)


def _add_instance_use(instance: InstanceRecord, exchange: Exchange) -> None:
    if exchange.operation == "getInstance" and (read := instance_read(exchange)):
        instance.reads.append(read)
    elif exchange.operation == "getInstanceHistory" and (entries := history_read(exchange)):
        instance.histories.append(entries)
    elif exchange.operation == "getInstanceStageHistory":
        instance.stage_histories.append(exchange)
    elif exchange.operation == "sendEvent":
        instance.sends.append(exchange)
    elif exchange.operation == "cancelEvent":
        instance.cancels.append(exchange)


def _add_workflow_use(workflow: WorkflowRecord, exchange: Exchange) -> None:
    if exchange.operation == "getWorkflow":
        workflow.reads.append(exchange)
    elif exchange.operation == "deleteWorkflow":
        workflow.deletions.append(exchange)
    elif exchange.operation == "runWorkflow":
        workflow.runs.append(exchange)
