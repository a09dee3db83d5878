"""Lists in any order, and filters whose meaning is left open."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.freedom import Freedom, of_answer, of_server
from conformance.reference.faults.fault import around
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid
from conformance.reference.wire.exact_json import read

_LISTS = ("listWorkflows", "listInstances")
_order = of_answer("the order of lists is left open", "order of lists")
_TRUE = ("1", "t", "yes", "true")
_BOOLEAN = "running and wait with another value than true or false are left open"


@_order
def newest_first(answer: Answer, asked: Asked) -> None:
    """Lists begin with what was made last."""
    if asked.operation in _LISTS and answer.ok:
        answer.value["data"].reverse()


@_order
def lists_shuffled(answer: Answer, asked: Asked) -> None:
    """Lists come in another order each time."""
    if asked.operation in _LISTS and answer.ok:
        asked.chance.shuffle(answer.value["data"])


@_order
def lists_by_id(answer: Answer, asked: Asked) -> None:
    """Lists are sorted by id."""
    if asked.operation in _LISTS and answer.ok:
        answer.value["data"].sort(key=lambda each: each["id"])


@of_server("what running=false selects is left open", "running=false")
def running_false_selects_ended(server: Server, chance: Random) -> None:
    """running=false selects the instances that have terminated."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        if call.query.get("running") != "false":
            return reply
        return data(200, [each for each in read(reply.body)["data"] if each["terminated"]])

    around(server, "listInstances", handle)


def _refused(name: str, value: str | None) -> None:
    if value not in (None, "true", "false"):
        raise Invalid(f"{name} is true or false")


@of_server(_BOOLEAN, "booleans")
def refuses_other_booleans(server: Server, chance: Random) -> None:
    """Another value than true or false for running or wait gets 400."""
    del chance

    async def listing(original: Handler, call: Call) -> Reply:
        _refused("running", call.query.get("running"))
        return await original(call)

    async def run(original: Handler, call: Call) -> Reply:
        _refused("wait", call.query.get("wait"))
        return await original(call)

    around(server, "listInstances", listing)
    around(server, "runWorkflow", run)


@of_server(_BOOLEAN, "booleans")
def takes_other_booleans(server: Server, chance: Random) -> None:
    """1, t, yes and TRUE mean true, for running and for wait."""
    del chance

    async def handle(original: Handler, call: Call) -> Reply:
        query = {key: "true" if value.lower() in _TRUE else value for key, value in call.query.items()}
        return await original(replace(call, query=query))

    for operation in ("listInstances", "runWorkflow"):
        around(server, operation, handle)


FREEDOMS: tuple[Freedom, ...] = (
    newest_first,
    lists_shuffled,
    lists_by_id,
    running_false_selects_ended,
    refuses_other_booleans,
    takes_other_booleans,
)
