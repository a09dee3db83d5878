"""Which violations remain when instances with an id that two runs gave are left out: whose they are nobody knows.

A client that is told of another run's instance sends its events there and reads its stages, and so does everybody to
whom that instance was told before. Every rule then sees something else, and only `run.created` names the cause.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from conformance.judging.counterfactuals.answered_as_begun import CREATED
from conformance.judging.counterfactuals.edited import edited
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace


def without_shared_ids(tally: Tally) -> Sequence[Trace]:
    """Of the traces kept for violations those with instances whose id several runs gave, without these instances."""
    if CREATED not in tally.cases:
        return []
    given = Counter(_given(each) for trace in tally.reduced for each in trace.exchanges)
    shared = {instance_id for instance_id, times in given.items() if instance_id is not None and times > 1}
    return edited(tally.kept_traces.values(), lambda trace: without_instances(trace, shared)) if shared else []


def without_instances(trace: Trace, ids: Collection[str]) -> Iterator[Exchange]:
    """What is left of a trace without some instances. One with the run of such a one is left without lists, too.

    They show an instance that nobody was told of, as if a run that was refused had started it.
    """
    strays = any(_given(exchange) in ids for exchange in trace.exchanges)
    for exchange in trace.exchanges:
        lists = strays and exchange.operation == "listInstances"
        if not lists and _given(exchange) not in ids and exchange.params.get("instanceID") not in ids:
            yield exchange


def _given(exchange: Exchange) -> str | None:
    return exchange.data_id if exchange.operation == "runWorkflow" else None
