"""Which violations remain when instances that have terminated stay as they were, with every stage closed.

That a delay has ended, or that nothing failed, is read from the status of an instance that has come to its end. Where a
server leaves a stage open in it, only `stage.none-open` names the cause; where an event or a cancellation that comes
too late changes it, `event.terminated` or `cancel.terminated`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conformance.judging.counterfactuals.edited import edited, with_data
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace

NONE_OPEN = "stage.none-open"
LATE = ("event.terminated", "cancel.terminated")

Body = dict[str, Any]


def closed(tally: Tally) -> Sequence[Trace]:
    """Of the traces kept for violations those with open stages of terminated instances, closed with their instance."""
    return _changed(tally, NONE_OPEN, lambda trace: [_each(one, _closed) for one in trace.exchanges])


def unchanged(tally: Tally, requirement: str) -> Sequence[Trace]:
    """Of the traces kept for violations those with instances that changed after their end, each as it first ended.

    ``requirement``: one of `LATE`. Nothing is put right where it is not violated.
    """
    return _changed(tally, requirement, _as_first_ended)


def _changed(tally: Tally, requirement: str, change: Callable[[Trace], list[Exchange]]) -> Sequence[Trace]:
    if requirement not in tally.cases:
        return []
    return edited(tally.kept_traces.values(), change)


def _each(exchange: Exchange, change: Callable[[Body], Body]) -> Exchange:
    """The exchange with every instance in its answer changed; itself where none is."""
    data: Any = exchange.data
    some = data if isinstance(data, list) else [data]
    if exchange.response is None or exchange.operation not in ("getInstance", "listInstances", "runWorkflow"):
        return exchange
    new = [change(one) if isinstance(one, dict) else one for one in some]
    return exchange if new == some else with_data(exchange, new if isinstance(data, list) else new[0])


def _closed(one: Body) -> Body:
    end, status = one.get("terminatedAt"), one.get("status")
    if one.get("terminated") is not True or end is None or not isinstance(status, list):
        return one
    stages = [
        {**stage, "terminatedAt": end} if isinstance(stage, dict) and stage.get("terminatedAt") is None else stage
        for stage in status
    ]
    return {**one, "status": stages}


def _as_first_ended(trace: Trace) -> list[Exchange]:
    first: dict[str, Body] = {}

    def kept(one: Body) -> Body:
        return first.setdefault(str(one.get("id")), one) if one.get("terminated") is True else one

    return [_each(one, kept) if one.operation == "getInstance" else one for one in trace.exchanges]
