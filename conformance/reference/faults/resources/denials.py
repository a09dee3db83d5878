"""Faults that deny what is there, and one that shows twice what was done once."""

from __future__ import annotations

from conformance.reference.faults.fault import around, edit, every, fault
from conformance.reference.service.operations import Call, Handler, Reply
from conformance.reference.service.request_bodies import event_name
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid, NotFound
from conformance.reference.wire.exact_json import Json


@fault("event.matching")
def third_match_refused(server: Server) -> None:
    """Every third event for which a stage waits is refused with 400, and lost."""
    strikes = every(3)

    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.executions.get(call.path["instanceID"])
        awaited = execution.waiting_for if execution is not None else None
        if awaited is not None and event_name(call.body) == awaited and strikes():
            raise Invalid("this event cannot be taken now")
        return await original(call)

    around(server, "sendEvent", handle)


@fault("list.by-workflow")
def lists_without_running_instances_not_found(server: Server) -> None:
    """Listing the instances of a workflow gets 404 while none of them runs."""

    async def handle(original: Handler, call: Call) -> Reply:
        workflow = call.query.get("workflowID")
        if workflow is not None and not server.views.instances(workflow, True):
            raise NotFound("no instance found")
        return await original(call)

    around(server, "listInstances", handle)


@fault("history.append-only", "history.agrees")
def history_gone_at_the_end(server: Server) -> None:
    """The history of an instance is 404 once it has terminated."""

    async def handle(original: Handler, call: Call) -> Reply:
        execution = server.engine.executions.get(call.path["instanceID"])
        if execution is not None and execution.ended.is_set():
            raise NotFound("history not found")
        return await original(call)

    around(server, "getInstanceHistory", handle)


@fault("stage-history.effect")
def transactions_shown_twice(server: Server) -> None:
    """The history of a send stage shows its transaction twice, as if it had been booked again."""

    def doubled(entries: Json) -> Json:
        assert isinstance(entries, list)
        return [again for entry in entries for again in (entry, entry)]

    edit(server, "getInstanceStageHistory", doubled)


FAULTS = (
    third_match_refused,
    lists_without_running_instances_not_found,
    history_gone_at_the_end,
    transactions_shown_twice,
)
