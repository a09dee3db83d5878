"""Faults of the history of instances, and of their stages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from conformance.reference.engine.instances import CANCELLED
from conformance.reference.engine.stages import Execution
from conformance.reference.faults.answers.envelope import on_each, shifted
from conformance.reference.faults.fault import alter, around, edit, every, fault, map_numbers, on_refusal
from conformance.reference.faults.lifecycle.runs import without
from conformance.reference.service.operations import Call, Handler, Reply, data
from conformance.reference.service.server import Server
from conformance.reference.wire.errors import Invalid, NotFound
from conformance.reference.wire.exact_json import Json, read, write


@fault("history.stages", "history.append-only", profile="smoke")
def history_reversed(server: Server) -> None:
    """History shows the newest stage first."""
    edit(server, "getInstanceHistory", lambda found: found[::-1])


@fault("history.stages", "run.variables", profile="smoke")
def history_without_variables(server: Server) -> None:
    """History shows the parameters of a stage as they are in the workflow, variables not replaced."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        stages = server.engine.execution(call.path["instanceID"]).stages
        found = read(reply.body)["data"]
        raw = [entry | {"input": next(iter(stage.values()))} for entry, stage in zip(found, stages, strict=False)]
        return replace(reply, body=write({"data": raw}))

    around(server, "getInstanceHistory", handle)


@fault("history.stages")
def waits_named_delays(server: Server) -> None:
    """History names the activity of a wait_event stage RunDelay."""
    rename = on_each(lambda entry: entry | {"name": "RunDelay"} if entry["name"] == "RunWaitEvent" else entry)
    edit(server, "getInstanceHistory", rename)


@fault("history.stages")
def history_without_metadata(server: Server) -> None:
    """History leaves out the metadata of a send."""
    edit(server, "getInstanceHistory", on_each(lambda entry: entry | {"input": without(entry["input"], "metadata")}))


@fault("history.agrees", profile="smoke")
def history_lacks_last_of_many(server: Server) -> None:
    """History lacks the last of four or more stages."""
    edit(server, "getInstanceHistory", lambda found: found[:-1] if len(found) > 3 else found)


@fault("history.agrees")
def history_without_errors(server: Server) -> None:
    """History tells no error of a stage that failed; of a cancelled one it does."""
    strip = on_each(lambda entry: entry if entry.get("error") == CANCELLED else without(entry, "error"))
    edit(server, "getInstanceHistory", strip)


@fault("history.append-only")
def old_entries_vanish(server: Server) -> None:
    """History keeps only the three newest stages."""
    edit(server, "getInstanceHistory", lambda found: found[-3:])


@fault("history.append-only", rare=0.5)
def history_starts_drift(server: Server) -> None:
    """Every second read of a history tells starts that are 2 ms earlier."""
    strikes = every(2)

    def drift(found: Json) -> Json:
        earlier = [entry | {"startedAt": shifted(entry["startedAt"], -0.002)} for entry in found]
        return earlier if strikes() else found

    edit(server, "getInstanceHistory", drift)


@fault("history.cancelled", "history.agrees", profile="smoke")
def cancelled_entry_open(server: Server) -> None:
    """History shows the stage that was cancelled as open for ever."""

    def reopen(entry: Json) -> Json:
        cancelled = entry.get("error") == CANCELLED
        return without(entry | {"terminated": False}, "terminatedAt", "error") if cancelled else entry

    edit(server, "getInstanceHistory", on_each(reopen))


@fault("history.cancelled", "history.append-only")
def cancelled_entry_missing(server: Server) -> None:
    """History no longer shows a stage that was cancelled."""
    edit(server, "getInstanceHistory", lambda found: [entry for entry in found if entry.get("error") != CANCELLED])


@fault("history.unknown-instance", profile="smoke")
def unknown_history_empty(server: Server) -> None:
    """The history of an unknown instance is empty."""
    on_refusal(server, "getInstanceHistory", NotFound, lambda _: data(200, []))


def _number(call: Call, change: Callable[[str], str]) -> Call:
    return replace(call, path={**call.path, "number": change(call.path["number"])})


@fault("stage-history.started", profile="smoke")
def stage_history_off_by_one(server: Server) -> None:
    """The history of a stage is that of the one after it."""

    def next_number(text: str) -> str:
        return str(int(text) + 1) if text.isascii() and text.isdigit() and len(text) < 9 else text

    around(server, "getInstanceStageHistory", lambda original, call: original(_number(call, next_number)))


@fault("stage-history.started")
def open_stage_without_history(server: Server) -> None:
    """The history of a stage that has not ended gets 404."""

    async def handle(original: Handler, call: Call) -> Reply:
        reply = await original(call)
        number = int(call.path["number"])
        ended = [one for one in server.log.of(call.path["instanceID"]) if one.kind.startswith("stage-")]
        if not any(one.stage == number and one.kind != "stage-started" for one in ended):
            raise NotFound("there is no such stage")
        return reply

    around(server, "getInstanceStageHistory", handle)


@fault("stage-history.not-started", profile="smoke")
def any_stage_has_history(server: Server) -> None:
    """The history of a stage that the workflow does not have is empty."""
    on_refusal(server, "getInstanceStageHistory", NotFound, lambda _: data(200, []))


@fault("stage-history.not-started")
def coming_stage_has_history(server: Server) -> None:
    """The history of a stage that has not started yet is empty, if the workflow has that stage."""

    def answer(call: Call) -> Reply:
        execution = server.engine.executions.get(call.path["instanceID"])
        number = call.path["number"].lstrip("0") or "0"
        if execution is None or len(number) > 6 or not 0 <= int(number) < len(execution.stages):
            raise NotFound("there is no such stage")
        return data(200, [])

    on_refusal(server, "getInstanceStageHistory", NotFound, answer)


@fault("stage-history.bad-number", profile="smoke")
def any_number_is_zero(server: Server) -> None:
    """A stage number that is no integer counts as 0."""

    async def handle(original: Handler, call: Call) -> Reply:
        try:
            return await original(call)
        except Invalid:
            return await original(_number(call, lambda _: "0"))

    around(server, "getInstanceStageHistory", handle)


@fault("stage-history.activities")
def update_without_activity(server: Server) -> None:
    """An update shows no activity."""
    keep = "AddAccountMetadata"
    edit(server, "getInstanceStageHistory", lambda found: [entry for entry in found if entry["name"] != keep])


@fault("stage-history.activities")
def attempts_count_from_zero(server: Server) -> None:
    """The first attempt of an activity is number 0."""
    edit(server, "getInstanceStageHistory", on_each(lambda entry: entry | {"attempt": 0}))


@fault("stage-history.activities", "envelope.schema")
def transaction_in_a_list(server: Server) -> None:
    """The output of CreateTransaction holds a list of transactions."""

    def wrap(entry: Json) -> Json:
        made = entry.get("output", {}).get("CreateTransaction")
        return entry | {"output": {"CreateTransaction": {"data": [made["data"]]}}} if made else entry

    edit(server, "getInstanceStageHistory", on_each(wrap))


@fault("stage-history.effect", profile="smoke")
def booked_amounts_rounded(server: Server) -> None:
    """Amounts pass through a binary float before they are booked."""
    around(server, "getInstanceStageHistory", _rounding)


async def _rounding(original: Handler, call: Call) -> Reply:
    reply = await original(call)
    return replace(reply, body=write(map_numbers(read(reply.body), lambda number: int(float(number)))))


@fault("stage-history.effect")
def accounts_swapped(server: Server) -> None:
    """Money is booked from the destination to the source."""
    create = server.ledger.create_transaction

    def swapped(name: str, posted: Json, overdraft: bool) -> Json:
        del overdraft
        posting = posted["postings"][0]
        turned = posting | {"source": posting["destination"], "destination": posting["source"]}
        return create(name, posted | {"postings": [turned]}, True)

    alter(server.ledger, "create_transaction", lambda _: swapped)


@fault("stage-history.effect")
def second_metadata_key_lost(server: Server) -> None:
    """Of the metadata of an update only the first key arrives."""

    def cut(entry: Json) -> Json:
        given = entry["input"].get("AddAccountMetadata")
        if given is None:
            return entry
        first = dict(list(given["metadata"].items())[:1])
        return entry | {"input": {"AddAccountMetadata": given | {"metadata": first}}}

    edit(server, "getInstanceStageHistory", on_each(cut))


@fault("stage-history.effect")
def metadata_of_an_earlier_send(server: Server) -> None:
    """A send without metadata books that of the send before it, whosever it was."""
    create, last = server.ledger.create_transaction, dict[str, str]()

    def remembering(name: str, posted: Json, overdraft: bool) -> Json:
        last.update(posted["metadata"])
        return create(name, posted | {"metadata": posted["metadata"] or dict(last)}, overdraft)

    alter(server.ledger, "create_transaction", lambda _: remembering)


@fault("stage-history.effect", "history.stages")
def updates_accumulate(server: Server) -> None:
    """An update writes the metadata of the account's earlier updates once more."""
    plain = server.stage_kinds.update

    async def update(execution: Execution, parameters: Json) -> None:
        account = parameters["account"]
        known = dict(server.ledger.books[account["ledger"]].metadata[account["id"]])
        await plain(execution, {"account": account | {"metadata": known | account["metadata"]}})

    server.stage_kinds.kinds["update"] = update


@fault("stage-history.bad-number")
def numbers_read_by_their_beginning(server: Server) -> None:
    """Of the number of a stage only the digits at its beginning count: 0.5 and 0th are 0."""

    def beginning(text: str) -> str:
        digits = re.match("[0-9]+", text)
        return digits[0] if digits else text

    around(server, "getInstanceStageHistory", lambda original, call: original(_number(call, beginning)))


FAULTS = (
    updates_accumulate,
    history_reversed,
    history_without_variables,
    waits_named_delays,
    history_without_metadata,
    history_lacks_last_of_many,
    history_without_errors,
    old_entries_vanish,
    history_starts_drift,
    cancelled_entry_open,
    cancelled_entry_missing,
    unknown_history_empty,
    stage_history_off_by_one,
    open_stage_without_history,
    any_stage_has_history,
    coming_stage_has_history,
    any_number_is_zero,
    update_without_activity,
    attempts_count_from_zero,
    transaction_in_a_list,
    booked_amounts_rounded,
    accounts_swapped,
    second_metadata_key_lost,
    metadata_of_an_earlier_send,
    numbers_read_by_their_beginning,
)
