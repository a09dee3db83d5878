"""Instances in answers, wherever they stand, and answers that show them in another way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.judging.counterfactuals.edited import with_data
from conformance.trace import Exchange

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
