"""Which violations remain when instances that have terminated stay as they were, with every stage closed by then.

That a delay has ended, or that nothing failed, is read from the status of an instance that has come to its end. Where a
server leaves a stage open in it, or closes one later, only `stage.none-open` names the cause; where an event or a
cancellation that comes too late changes it, `event.terminated` or `cancel.terminated`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.edited import SIGNALS, edited
from conformance.judging.counterfactuals.editing.instances import Body, each_changed, has_ended, shown_in, stages_of
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace
from conformance.wire.instant import Instant, parse_instant

NONE_OPEN = "stage.none-open"
LATE = ("event.terminated", "cancel.terminated")


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


def _all_closed(trace: Trace) -> list[Exchange]:
    """Every terminated instance with the latest end that anything told of it or of its stages, all of them ended."""
    ends: dict[str, dict[Instant, str]] = {}

    for one in (one for exchange in trace.exchanges for one in shown_in(exchange) if isinstance(one, dict)):
        texts = (_end(each) for each in (one, *stages_of(one)))
        ends.setdefault(_id(one), {}).update({at: text for text in texts if (at := parse_instant(text)) is not None})

    def closed(one: Body) -> Body:
        known = ends.get(_id(one))
        if not has_ended(one) or _end(one) is None or not known:
            return one
        end = known[max(known)]
        stages = [{**stage, "terminatedAt": end} if _end(stage) is None else stage for stage in stages_of(one)]
        return {**one, "terminatedAt": end} | ({"status": stages} if stages else {})

    return [each_changed(exchange, closed) for exchange in trace.exchanges]


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
        return first.setdefault(_id(one), one) if has_ended(one) else one

    for exchange in trace.exchanges:
        instance = exchange.params.get("instanceID", "")
        if exchange.operation in SIGNALS and exchange.refused:
            refused.add(instance)
        if exchange.operation != "getInstance":
            found.append(exchange)
        elif instance in first or instance not in refused:
            found.append(each_changed(exchange, kept))
    return found
