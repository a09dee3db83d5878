"""Which violations remain when instances that have terminated stay as they were, with every stage closed by then.

That a delay has ended, or that nothing failed, is read from the status of an instance that has come to its end. Where a
server leaves a stage open in it, or closes one later, only `stage.none-open` names the cause; where an event or a
cancellation that comes too late changes it, `event.terminated` or `cancel.terminated`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conformance.judging.counterfactuals.edited import SIGNALS, edited, with_data
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace
from conformance.wire.instant import Instant, parse_instant

NONE_OPEN = "stage.none-open"
LATE = ("event.terminated", "cancel.terminated")

Body = dict[str, Any]


def closed(tally: Tally) -> Sequence[Trace]:
    """Of the traces kept for violations those with stages of terminated instances that are open at the end, closed."""
    return _changed(tally, NONE_OPEN, _all_closed)


def unchanged(tally: Tally, requirement: str) -> Sequence[Trace]:
    """Of the traces kept for violations those with instances that changed after their end, each as it first ended.

    ``requirement``: one of `LATE`. Nothing is put right where it is not violated.
    """
    return _changed(tally, requirement, _as_first_ended)


def _changed(tally: Tally, requirement: str, change: Callable[[Trace], list[Exchange]]) -> Sequence[Trace]:
    if requirement not in tally.cases:
        return []
    return edited(tally.kept_traces.values(), change)


def _shown(exchange: Exchange) -> list[Any]:
    """What an answer shows where instances are due."""
    if exchange.response is None or exchange.operation not in ("getInstance", "listInstances", "runWorkflow"):
        return []
    data: Any = exchange.data
    return data if isinstance(data, list) else [data]


def _each(exchange: Exchange, change: Callable[[Body], Body]) -> Exchange:
    """The exchange with every instance in its answer changed; itself where none is."""
    some = _shown(exchange)
    new = [change(one) if isinstance(one, dict) else one for one in some]
    return exchange if new == some else with_data(exchange, new if isinstance(exchange.data, list) else new[0])


def _all_closed(trace: Trace) -> list[Exchange]:
    """Every terminated instance with the latest end that anything told of it or of its stages, all of them ended."""
    ends: dict[str, dict[Instant, str]] = {}

    for one in (one for exchange in trace.exchanges for one in _shown(exchange) if isinstance(one, dict)):
        texts = (_end(each) for each in (one, *_stages(one)))
        ends.setdefault(_id(one), {}).update({at: text for text in texts if (at := parse_instant(text)) is not None})

    def closed(one: Body) -> Body:
        known = ends.get(_id(one))
        if one.get("terminated") is not True or _end(one) is None or not known:
            return one
        end = known[max(known)]
        stages = [{**stage, "terminatedAt": end} if _end(stage) is None else stage for stage in _stages(one)]
        return {**one, "terminatedAt": end} | ({"status": stages} if stages else {})

    return [_each(exchange, closed) for exchange in trace.exchanges]


def _stages(one: Body) -> list[Body]:
    """The stages of a status; none where it is not a list of objects."""
    status = one.get("status")
    some = status if isinstance(status, list) else []
    return some if all(isinstance(stage, dict) for stage in some) else []


def _id(one: Body) -> str:
    return str(one.get("id"))


def _end(one: Body) -> Any:
    return one.get("terminatedAt")


def _as_first_ended(trace: Trace) -> list[Exchange]:
    """The reads of instances, each as it first ended.

    What was read only after a refused event or cancellation may be what that one has made of it: it is left out.
    """
    first: dict[str, Body] = {}
    refused = set[str]()
    found = list[Exchange]()

    def kept(one: Body) -> Body:
        return first.setdefault(_id(one), one) if one.get("terminated") is True else one

    for exchange in trace.exchanges:
        instance = exchange.params.get("instanceID", "")
        if exchange.operation in SIGNALS and exchange.refused:
            refused.add(instance)
        if exchange.operation != "getInstance":
            found.append(exchange)
        elif instance in first or instance not in refused:
            found.append(_each(exchange, kept))
    return found
