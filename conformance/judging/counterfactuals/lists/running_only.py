"""Which violations remain when lists of running instances hold none that say that they have terminated.

Where a server does not look at running=true, a cancelled instance is among the running ones as any other that has
ended: only `list.running` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited, with_data
from conformance.judging.counterfactuals.editing.instances import has_ended
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace

RUNNING = "list.running"


def running_only(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, their lists of running instances without those that have ended.

    Nothing is put right unless `list.running` is violated by an instance that nobody cancelled.
    """
    by_itself = any(not _cancelled(trace, each.subject) for trace, each in tally.violations_of(RUNNING))
    return edited(tally.kept_traces.values(), _without_the_ended) if by_itself else []


def _cancelled(trace: Trace, instance_id: str) -> bool:
    cancels = (each for each in trace.exchanges if each.operation == "cancelEvent")
    return any(each.params.get("instanceID") == instance_id for each in cancels)


def _without_the_ended(trace: Trace) -> Iterator[Exchange]:
    for exchange in trace.exchanges:
        running = exchange.operation == "listInstances" and exchange.query("running") == "true"
        listed = exchange.data if running and isinstance(exchange.data, list) else []
        left = [one for one in listed if not has_ended(one)]
        yield exchange if left == listed else with_data(exchange, left)
