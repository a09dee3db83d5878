"""Histories: inputs are normalised, defaults are added, and activities tell more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.freedoms.answer import Answer, Asked
from benchmarks.freedoms.freedom import Freedom, of_answer
from conformance.reference.engine.durations import duration
from conformance.reference.faults.fault import map_numbers
from conformance.reference.wire.exact_json import Json

_NORMALISED = "servers normalise times in a history's input, and add defaults"
_SECOND = 1_000_000_000


def _inputs(answer: Answer, asked: Asked, name: str) -> list[Json]:
    told = answer.records if asked.operation == "getInstanceHistory" else []
    return [entry["input"] for entry in told if entry["name"] == name and isinstance(entry["input"], dict)]


@of_answer(_NORMALISED, "durations")
def durations_in_seconds(answer: Answer, asked: Asked) -> None:
    """A duration is told in seconds."""
    for given in _inputs(answer, asked, "RunDelay"):
        length = duration(given["duration"]) if isinstance(given.get("duration"), str) else None
        if length is not None:
            whole, rest = divmod(length, _SECOND)
            given["duration"] = f"{whole}.{rest:09}".rstrip("0").rstrip(".") + "s"


@of_answer(_NORMALISED, "durations")
def durations_in_units(answer: Answer, asked: Asked) -> None:
    """A duration is told in hours, minutes and seconds, as Go writes it."""
    for given in _inputs(answer, asked, "RunDelay"):
        length = duration(given["duration"]) if isinstance(given.get("duration"), str) else None
        if length is not None and length >= _SECOND:
            minutes, rest = divmod(length, 60 * _SECOND)
            seconds = f"{rest // _SECOND}.{rest % _SECOND:09}".rstrip("0").rstrip(".") + "s"
            hours, minutes = divmod(minutes, 60)
            given["duration"] = (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + seconds
        elif length is not None and length > 0:
            given["duration"] = f"{length / 1_000_000:f}".rstrip("0").rstrip(".") + "ms"


def _in_utc(text: Any) -> Any:
    try:
        moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (AttributeError, TypeError, ValueError, OverflowError):
        return text
    fraction = text.partition(".")[2]
    digits = "".join(letter for letter in fraction[:9] if letter.isdigit())
    many = len(digits) > 6
    return text if many else moment.isoformat().replace("+00:00", "Z")


@of_answer(_NORMALISED)
def moments_in_utc(answer: Answer, asked: Asked) -> None:
    """The until of a delay and the timestamp of a send are told in UTC."""
    for name, key in (("RunDelay", "until"), ("RunSend", "timestamp")):
        for given in _inputs(answer, asked, name):
            if key in given:
                given[key] = _in_utc(given[key])


@of_answer(_NORMALISED, "defaults")
def more_defaults(answer: Answer, asked: Asked) -> None:
    """The input of a send has metadata, empty where none was given."""
    for given in _inputs(answer, asked, "RunSend"):
        given.setdefault("metadata", {})


def _without_empty(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    kept = {key: _without_empty(item) for key, item in value.items()}
    return {key: item for key, item in kept.items() if item is not False and item not in ({}, [])}


@of_answer("a parameter that is false or empty has an equal meaning when it is left out", "defaults")
def without_empty_parameters(answer: Answer, asked: Asked) -> None:
    """What is false or empty in the input of a send is left out."""
    for given in _inputs(answer, asked, "RunSend"):
        kept = _without_empty(given)
        given.clear()
        given.update(kept)


@of_answer("a last stage that ended with an error may be absent from history")
def failed_stage_not_in_history(answer: Answer, asked: Asked) -> None:
    """History does not show a last stage that failed by itself."""
    told = answer.records if asked.operation == "getInstanceHistory" else []
    if told and told[-1].get("error") not in (None, "", "cancelled", "canceled"):
        answer.value["data"].pop()


@of_answer("history and status show the same stages; that their times are equal is not said")
def history_ends_earlier(answer: Answer, asked: Asked) -> None:
    """History tells the end of a stage 2 ms earlier than status, but not before its start."""
    for entry in answer.records if asked.operation == "getInstanceHistory" else []:
        if "terminatedAt" in entry:
            ended = datetime.fromisoformat(entry["terminatedAt"]) - timedelta(milliseconds=2)
            entry["terminatedAt"] = max(entry["startedAt"], f"{ended:%Y-%m-%dT%H:%M:%S.%f}Z")


def _activities(answer: Answer, asked: Asked) -> list[Json]:
    return answer.records if asked.operation == "getInstanceStageHistory" else []


@of_answer("attempt ≥ 1; lastFailure is optional", "attempts")
def second_attempts(answer: Answer, asked: Asked) -> None:
    """An activity is at its third attempt, and tells why the second one failed."""
    for entry in _activities(answer, asked):
        entry["attempt"] = 3
        entry["lastFailure"] = "connection refused"


@of_answer("nextExecution is optional")
def next_execution(answer: Answer, asked: Asked) -> None:
    """An activity tells when it is tried next, also when it is over."""
    for entry in _activities(answer, asked):
        entry["nextExecution"] = entry["startedAt"]


@of_answer("a send shows CreateTransaction; that it shows nothing else is not said")
def looks_up_first(answer: Answer, asked: Asked) -> None:
    """A send asks for the account of its destination first, and that is an activity of its own."""
    told = _activities(answer, asked)
    if told and told[0]["name"] == "CreateTransaction":
        given = told[0]["input"]["CreateTransaction"]
        account = given["data"]["postings"][0]["destination"]
        first = {key: value for key, value in told[0].items() if key not in ("output", "error", "input", "name")}
        first |= {"name": "GetAccount", "input": {"GetAccount": {"id": account, "ledger": given["ledger"]}}}
        first |= {"terminated": True, "terminatedAt": told[0]["startedAt"]}
        first["output"] = {"GetAccount": {"data": {"address": account, "metadata": {}}}}
        answer.value["data"].insert(0, first)


@of_answer("no output is defined for AddAccountMetadata, so that an empty one tells the same as none")
def empty_outputs(answer: Answer, asked: Asked) -> None:
    """AddAccountMetadata, which gives nothing, has an empty output."""
    for entry in _activities(answer, asked):
        if entry["name"] == "AddAccountMetadata":
            entry.setdefault("output", {})


@of_answer("PostTransaction may hold a script instead of postings", "posted")
def sends_by_script(answer: Answer, asked: Asked) -> None:
    """The input of CreateTransaction is a script; the postings are in its output."""
    for entry in _activities(answer, asked):
        posted = entry["input"].get("CreateTransaction", {}).get("data", {})
        for posting in posted.pop("postings", []):
            money = f"[{posting['asset']} {posting['amount']}]"
            plain = f"send {money} (\n  source = @{posting['source']}\n  destination = @{posting['destination']}\n)"
            posted["script"] = {"plain": plain, "vars": {}}


@of_answer("each attempt of an activity may be an entry: only attempt ≥ 1 is required", "attempts")
def attempts_are_entries(answer: Answer, asked: Asked) -> None:
    """An attempt that failed stands before the one that did it."""
    told = _activities(answer, asked)
    if told and told[-1]["terminated"] and "error" not in told[-1]:
        failed = {key: item for key, item in told[-1].items() if key != "output"}
        failed |= {"error": "connection reset by peer", "terminatedAt": failed["startedAt"]}
        told[-1]["attempt"] = 2
        answer.value["data"].insert(len(told) - 1, failed)


@of_answer("a transaction has an id of any size, an optional reference, and a timestamp of the ledger's")
def transactions_of_a_large_ledger(answer: Answer, asked: Asked) -> None:
    """Ids of transactions are beyond 64 bits, and each has an empty reference."""
    for entry in _activities(answer, asked):
        output = entry.get("output") or {}
        if "CreateTransaction" in output:
            transaction = output["CreateTransaction"]["data"]
            transaction["id"] = map_numbers(transaction["id"], lambda number: number + 2**70)
            transaction["reference"] = ""


FREEDOMS: tuple[Freedom, ...] = (
    durations_in_seconds,
    durations_in_units,
    moments_in_utc,
    more_defaults,
    without_empty_parameters,
    failed_stage_not_in_history,
    history_ends_earlier,
    second_attempts,
    next_execution,
    looks_up_first,
    transactions_of_a_large_ledger,
    empty_outputs,
    sends_by_script,
    attempts_are_entries,
)
