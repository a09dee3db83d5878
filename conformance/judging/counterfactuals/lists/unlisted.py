"""Which violations remain when lists of instances do not tell what they tell wrongly: the others rest on that.

Where a list tells something else than single reads do, later lists seem to take back what it told. Only `list.agrees`
names the cause.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import each_changed, without_fields
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace

AGREES = "list.agrees"
# What an element is, and whether it belongs into a list, is known from these.
_NEEDED = ("id", "workflowID", "terminated")


def unlisted(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without the fields of listed instances for which `list.agrees` is violated."""
    named = {each.pointer.rsplit("/", 1)[-1] for _, each in tally.violations_of(AGREES)}
    fields = named.difference(_NEEDED)
    return edited(tally.kept_traces.values(), lambda trace: _without(trace, fields)) if fields else []


def _without(trace: Trace, fields: Collection[str]) -> Iterator[Exchange]:
    for exchange in trace.exchanges:
        lists = exchange.operation == "listInstances"
        yield each_changed(exchange, lambda one: without_fields(one, fields)) if lists else exchange
