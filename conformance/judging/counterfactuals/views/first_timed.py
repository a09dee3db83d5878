"""Which violations remain when stages have begun when they were first shown to: the others rest on times that move.

Where a server tells another beginning of a stage later, its status and its history both do. `stage.monotone` names the
cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.edited import edited, with_data
from conformance.judging.counterfactuals.views.without_stale_reads import MONOTONE
from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Trace

_BEGAN = "startedAt"
# By instance and stage, where its status has shown several beginnings: the first one.
_Moved = dict[tuple[str, int], str]


def as_first_timed(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, each stage whose status has told several beginnings with the first one of them.

    Nothing is put right where `stage.monotone` is not violated.
    """
    return edited(tally.kept_traces.values(), _as_first_timed) if MONOTONE in tally.cases else []


def _as_first_timed(trace: Trace) -> Iterator[Exchange]:
    moved = _moved(trace)
    for exchange in trace.exchanges:
        instance = exchange.params.get("instanceID", "")
        data: Any = exchange.data
        told: Any = data
        if exchange.operation == "getInstanceHistory" and isinstance(data, list):
            told = [_timed(moved, instance, number, entry) for number, entry in enumerate(data)]
        elif exchange.operation == "getInstance" and isinstance(data, dict) and isinstance(data.get("status"), list):
            told = {**data, "status": [_timed(moved, instance, _number(entry), entry) for entry in data["status"]]}
        yield exchange if told == data else with_data(exchange, told)


def _moved(trace: Trace) -> _Moved:
    shown: dict[tuple[str, int], list[str]] = {}
    for instance in TraceIndex(trace).instances.values():
        for stage in (stage for read in instance.all_reads for stage in read.stages):
            began = stage.body.get(_BEGAN)
            if isinstance(began, str):
                shown.setdefault((instance.id, stage.number), []).append(began)
    return {place: texts[0] for place, texts in shown.items() if len(set(texts)) > 1}


def _number(entry: Any) -> int:
    number = entry.get("stage") if isinstance(entry, dict) else None
    return int(number) if isinstance(number, int) else -1


def _timed(moved: _Moved, instance: str, number: int, entry: Any) -> Any:
    first = moved.get((instance, number))
    return {**entry, _BEGAN: first} if first is not None and isinstance(entry, dict) and _BEGAN in entry else entry
