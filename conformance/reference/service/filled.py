"""A server in use: it holds workflows and instances of others, besides those of its client.

They never change. Lists show them first, since they are older; single reads find them, too.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import NotFound
from conformance.reference.wire.exact_json import Json, write

_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_STEP = timedelta(seconds=97)
_RUNNING_EVERY = 20
_TEAMS = ("billing", "onboarding", "payouts", "refunds", "settlement", "treasury")


class Filling:
    """So many workflows of others, and an instance of each; one of twenty still runs. ``seed`` draws their ids."""

    def __init__(self, count: int, seed: int) -> None:
        chance = random.Random(f"filled {seed}")
        ids = [f"{chance.getrandbits(128):032x}" for _ in range(2 * count)]
        named = [f"{each[:8]}-{each[8:12]}-4{each[13:16]}-9{each[17:20]}-{each[20:]}" for each in ids]
        self._numbers = {name: number for number, name in enumerate(named)}
        self._names: Sequence[str] = named
        self._count = count
        self.workflows = b",".join(write(self._workflow(number)) for number in range(count))
        instances = [write(self._instance(number)) for number in range(count)]
        self.instances = b",".join(instances)
        self.running = b",".join(instances[::_RUNNING_EVERY])

    def workflow(self, workflow_id: str) -> Json | None:
        """A workflow of others by its id; None when it is none."""
        number = self._numbers.get(workflow_id, self._count)
        return self._workflow(number) if number < self._count else None

    def instance(self, instance_id: str) -> Json | None:
        """An instance of others by its id; None when it is none."""
        number = self._numbers.get(instance_id, -1) - self._count
        return self._instance(number) if number >= 0 else None

    def _workflow(self, number: int) -> Json:
        at = (_FIRST + number * _STEP).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        team = _TEAMS[number % len(_TEAMS)]
        stages = [{"wait_event": {"event": f"{team}-approved"}}, {"delay": {"duration": f"{number % 90 + 1}s"}}]
        config = {"name": f"{team} {number}", "stages": stages}
        return {"id": self._names[number], "config": config, "createdAt": at, "updatedAt": at}

    def _instance(self, number: int) -> Json:
        workflow = self._workflow(number)
        begun = {"createdAt": workflow["createdAt"], "updatedAt": workflow["updatedAt"]}
        ids = {"id": self._names[self._count + number], "workflowID": workflow["id"]}
        shown = {**ids, **begun, "terminated": number % _RUNNING_EVERY != 0, "workflow": workflow}
        return shown | {"terminatedAt": workflow["updatedAt"]} if shown["terminated"] else shown


def fill(server: Server, count: int) -> None:
    """Let a server hold so many workflows and instances of others."""
    filling = Filling(count, server.options.seed)
    handlers = server.handlers

    async def list_instances(call: Call) -> Reply:
        reply = await instances(call)
        if call.query.get("workflowID") is not None:
            return reply
        return _before(reply, filling.running if call.query.get("running") == "true" else filling.instances)

    async def list_workflows(call: Call) -> Reply:
        return _before(await workflows(call), filling.workflows)

    workflows, instances = handlers["listWorkflows"], handlers["listInstances"]
    handlers["listWorkflows"], handlers["listInstances"] = list_workflows, list_instances
    handlers["getWorkflow"] = _or_else(handlers["getWorkflow"], lambda call: filling.workflow(call.path["flowId"]))
    handlers["getInstance"] = _or_else(handlers["getInstance"], lambda call: filling.instance(call.path["instanceID"]))


def _before(reply: Reply, elements: bytes) -> Reply:
    """A list with these elements before its own."""
    begin = b'{"data":['
    if reply.status != 200 or not reply.body.startswith(begin):
        return reply
    own = reply.body.removeprefix(begin)
    comma = b"" if own.startswith(b"]") else b","
    return replace(reply, body=b"".join((begin, elements, comma, own)))


def _or_else(handler: Handler, found: Callable[[Call], Json | None]) -> Handler:
    """A read that looks among what others have made, too."""

    async def read(call: Call) -> Reply:
        try:
            return await handler(call)
        except NotFound:
            shown = found(call)
            if shown is None:
                raise
            return data(200, shown)

    return read
