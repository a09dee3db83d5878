"""Mutations of single reads: what a server shows is wrong, though it does what it should."""

from __future__ import annotations

from typing import Any

from conformance.rules.evidence.observation import Observation
from tests.rules.simulator.mutant import Change, Mutant, Mutation, shifted, without


def _decisive(rule: str, name: str, change: Change, operation: str | None = None) -> Mutation:
    """Change the answer that upheld the rule."""

    def cut(mutant: Mutant, seen: Observation) -> bool:
        index = seen.exchanges[-1]
        if operation not in (None, mutant.exchanges[index].operation):
            return False
        return mutant.change(index, change)

    return Mutation(name, rule, cut)


def _status(change: Change) -> Change:
    """A change of the `status` of an instance that has one."""
    return lambda data: {**data, "status": change(data["status"])} if data.get("status") else data


def _revive(data: Any) -> Any:
    return {**without("terminatedAt", "error")(data), "terminated": False} if data.get("terminated") else data


def _move_end(data: Any) -> Any:
    return {**data, "terminatedAt": shifted(data["terminatedAt"], 20)} if data.get("terminated") else data


def _regress(name: str, change: Change) -> Mutation:
    """The later of two reads takes back what the earlier showed."""

    def cut(mutant: Mutant, seen: Observation) -> bool:
        before, after = (mutant.exchanges[index] for index in seen.exchanges)
        if after.operation != "getInstance" or change(before.data) == before.data:
            return False
        return mutant.change(after.index, change)

    return Mutation(name, "stage.monotone", cut)


def _swap(data: Any) -> Any:
    different = len(data) > 1 and (data[0]["name"], data[0]["input"]) != (data[1]["name"], data[1]["input"])
    return [data[1], data[0], *data[2:]] if different else data


def _overlap(status: Any) -> Any:
    if len(status) < 2 or "terminatedAt" not in status[0]:
        return status
    return [status[0], {**status[1], "startedAt": shifted(status[0]["terminatedAt"], -20)}, *status[2:]]


def _reopen_last(entries: Any) -> Any:
    return [*entries[:-1], without("terminatedAt", "error")(entries[-1])]


def _shorten(number: int, lasted: float) -> Change:
    def change(data: Any) -> Any:
        entries = data if isinstance(data, list) else data["status"]
        entry = entries[number]
        entry["terminatedAt"] = shifted(entry["startedAt"], lasted)
        return data

    return change


def _shorten_delay(mutant: Mutant, seen: Observation, kind: str, lasted: float) -> bool:
    index = seen.exchanges[-1]
    data = mutant.exchanges[index].data
    entries = data if isinstance(data, list) else data.get("status", [])
    stages = mutant.stages(seen.subject)
    for number, stage in enumerate(stages[: len(entries)]):
        long = stage.get("delay", {}).get(kind)
        ended = long and "terminatedAt" in entries[number] and "error" not in entries[number]
        if ended and (kind == "until" or (long[:-2].isdigit() and int(long[:-2]) > 400)):
            return mutant.change(index, _shorten(number, lasted))
    return False


def _drop_listed(mutant: Mutant, seen: Observation) -> bool:
    def change(data: Any) -> Any:
        return [item for item in data if item["id"] != seen.subject]

    listing = mutant.exchanges[seen.exchanges[-1]]
    run = mutant.exchanges[seen.exchanges[0]]
    deleted = any(e.operation == "deleteWorkflow" and e.params["flowId"] == run.params.get("workflowID", "")
                  and e.sent < listing.received for e in mutant.exchanges)  # fmt: skip
    return listing.sent > mutant.due(run.index) and not deleted and mutant.change(listing.index, change)


def _drop_running(mutant: Mutant, seen: Observation) -> bool:
    proof, listing = (mutant.exchanges[index] for index in seen.exchanges)
    if proof.operation == "getInstance" and (proof.data["terminated"] or proof.sent <= mutant.due(listing.index)):
        return False
    return mutant.change(listing.index, lambda data: [item for item in data if item["id"] != seen.subject])


def _put_running(mutant: Mutant, seen: Observation) -> bool:
    last = mutant.last_read(seen.subject, "getInstance", 1 << 90)
    listing = seen.exchanges[-1]
    if last is None or any(item["id"] == seen.subject for item in mutant.exchanges[listing].data):
        return False
    return mutant.change(listing, lambda data: [*data, {**last.data, "terminated": False}])


def _list_twice(data: Any) -> Any:
    return [*data, *data]


def _alter_listed(mutant: Mutant, seen: Observation) -> bool:
    def change(data: Any) -> Any:
        return [
            {**each, "createdAt": shifted(each["createdAt"], 20)} if each["id"] == seen.subject else each
            for each in data
        ]

    return mutant.change(seen.exchanges[-1], change)


def _foreign(data: Any) -> Any:
    return [*data, {**data[0], "workflowID": "another"}] if data else data


def _entry(change: Change) -> Change:
    return lambda data: [change(data[0]), *data[1:]] if data else data


_rename = _entry(lambda entry: {**entry, "instanceID": "other"})


def _cheat(data: Any) -> Any:
    """One more than was to be sent."""
    for entry in data:
        for posting in entry["input"].get("CreateTransaction", {"data": {"postings": []}})["data"]["postings"]:
            posting["amount"] += 1
    return data


def _reopen_in_history(mutant: Mutant, seen: Observation) -> bool:
    shown, read = (mutant.exchanges[index] for index in seen.exchanges)
    if read.operation != "getInstanceHistory" or not shown.data["terminated"]:
        return False
    return mutant.change(read.index, _entry(lambda entry: {**without("terminatedAt")(entry), "terminated": False}))


def _unfinish(mutant: Mutant, seen: Observation, change: Change) -> bool:
    """Change a read of a terminated instance that was sent when its termination was due."""
    first = next((e for e in mutant.reads(seen.subject, "getInstance", -1) if e.data["terminated"]), None)
    late = mutant.late(seen.subject, first.index) if first else []
    return any(each.index == seen.exchanges[-1] for each in late) and mutant.change(seen.exchanges[-1], change)


MUTATIONS = [
    _regress("terminated goes back to running", _revive),
    _regress("terminatedAt moves", _move_end),
    _regress("the stages vanish", lambda data: {**data, "status": []}),
    Mutation("history entries change places", "history.append-only",
             lambda m, seen: _swap(m.exchanges[seen.exchanges[0]].data) != m.exchanges[seen.exchanges[0]].data
             and m.change(seen.exchanges[-1], _swap)),
    _decisive("history.append-only", "the history is forgotten", lambda _: []),
    _decisive("stage.sequence", "a stage starts before the one ahead ends", _status(_overlap)),
    _decisive("stage.sequence", "the stages are counted from 1",
              _status(lambda status: [{**entry, "stage": entry["stage"] + 1} for entry in status])),
    _decisive("stage.sequence", "another instance's id", _status(_rename)),
    Mutation("the last stage is missing", "stage.all-done",
             lambda m, seen: _unfinish(m, seen, _status(lambda status: status[:-1]))),
    Mutation("a stage stays open", "stage.none-open", lambda m, seen: _unfinish(m, seen, _status(_reopen_last))),
    Mutation("a stage outlives its instance", "stage.none-open", lambda m, seen: _unfinish(m, seen, _status(
        lambda status: [*status[:-1], {**status[-1], "terminatedAt": shifted(status[-1]["terminatedAt"], 20)}]))),
    Mutation("a delay is too short", "run.delay-duration", lambda m, seen: _shorten_delay(m, seen, "duration", 0.1)),
    Mutation("a delay ends before its time", "run.delay-until",
             lambda m, seen: _shorten_delay(m, seen, "until", -7200)),
    Mutation("a list loses an instance", "run.then-list", _drop_listed),
    _decisive("run.then-list", "a list repeats its elements", _list_twice),
    _decisive("list.by-workflow", "a list holds another workflow's instance", _foreign),
    Mutation("a running instance is not listed as running", "list.running", _drop_running),
    Mutation("a terminated instance is listed as running", "list.running", _put_running),
    Mutation("a listed element differs", "list.agrees", _alter_listed),
    Mutation("history names another activity", "history.stages",
             lambda m, seen: m.change(seen.exchanges[-1], _entry(lambda entry: {**entry, "name": "RunOther"}))),
    Mutation("history leaves a stage open", "history.agrees", _reopen_in_history),
    _decisive("stage-history.activities", "a plain stage shows an activity", lambda data: data or [{"name": "Other"}]),
    _decisive("stage-history.effect", "one cent too much is sent", _cheat),
]  # fmt: skip
