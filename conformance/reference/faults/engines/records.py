"""Faults of records: kept for a while only, growing later, cut in the middle, or read from a lagging replica."""

from __future__ import annotations

from conformance.reference.engine.clock import SECOND, rfc3339
from conformance.reference.faults.answers.envelope import on_each
from conformance.reference.faults.fault import around, edit, every, fault, race
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import NotFound
from conformance.reference.wire.exact_json import Json, read, write


@fault("history.append-only", "stage-history.started", "history.agrees")
def history_of_the_last_instances(server: Server) -> None:
    """History is kept for the last forty instances only; that of an older one is empty."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        kept = list(server.engine.executions)[-40:]
        return reply if call.path["instanceID"] in kept else Reply(reply.status, write({"data": []}))

    around(server, "getInstanceHistory", handle)


@fault("history.append-only", "event.live-known", "run.then-get")
def ended_instances_make_room(server: Server) -> None:
    """Of the instances that have ended only the last twenty can be read."""

    async def handle(original: Handler, call: Call) -> Reply:
        ended = [each.instance_id for each in server.engine.executions.values() if each.ended.is_set()]
        if call.path["instanceID"] in ended[:-20]:
            raise NotFound("there is no such instance")
        return await original(call)

    around(server, "getInstance", handle)


@fault("history.agrees", "cancel.stops-stages", "history.cancelled")
def cancelled_history_grows(server: Server) -> None:
    """A second after an instance was cancelled its history tells of the next stage as well."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        execution, last = server.engine.executions[call.path["instanceID"]], server.log.of(call.path["instanceID"])[-1]
        grown = last.kind == "instance-cancelled" and server.clock.now() - last.at > SECOND
        if grown and execution.stage + 1 < len(execution.stages):
            entry = {"name": "RunNoop", "input": {}, "terminated": False, "startedAt": rfc3339(last.at)}
            return Reply(reply.status, write({"data": [*read(reply.body)["data"], entry]}))
        return reply

    around(server, "getInstanceHistory", handle)


@fault("stage.sequence", "stage.all-done")
def long_status_loses_its_middle(server: Server) -> None:
    """Of more than sixteen stages the status tells the first eight and the last eight."""

    def cut(found: Json) -> Json:
        status = found["status"]
        return found | {"status": status[:8] + status[-8:]} if len(status) > 16 else found

    edit(server, "getInstance", cut)


@fault("history.agrees", "history.stages", "stage-history.started")
def long_history_loses_its_middle(server: Server) -> None:
    """Of more than sixteen stages history tells the first eight and the last eight."""
    edit(server, "getInstanceHistory", lambda found: found[:8] + found[-8:] if len(found) > 16 else found)


@fault("history.agrees", "history.stages")
def history_in_pages_of_25(server: Server) -> None:
    """History tells the first twenty-five stages only."""
    edit(server, "getInstanceHistory", lambda found: found[:25])


@fault("stage.monotone", rare=1 / 7)
def every_seventh_read_from_a_replica(server: Server) -> None:
    """Every seventh read of an instance is answered as the last one of it that is half a second old."""
    strikes = every(7)
    told: dict[str, list[tuple[int, Reply]]] = {}

    async def handle(original: Handler, call: Call) -> Reply:
        reply, now = await original(call), server.clock.now()
        answers = told.setdefault(call.path["instanceID"], [])
        old = [each for at, each in answers if now - at > SECOND // 2]
        answers.append((now, reply))
        return old[-1] if strikes() and old else reply

    around(server, "getInstance", handle)


@fault("list.running")
def running_list_tells_the_ended(server: Server) -> None:
    """running=true also lists what ended within the last two seconds, and says that it has terminated."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        if call.query.get("running") != "true":
            return reply
        now = server.clock.now()
        found = [
            one
            for one in server.views.instances(call.query.get("workflowID"), running=False)
            if not one["terminated"] or now - server.log.of(one["id"])[-1].at < race(server, 2000)
        ]
        return Reply(reply.status, write({"data": found}))

    around(server, "listInstances", handle)


@fault("stage.sequence")
def empty_workflows_show_a_stage(server: Server) -> None:
    """An instance of a workflow without stages shows one stage in its status."""

    def add(found: Json) -> Json:
        if found["workflow"]["config"]["stages"] or not found["terminated"]:
            return found
        times = {"startedAt": found["createdAt"], "terminatedAt": found["terminatedAt"]}
        return found | {"status": [{"stage": 0, "instanceID": found["id"], **times}]}

    edit(server, "getInstance", add)


@fault("history.stages", "history.agrees")
def empty_workflows_have_a_history(server: Server) -> None:
    """The history of an instance of a workflow without stages tells of one that did nothing."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        instance = server.views.instance(call.path["instanceID"])
        if instance is None or instance["workflow"]["config"]["stages"]:
            return reply
        times = {"startedAt": instance["createdAt"], "terminatedAt": instance["createdAt"]}
        return Reply(200, write({"data": [{"name": "RunNoop", "input": {}, "terminated": True, **times}]}))

    around(server, "getInstanceHistory", handle)


@fault("list.agrees", "stage.monotone")
def lists_touch_instances(server: Server) -> None:
    """Lists tell the time of the request as the time of an instance's last update."""
    edit(server, "listInstances", on_each(lambda one: one | {"updatedAt": rfc3339(server.clock.now())}))


FAULTS = (
    history_of_the_last_instances,
    ended_instances_make_room,
    cancelled_history_grows,
    long_status_loses_its_middle,
    long_history_loses_its_middle,
    history_in_pages_of_25,
    every_seventh_read_from_a_replica,
    running_list_tells_the_ended,
    empty_workflows_show_a_stage,
    empty_workflows_have_a_history,
    lists_touch_instances,
)
