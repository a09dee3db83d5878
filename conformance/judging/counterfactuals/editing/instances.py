"""Instances in answers, wherever they stand: answers that show them in another way, and traces without them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from conformance.judging.counterfactuals.editing.edited import with_data
from conformance.trace import Exchange, Trace

Body = dict[str, Any]


def shown_in(exchange: Exchange) -> list[Any]:
    """What an answer shows where instances are due."""
    if exchange.response is None or exchange.operation not in ("getInstance", "listInstances", "runWorkflow"):
        return []
    data: Any = exchange.data
    return data if isinstance(data, list) else [data]


def each_changed(exchange: Exchange, change: Callable[[Body], Body]) -> Exchange:
    """The exchange with every instance in its answer changed; itself where none is."""
    some = shown_in(exchange)
    new = [change(one) if isinstance(one, dict) else one for one in some]
    return exchange if new == some else with_data(exchange, new if isinstance(exchange.data, list) else new[0])


def stages_of(one: Body) -> list[Body]:
    """The stages of a status; none where it is not a list of objects."""
    status = one.get("status")
    some = status if isinstance(status, list) else []
    return some if all(isinstance(stage, dict) for stage in some) else []


def has_ended(one: Any) -> bool:
    """Whether something is an instance that says that it has terminated."""
    return isinstance(one, dict) and one.get("terminated") is True


def without_fields(one: Body, names: Collection[str]) -> Body:
    """An instance without some fields."""
    return {name: value for name, value in one.items() if name not in names}


def without_instances(trace: Trace, ids: Collection[str]) -> Iterator[Exchange]:
    """What is left of a trace without some instances. One with the run of such a one is left without lists, too, and
    the lists of others do not show them.

    They show an instance that nobody was told of, as if a run that was refused had started it.
    """
    strays = any(given_by(exchange) in ids for exchange in trace.exchanges)
    for exchange in trace.exchanges:
        listed = exchange.operation == "listInstances"
        left_out = (strays and listed) or given_by(exchange) in ids or exchange.params.get("instanceID") in ids
        if not left_out:
            yield _unlisted(exchange, ids) if listed else exchange


def _unlisted(exchange: Exchange, ids: Collection[str]) -> Exchange:
    some = shown_in(exchange)
    rest = [one for one in some if not (isinstance(one, dict) and one.get("id") in ids)]
    return exchange if rest == some else with_data(exchange, rest)


def given_by(exchange: Exchange) -> str | None:
    """The id of the instance that the answer to a run gives; None where it is no such answer."""
    return exchange.data_id if exchange.operation == "runWorkflow" else None
