"""The twelve operations: from a call to a reply."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from conformance.reference.engine.instances import Engine
from conformance.reference.engine.pacing import Pacing
from conformance.reference.engine.views import Views
from conformance.reference.service.request_bodies import event_name, run_variables, workflow_config
from conformance.reference.wire.errors import Invalid, NotFound
from conformance.reference.wire.exact_json import Json, write

VERSION = "1.0.0"
"""What getServerInfo tells."""

_INTEGER = re.compile(r"-?[0-9]+")
# No workflow has stages of more digits than this; longer numbers are not worth reading.
_STAGE_DIGITS = 9


async def _never() -> None:
    await asyncio.get_running_loop().create_future()


@dataclass(frozen=True)
class Call:
    """A request for an operation: the parameters of its path and query, and its body as it came.

    ``headers`` have names in small letters; ``target`` is the path and the query as they were sent. ``gone`` returns
    once its client has gone away without the answer.
    """

    operation: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    gone: Callable[[], Awaitable[None]] = _never
    headers: Mapping[str, str] = field(default_factory=dict)
    target: str = ""


@dataclass(frozen=True)
class Reply:
    """An answer: ``body`` is JSON, already encoded; empty for none."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"


Handler = Callable[[Call], Awaitable[Reply]]


def data(status: int, value: Json) -> Reply:
    """A success whose value stands under ``data``."""
    return Reply(status, write({"data": value}))


def _found(value: Json | None, what: str) -> Json:
    if value is None:
        raise NotFound(f"there is no such {what}")
    return value


class Operations:
    """``handlers`` has one coroutine per operation id; each raises ApiError to refuse."""

    def __init__(self, engine: Engine, views: Views, pacing: Pacing) -> None:
        self._engine = engine
        self._views = views
        self._pacing = pacing
        self.handlers: dict[str, Handler] = {
            "getServerInfo": self.get_server_info,
            "listWorkflows": self.list_workflows,
            "createWorkflow": self.create_workflow,
            "getWorkflow": self.get_workflow,
            "deleteWorkflow": self.delete_workflow,
            "runWorkflow": self.run_workflow,
            "listInstances": self.list_instances,
            "getInstance": self.get_instance,
            "sendEvent": self.send_event,
            "cancelEvent": self.cancel_event,
            "getInstanceHistory": self.get_instance_history,
            "getInstanceStageHistory": self.get_instance_stage_history,
        }

    async def get_server_info(self, call: Call) -> Reply:
        """GET /_info."""
        await self._pacing.pause(call.operation)
        return Reply(200, write({"version": VERSION}))

    async def list_workflows(self, call: Call) -> Reply:
        """GET /workflows."""
        await self._pacing.pause(call.operation)
        return data(200, self._views.workflows())

    async def create_workflow(self, call: Call) -> Reply:
        """POST /workflows."""
        config = workflow_config(call.body)
        await self._pacing.pause(call.operation)
        workflow_id = self._engine.create_workflow(config)
        return data(201, self._views.workflow(workflow_id))

    async def get_workflow(self, call: Call) -> Reply:
        """GET /workflows/{flowId}."""
        await self._pacing.pause(call.operation)
        return data(200, _found(self._views.workflow(call.path["flowId"]), "workflow"))

    async def delete_workflow(self, call: Call) -> Reply:
        """DELETE /workflows/{flowId}."""
        await self._pacing.pause(call.operation)
        self._engine.delete_workflow(call.path["flowId"])
        return Reply(204)

    async def run_workflow(self, call: Call) -> Reply:
        """POST /workflows/{workflowID}/instances."""
        variables = run_variables(call.body)
        workflow_id = call.path["workflowID"]
        self._engine.config(workflow_id)
        await self._pacing.admit()
        instance_id = self._engine.start(workflow_id, variables)
        if call.query.get("wait") == "true":
            await self._engine.finished(instance_id)
        return data(201, self._views.instance(instance_id))

    async def list_instances(self, call: Call) -> Reply:
        """GET /instances."""
        await self._pacing.pause(call.operation)
        running = call.query.get("running") == "true"
        return data(200, self._views.instances(call.query.get("workflowID"), running))

    async def get_instance(self, call: Call) -> Reply:
        """GET /instances/{instanceID}."""
        await self._pacing.pause(call.operation)
        return data(200, _found(self._views.instance(call.path["instanceID"]), "instance"))

    async def send_event(self, call: Call) -> Reply:
        """POST /instances/{instanceID}/events."""
        name = event_name(call.body)
        await self._pacing.pause(call.operation)
        self._engine.send_event(call.path["instanceID"], name)
        return Reply(204)

    async def cancel_event(self, call: Call) -> Reply:
        """PUT /instances/{instanceID}/abort."""
        await self._pacing.pause(call.operation)
        self._engine.cancel(call.path["instanceID"])
        return Reply(204)

    async def get_instance_history(self, call: Call) -> Reply:
        """GET /instances/{instanceID}/history."""
        await self._pacing.pause(call.operation)
        return data(200, _found(self._views.history(call.path["instanceID"]), "instance"))

    async def get_instance_stage_history(self, call: Call) -> Reply:
        """GET /instances/{instanceID}/stages/{number}/history."""
        number = stage_number(call.path["number"])
        await self._pacing.pause(call.operation)
        return data(200, _found(self._views.stage_history(call.path["instanceID"], number), "stage"))


def stage_number(text: str) -> int:
    """The stage that a path names. Raises Invalid for what is no integer, NotFound for one that no stage can have."""
    if not _INTEGER.fullmatch(text):
        raise Invalid("the number of a stage is an integer")
    if text.startswith("-") or len(text.lstrip("0")) > _STAGE_DIGITS:
        raise NotFound("there is no such stage")
    return int(text.lstrip("0") or "0")
