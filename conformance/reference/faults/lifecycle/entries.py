"""Faults of the entries of statuses and histories: which ones there are, in what order, and what they tell."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from conformance.reference.engine.clock import SECOND
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.answers.envelope import on_each
from conformance.reference.faults.fault import around, edit, edit_many, fault
from conformance.reference.faults.lifecycle.runs import without
from conformance.reference.faults.lifecycle.stages import STATUS_READS
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import NotFound
from conformance.reference.wire.exact_json import Json, read, write

_RETENTION = 2 * SECOND
_LARGEST_BYTE = 127


@fault("stage.all-done", "stage.monotone")
def status_gone_after_the_end(server: Server) -> None:
    """Two seconds after its end an instance tells no status any more."""

    def cleaned(found: Json) -> Json:
        last = server.log.of(found["id"])[-1]
        gone = found["terminated"] and server.clock.now() - last.at > _RETENTION
        return without(found, "status") if gone else found

    edit(server, "getInstance", cleaned)


@fault("stage.sequence")
def stages_sorted_as_texts(server: Server) -> None:
    """A status has its stages in the order of their numbers as texts: 10 comes before 2."""

    def ordered(found: Json) -> Json:
        return found | {"status": sorted(found["status"], key=lambda entry: str(entry["stage"]))}

    edit_many(server, STATUS_READS, ordered)


@fault("history.agrees")
def history_kept_until_the_next_stage(server: Server) -> None:
    """A history that has been read is kept until the next stage starts: it does not show that its last one ended."""
    kept: dict[str, Json] = {}

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        entries, instance = read(reply.body)["data"], call.path["instanceID"]
        if len(entries) != len(kept.get(instance, [])):
            kept[instance] = entries
        return data(200, kept.get(instance, []))

    around(server, "getInstanceHistory", handle)


def _holder(holder: Json) -> Json:
    defaults = {"throughAccount": "world", "allowOverdraft": False}
    return holder | {"account": holder["account"] | defaults} if isinstance(holder.get("account"), dict) else holder


@fault("history.stages")
def accounts_told_by_default(server: Server) -> None:
    """History tells the account world to go through, and no overdraft, for every account of a send."""

    def told(entry: Json) -> Json:
        given = entry["input"]
        sides = {side: _holder(given[side]) for side in ("source", "destination") if isinstance(given.get(side), dict)}
        return entry | {"input": given | sides}

    edit(server, "getInstanceHistory", on_each(told))


@fault("history.stages", "envelope.schema")
def updates_named_in_full(server: Server) -> None:
    """History names the activity of an update stage RunUpdateAccount."""

    def named(entry: Json) -> Json:
        return entry | {"name": "RunUpdateAccount"} if entry["name"] == "RunUpdate" else entry

    edit(server, "getInstanceHistory", on_each(named))


async def _activities(original: Handler, call: Call, number: int) -> list[Json]:
    reply = await original(replace(call, path={**call.path, "number": str(number)}))
    found: list[Json] = read(reply.body)["data"]
    return found


@fault("stage-history.activities", "stage-history.effect")
def stage_history_of_all_stages(server: Server) -> None:
    """The history of a stage also holds the activities of the stages before it."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        if reply.status != 200 or not call.path["number"].isdigit():
            return reply
        numbers = range(int(call.path["number"]) + 1)
        return data(200, [entry for number in numbers for entry in await _activities(original, call, number)])

    around(server, "getInstanceStageHistory", handle)


@fault("stage-history.effect")
def always_through_the_world(server: Server) -> None:
    """Money from one ledger to another goes through the account world, whatever the stage says."""
    original = server.stage_kinds.send

    async def send(execution: Execution, parameters: Json) -> None:
        source = parameters.get("source", {})
        through = {"source": source | {"account": source["account"] | {"throughAccount": "world"}}}
        await original(execution, parameters | through if "account" in source else parameters)

    server.stage_kinds.kinds["send"] = send


@fault("stage-history.effect")
def one_ledger_for_all(server: Server) -> None:
    """Money moves in the default ledger where both accounts are of another one."""
    original = server.stage_kinds.send

    async def send(execution: Execution, parameters: Json) -> None:
        accounts = {side: dict(parameters.get(side, {}).get("account", {})) for side in ("source", "destination")}
        ledgers = {account.get("ledger") for account in accounts.values()}
        moved = {side: {"account": account | {"ledger": "default"}} for side, account in accounts.items()}
        await original(execution, parameters | moved if len(ledgers) == 1 and all(accounts.values()) else parameters)

    server.stage_kinds.kinds["send"] = send


@fault("stage-history.effect")
def later_sends_show_the_first(server: Server) -> None:
    """The history of a later send of an instance is that of its first one, kept by instance."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        shown = server.log.of(call.path["instanceID"])
        sends = [one.stage for one in shown if one.kind == "stage-started" and one.data["kind"] == "send"]
        if not call.path["number"].isdigit() or int(call.path["number"]) not in sends[1:]:
            return reply
        return data(200, await _activities(original, call, sends[0]))

    around(server, "getInstanceStageHistory", handle)


@fault("stage-history.activities", "stage-history.started")
def stage_histories_kept(server: Server) -> None:
    """The history of a stage is kept as it was first read, that there is none yet as well."""
    kept: dict[tuple[str, str], Reply] = {}

    async def handle(original: Handler, call: Call) -> Reply:
        key = call.path["instanceID"], call.path["number"]
        if key not in kept:
            try:
                kept[key] = await original(call)
            except NotFound as error:
                kept[key] = Reply(404, write(error.body))
        return kept[key]

    around(server, "getInstanceStageHistory", handle)


_FRACTION = re.compile(r"([1-9][0-9]*)\.[0-9]+s")


@fault("history.stages")
def fractions_of_durations_untold(server: Server) -> None:
    """History tells a duration such as 1.3s in whole seconds."""

    def whole(entry: Json) -> Json:
        length = entry["input"].get("duration")
        found = _FRACTION.fullmatch(length) if isinstance(length, str) else None
        return entry | {"input": {"duration": f"{found[1]}s"}} if found else entry

    edit(server, "getInstanceHistory", on_each(whole))


@fault("stage-history.activities", "stage-history.effect")
def stage_numbers_of_one_digit(server: Server) -> None:
    """The history of a stage is that of the stage with the last digit of its number."""

    async def handle(original: Handler, call: Call) -> Reply:
        await original(call)
        return await original(replace(call, path={**call.path, "number": call.path["number"][-1]}))

    around(server, "getInstanceStageHistory", handle)


@fault("stage-history.started", profile="thorough")
def stage_numbers_of_seven_bits(server: Server) -> None:
    """The history of a stage beyond the 128th is not found: numbers are compared as if all were small."""

    async def handle(original: Handler, call: Call) -> Reply:
        if call.path["number"].isdecimal() and int(call.path["number"]) > _LARGEST_BYTE:
            raise NotFound("no such stage")
        return await original(call)

    around(server, "getInstanceStageHistory", handle)


@fault("history.stages")
def history_tells_years_of_weeks(server: Server) -> None:
    """History tells the moment of a delay with the year of its week: 2024-12-30 as 2025-12-30."""

    def of_week(moment: str) -> str:
        day = date.fromisoformat(moment[:10])
        return f"{day.isocalendar().year:04}{moment[4:]}"

    def told(entry: Json) -> Json:
        until = entry["input"].get("until")
        return entry if until is None else entry | {"input": {"until": of_week(until)}}

    edit(server, "getInstanceHistory", on_each(told))


FAULTS = (
    history_tells_years_of_weeks,
    status_gone_after_the_end,
    stages_sorted_as_texts,
    history_kept_until_the_next_stage,
    accounts_told_by_default,
    updates_named_in_full,
    stage_history_of_all_stages,
    always_through_the_world,
    one_ledger_for_all,
    later_sends_show_the_first,
    stage_histories_kept,
    fractions_of_durations_untold,
    stage_numbers_of_one_digit,
    stage_numbers_of_seven_bits,
)
