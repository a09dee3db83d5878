"""The order of the timestamps in one answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.contract.api import Api
from conformance.rules.evidence.bodies import instant, items
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange
from conformance.wire.instant import MICROSECOND

Record = dict[str, Any]
Moment = tuple[str, object]
"""A JSON pointer and the timestamp at it."""
_PAIRS = (("createdAt", "updatedAt"), ("createdAt", "terminatedAt"), ("startedAt", "terminatedAt"))
_READS = ("createWorkflow", "getWorkflow", "listWorkflows", "runWorkflow", "getInstance", "listInstances")
_HISTORIES = ("getInstanceHistory", "getInstanceStageHistory")


def _records(api: Api, exchange: Exchange) -> Iterator[tuple[str, Record, Record]]:
    """(pointer, record, its instance or {}) of every record in the answer that has timestamps."""
    for item in items(api, exchange):
        yield item.pointer, item.body, {}
        workflow, status = item.body.get("workflow"), item.body.get("status")
        if isinstance(workflow, dict):
            yield f"{item.pointer}/workflow", workflow, {}
        for number, stage in enumerate(status if isinstance(status, list) else ()):
            if isinstance(stage, dict):
                yield f"{item.pointer}/status/{number}", stage, item.body


def _pairs(pointer: str, record: Record, instance: Record) -> Iterator[tuple[Moment, Moment]]:
    """Pairs of moments; the first of each must not be later than the second."""
    for first, second in _PAIRS:
        yield (f"{pointer}/{first}", record.get(first)), (f"{pointer}/{second}", record.get(second))
    if instance:
        yield ("/data/createdAt", instance.get("createdAt")), (f"{pointer}/startedAt", record.get("startedAt"))


def _backwards(first: Moment, second: Moment) -> bool | None:
    """Whether the order is violated; None when a timestamp is missing."""
    earlier, later = instant(first[1]), instant(second[1])
    if earlier is None or later is None:
        return None
    # Each of the two may have been cut or rounded to its last digit.
    return earlier.ns > later.ns + max(MICROSECOND, earlier.granularity, later.granularity)


def _created_of(index: TraceIndex, exchange: Exchange) -> Record:
    """The instance whose history an answer is: its creation bounds the start of every stage."""
    instance = index.instances.get(exchange.params.get("instanceID", ""))
    return instance.answer.body if instance is not None and exchange.operation in _HISTORIES else {}


def time_order(index: TraceIndex) -> Iterator[Observation]:
    """createdAt ≤ updatedAt, startedAt ≤ terminatedAt, and no stage starts before its instance was created."""
    for exchange in index.successes(*_READS, *_HISTORIES):
        judged = False
        instance = _created_of(index, exchange)
        for pointer, record, holder in _records(index.trace.api, exchange):
            for first, second in _pairs(pointer, record, holder or instance):
                wrong = _backwards(first, second)
                judged = judged or wrong is not None
                if wrong:
                    yield _violation(exchange, first, second)
        if judged:
            yield upheld(exchange)


def _violation(exchange: Exchange, first: Moment, second: Moment) -> Observation:
    names = first[0].rsplit("/", 1)[1], second[0].rsplit("/", 1)[1]
    observed = f"{names[0]} is {first[1]}, {names[1]} is {second[1]}"
    return violated(exchange, expected=f"{names[0]} is not after {names[1]}", observed=observed, pointer=second[0])


RULES: dict[str, Rule] = {"envelope.time-order": time_order}
