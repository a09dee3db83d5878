"""The engine: it creates workflows, runs their instances on real timers, and writes what happens to the change log."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping

from conformance.reference.engine.clock import Clock
from conformance.reference.engine.interpolation import interpolate
from conformance.reference.engine.log import Change, ChangeLog
from conformance.reference.engine.pacing import Pacing
from conformance.reference.engine.parameters import SHAPES, BadParameters, Texts, with_defaults
from conformance.reference.engine.stages import Execution, StageFailed, StageKinds
from conformance.reference.wire.errors import Invalid, NotFound
from conformance.reference.wire.exact_json import Json

CANCELLED = "cancelled"
"""The error of what a cancellation ended."""


class Engine:
    """Everything here takes effect at once; only the views that read the log may lag."""

    def __init__(self, clock: Clock, log: ChangeLog, stage_kinds: StageKinds, pacing: Pacing) -> None:
        self._clock = clock
        self._log = log
        self._stage_kinds = stage_kinds
        self._pacing = pacing
        self.executions: dict[str, Execution] = {}

    def new_id(self) -> str:
        """An id never given before."""
        return str(uuid.uuid4())

    def create_workflow(self, config: Json) -> str:
        """Store a checked configuration; gives the workflow's id."""
        workflow_id = self.new_id()
        self._log.append("workflow-created", workflow_id, config=config)
        return workflow_id

    def config(self, workflow_id: str) -> Json:
        """The configuration of a workflow that can be run. Raises NotFound."""
        changes = self._log.of(workflow_id)
        if not changes or changes[0].kind != "workflow-created" or changes[-1].kind == "workflow-deleted":
            raise NotFound("there is no such workflow")
        return changes[0].data["config"]

    def delete_workflow(self, workflow_id: str) -> None:
        """Delete a workflow; its instances stay and go on. Raises NotFound."""
        self.config(workflow_id)
        self._log.append("workflow-deleted", workflow_id)

    def start(self, workflow_id: str, variables: Mapping[str, str]) -> str:
        """Start an instance; gives its id. Raises NotFound."""
        stages = tuple(self.config(workflow_id)["stages"])
        execution = Execution(self.new_id(), stages, variables)
        self.executions[execution.instance_id] = execution
        given = dict(variables)
        self._log.append("instance-created", execution.instance_id, workflow=workflow_id, variables=given)
        execution.task = asyncio.create_task(self.run(execution))
        return execution.instance_id

    def execution(self, instance_id: str) -> Execution:
        """What the engine knows of an instance. Raises NotFound."""
        try:
            return self.executions[instance_id]
        except KeyError:
            raise NotFound("there is no such instance") from None

    async def run(self, execution: Execution) -> None:
        """Run the stages one after another, until the last one has ended or one has failed."""
        error: str | None = None
        first = execution.stage + 1
        for number, stage in enumerate(execution.stages[first:], first):
            await self._pacing.pause("next-stage" if number else "first-stage")
            error = await self.run_stage(execution, number, stage)
            if error is not None:
                break
        await self._pacing.pause("finish")
        self.end(execution, "instance-ended", error)

    async def go_on(self, execution: Execution, progress: tuple[Change | None, bool]) -> None:
        """Run from where a restart found it: its last start or end of a stage, and whether its event has come."""
        last, heard = progress
        error: str | None = None if last is None else last.data.get("error")
        if execution.stage_open and last is not None:
            if heard or execution.gate.is_set():
                self.close_stage(execution, "stage-ended", None)
            else:
                error = await self.work(execution, last.data["kind"], last.data["input"])
        if error is None:
            await self.run(execution)
        else:
            self.end(execution, "instance-ended", error)

    async def run_stage(self, execution: Execution, number: int, stage: Json) -> str | None:
        """Run one stage to its end; gives its error, if it failed."""
        ((kind, written),) = stage.items()
        parameters = with_defaults_if_sound(kind, interpolate(written, execution.variables))
        self.open_stage(execution, number, kind, parameters)
        return await self.work(execution, kind, parameters)

    async def work(self, execution: Execution, kind: str, parameters: Json) -> str | None:
        """Do what the open stage asks, and close it; gives its error, if it failed."""
        error: str | None = None
        try:
            check_parameters(kind, parameters)
            await self._stage_kinds.kinds[kind](execution, parameters)
        except StageFailed as failure:
            error = str(failure)
        self.close_stage(execution, "stage-ended", error)
        return error

    def open_stage(self, execution: Execution, number: int, kind: str, parameters: Json) -> None:
        """Record that a stage starts."""
        sound = shape_problem(kind, parameters) is None
        started = self._log.append(
            "stage-started", execution.instance_id, number, kind=kind, input=parameters, recorded=sound
        )
        execution.stage, execution.stage_started_at, execution.stage_open = number, started.at, True

    def close_stage(self, execution: Execution, how: str, error: str | None) -> None:
        """Record that the open stage ends: ``how`` is stage-ended or stage-cancelled."""
        execution.stage_open, execution.waiting_for = False, None
        self._log.append(how, execution.instance_id, execution.stage, error=error)

    def end(self, execution: Execution, how: str, error: str | None) -> None:
        """Record that the instance ends: ``how`` is instance-ended or instance-cancelled."""
        self._log.append(how, execution.instance_id, error=error)
        execution.ended.set()

    def send_event(self, instance_id: str, name: str) -> None:
        """Deliver an event. Raises NotFound; Invalid when the instance has ended."""
        execution = self.execution(instance_id)
        if execution.ended.is_set():
            raise Invalid("the instance has ended")
        self.deliver(execution, name)

    def deliver(self, execution: Execution, name: str) -> None:
        """End the waiting stage if it waits for ``name``; an event that nothing waits for is dropped."""
        if execution.waiting_for == name:
            execution.waiting_for = None
            self._log.append("event-heard", execution.instance_id, execution.stage)
            execution.gate.set()

    def cancel(self, instance_id: str) -> None:
        """End the instance and its open stage; an instance that has ended stays as it is. Raises NotFound."""
        execution = self.execution(instance_id)
        if execution.ended.is_set():
            return
        if execution.task is not None:
            execution.task.cancel()
        if execution.stage_open:
            self.close_stage(execution, "stage-cancelled", CANCELLED)
        self._pacing.cancelled()
        self.end(execution, "instance-cancelled", CANCELLED)

    async def finished(self, instance_id: str) -> None:
        """Return once the instance has ended, and reads show it."""
        await self.execution(instance_id).ended.wait()
        await self._clock.sleep_until(self._log.of(instance_id)[-1].visible["instance"])


def shape_problem(kind: str, parameters: Json) -> str | None:
    """What is wrong with the shape of parameters after interpolation, if anything."""
    try:
        SHAPES[kind](parameters, kind, Texts.FINAL)
    except BadParameters as error:
        return str(error)
    return None


def check_parameters(kind: str, parameters: Json) -> None:
    """Raise StageFailed when variables gave the parameters a wrong shape."""
    problem = shape_problem(kind, parameters)
    if problem is not None:
        raise StageFailed(problem)


def with_defaults_if_sound(kind: str, parameters: Json) -> Json:
    """The parameters with defaults filled in, unless variables gave them a wrong shape."""
    return parameters if shape_problem(kind, parameters) else with_defaults(kind, parameters)
