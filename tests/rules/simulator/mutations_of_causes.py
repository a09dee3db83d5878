"""Mutations of what follows from a cause: a lost event, a swallowed cancellation, an instance that stands still."""

from __future__ import annotations

from typing import Any

from conformance.rules.evidence.observation import Observation
from conformance.trace import Exchange
from tests.rules.simulator.mutant import Change, Mutant, Mutation, shifted, without


def _find(mutant: Mutant, seen: Observation, operation: str) -> Exchange | None:
    """The exchange of an operation among those that upheld a rule."""
    found = (mutant.exchanges[index] for index in seen.exchanges)
    return next((each for each in found if each.operation == operation), None)


def _stopped(mutant: Mutant, instance: str, before: int) -> bool:
    """Whether anything that stops the instance was sent before a moment."""
    run = mutant.run(instance)
    stops = (e for e in mutant.exchanges if e.sent < before and e.operation in ("cancelEvent", "deleteWorkflow"))
    targets = (instance, run.params["workflowID"])
    return any(value in targets for stop in stops for value in stop.params.values())


def _lose_event(mutant: Mutant, seen: Observation) -> bool:
    """The event is accepted, and nothing ever comes of it."""
    send = _find(mutant, seen, "sendEvent")
    if (
        send is None
        or not mutant.late(seen.subject, send.index)
        or _stopped(mutant, seen.subject, mutant.due(send.index))
    ):
        return False
    return mutant.freeze(seen.subject, send.sent)


def _swallow_cancel(mutant: Mutant, seen: Observation) -> bool:
    cancel = _find(mutant, seen, "cancelEvent")
    if cancel is None or not mutant.late(seen.subject, cancel.index):
        return False
    return mutant.freeze(seen.subject, cancel.sent)


def _refuse_cancel(mutant: Mutant, seen: Observation) -> bool:
    cancel = _find(mutant, seen, "cancelEvent")
    assert cancel is not None
    same = (e for e in mutant.exchanges if e.operation == "cancelEvent" and e.params == cancel.params)
    alone = not any(other.index != cancel.index and other.sent < cancel.received for other in same)
    return alone and mutant.fail(cancel.index, 404)


def _after_cancel(change: Change, operation: str = "getInstance") -> Any:
    """Change every read after the cancellation, if one of them was due to show its effect."""

    def cut(mutant: Mutant, seen: Observation) -> bool:
        cancel = _find(mutant, seen, "cancelEvent")
        if cancel is None or not mutant.late(seen.subject, cancel.index, operation):
            return False
        mutant.change_all(seen.subject, cancel.sent, change, operation)
        return True

    return cut


def _reopen(data: Any) -> Any:
    status = data.get("status")
    return {**data, "status": [*status[:-1], without("terminatedAt", "error")(status[-1])]} if status else data


def _start_another(data: Any) -> Any:
    status = data.get("status")
    if not status or not data["terminated"]:
        return data
    late = shifted(data["terminatedAt"], 20)
    return {**data, "status": [*status, {**status[-1], "stage": len(status), "startedAt": late, "terminatedAt": late}]}


def _start_late(mutant: Mutant, seen: Observation) -> bool:
    return mutant.change(seen.exchanges[-1], _start_another)


def _hear(mutant: Mutant, seen: Observation) -> bool:
    """The cancelled instance goes on when an event comes."""
    send = _find(mutant, seen, "sendEvent")
    assert send is not None
    mutant.change_all(seen.subject, send.sent, _start_another)
    return any(each.data.get("status") for each in mutant.late(seen.subject, send.index))


def _close(data: Any, number: int) -> Any:
    entries = data if isinstance(data, list) else data["status"]
    entry = entries[number]
    entry |= {"terminatedAt": entry["startedAt"]} | ({"terminated": True} if "terminated" in entry else {})
    return data


def _end_unasked(mutant: Mutant, seen: Observation) -> bool:
    """The stage that is seen to wait on has ended, though too few events of its name were sent."""
    read = mutant.exchanges[seen.exchanges[-1]]
    entries = read.data if isinstance(read.data, list) else read.data["status"]
    if not entries or entries[-1].get("terminatedAt"):
        return False
    if _stopped(mutant, seen.subject, read.received) or not _waits(
        mutant, seen.subject, len(entries) - 1, read.received
    ):
        return False
    return mutant.change(read.index, lambda data: _close(data, len(entries) - 1))


def _end_without_event(mutant: Mutant, seen: Observation) -> bool:
    """The same where no such event was sent at all."""
    return not _find(mutant, seen, "sendEvent") and _end_unasked(mutant, seen) and not _names_sent(mutant, seen.subject)


def _names_sent(mutant: Mutant, instance: str) -> set[str]:
    """The names of the events sent to an instance that some stage of it may wait for."""
    sends = (e for e in mutant.exchanges if e.operation == "sendEvent" and e.params["instanceID"] == instance)
    awaited = {stage.get("wait_event", {}).get("event") for stage in mutant.stages(instance)}
    return {e.request_json["name"] for e in sends} & {*awaited, mutant.run(instance).request_json.get("v")}


def _waits(mutant: Mutant, instance: str, number: int, before: int) -> bool:
    """Whether a stage waits for an event of which too few were sent, by the trace's own configuration."""
    run = mutant.run(instance)
    value = run.request_json.get("v")
    names = [stage.get("wait_event", {}).get("event") for stage in mutant.stages(instance)]
    names = [value if name == "${v}" and value else name for name in names]
    if number >= len(names) or names[number] in (None, "${v}"):
        return False
    sends = (e for e in mutant.exchanges if e.operation == "sendEvent" and e.params["instanceID"] == instance)
    sent = sum(1 for e in sends if e.sent < before and e.request_json["name"] == names[number])
    return sent <= names[:number].count(names[number])


def _stand_still(mutant: Mutant, seen: Observation) -> bool:
    """An instance that needs nobody stays as it was first seen."""
    first = next(iter(mutant.reads(seen.subject, "getInstance", -1)), None)
    if first is None or first.data["terminated"] or _open_wait_or_delay(mutant, seen.subject, first):
        return False
    late = mutant.late(seen.subject, first.index)
    if not late or _stopped(mutant, seen.subject, late[0].received):
        return False
    return mutant.freeze(seen.subject, first.received + 1)


def _open_wait_or_delay(mutant: Mutant, instance: str, read: Exchange) -> bool:
    """Whether a stage is open that may rightly take long."""
    status = read.data.get("status") or []
    if not status or "terminatedAt" in status[-1]:
        return False
    stages = mutant.stages(instance)
    return len(stages) < len(status) or not {"wait_event", "delay"}.isdisjoint(stages[len(status) - 1])


def _fail(data: Any) -> Any:
    return {**data, "error": "out of the blue"} if data["terminated"] else data


def _touch(mutant: Mutant, seen: Observation) -> bool:
    """The last read shows a change, which nothing but signals of one kind may have made."""
    first, signal, last = (mutant.exchanges[index] for index in seen.exchanges)
    kinds = {"sendEvent", "cancelEvent"} - {signal.operation}
    others = [e for e in mutant.exchanges if e.operation in kinds and e.params["instanceID"] == seen.subject]
    if not all(other.before(first) or last.before(other) for other in others):
        return False
    if last.operation == "getInstanceHistory":
        return mutant.change(seen.exchanges[-1], lambda entries: [*entries, *entries[-1:]])
    return mutant.change(seen.exchanges[-1], lambda data: {**data, "updatedAt": shifted(data["updatedAt"], 20)})


def _answer(status: int) -> Any:
    """Another status in the answer that upheld the rule."""
    return lambda mutant, seen: mutant.fail(seen.exchanges[-1], status)


def _welcome(mutant: Mutant, seen: Observation) -> bool:
    return mutant.answer(seen.exchanges[-1], 204, None)


def _no_error(mutant: Mutant, seen: Observation) -> bool:
    """The failed instance claims to have ended well, in every read."""
    reads = [e for e in mutant.reads(seen.subject, "getInstance", -1) if e.data["terminated"]]
    ran_waiting = seen.exchanges[0] == seen.exchanges[-1]
    if ran_waiting or not reads or not mutant.late(seen.subject, reads[0].index):
        return False
    mutant.change_all(seen.subject, -1, without("error"))
    return True


def _list_cancelled(mutant: Mutant, seen: Observation) -> bool:
    return mutant.change(seen.exchanges[-1], lambda data: [*data, {"id": seen.subject, "terminated": False}])


def _other_value(mutant: Mutant, seen: Observation) -> bool:
    """A run gets another run's variable, at the first stage that takes its own."""
    read = mutant.exchanges[seen.exchanges[-1]]
    stages = mutant.stages(seen.subject)[: len(read.data)]
    taking = [number for number, stage in enumerate(stages) if "${v}" in next(iter(stage.values())).values()]
    if not taking or read.sent <= mutant.due(_first_shown(mutant, seen, taking[0])):
        return False

    def change(data: Any) -> Any:
        entry = data[taking[0]]
        entry["input"] = dict.fromkeys(entry["input"], "another")
        return data

    return mutant.change(read.index, change)


def _first_shown(mutant: Mutant, seen: Observation, number: int) -> int:
    """The first history that shows a stage, at the latest the one that upheld the rule."""
    shown = (e for e in mutant.reads(seen.subject, "getInstanceHistory", -1) if len(e.data) > number)
    first = min(shown, key=lambda each: each.received, default=None)
    return seen.exchanges[-1] if first is None else first.index


def _unerr(data: Any) -> Any:
    return [without("error")(entry) for entry in data]


MUTATIONS = [
    Mutation("a matching event is lost", "event.matching", _lose_event),
    Mutation("an event of a burst is lost", "event.burst", _lose_event),
    Mutation("an early event is lost", "event.early", _lose_event),
    Mutation("a wait ends unasked", "stage.waits", _end_without_event),
    Mutation("another event ends a wait", "event.other", _end_unasked),
    Mutation("one event ends two waits", "event.once", _end_unasked),
    Mutation("a signal reaches another instance", "run.isolated", _end_unasked),
    Mutation("a cancellation is swallowed", "cancel.terminates", _swallow_cancel),
    Mutation("a cancellation is refused", "cancel.terminates",
             _refuse_cancel),
    Mutation("a cancelled instance has no error", "cancel.error", _after_cancel(without("error"))),
    Mutation("a cancelled stage stays open", "cancel.closes-stage", _after_cancel(_reopen)),
    Mutation("a stage starts after the end", "cancel.stops-stages", _start_late),
    Mutation("a cancelled instance hears an event", "cancel.deaf", _hear),
    Mutation("a cancelled instance is listed as running", "cancel.not-running", _list_cancelled),
    Mutation("history shows no error", "history.cancelled", _after_cancel(_unerr, "getInstanceHistory")),
    Mutation("an instance stands still", "run.completes", _stand_still),
    Mutation("an error out of the blue", "run.completes", lambda m, seen: m.change(seen.exchanges[-1], _fail)),
    Mutation("a failed stage counts as done", "run.stage-fails", _no_error),
    Mutation("a run sees another's variable", "run.variables", _other_value),
    Mutation("a live instance is unknown", "event.live-known", _answer(404)),
    Mutation("an event changes what has ended", "event.terminated", _touch),
    Mutation("a cancellation changes what has ended", "cancel.terminated", _touch),
    Mutation("an event to what has ended is welcome", "event.terminated-refused", _welcome),
    Mutation("a stage that history shows is unknown", "stage-history.started", lambda m, seen: m.exchanges[
        seen.exchanges[-1]].sent > m.due(seen.exchanges[0]) and m.fail(seen.exchanges[-1], 404)),
    Mutation("a stage that has not started has a history", "stage-history.not-started",
             lambda m, seen: m.answer(seen.exchanges[-1], 200, {"data": []})),
]  # fmt: skip
