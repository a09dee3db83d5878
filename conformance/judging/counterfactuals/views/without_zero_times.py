"""Which violations remain when ends that are the zero of a type are left out: the others follow from these.

Where a server shows the end of what has not ended as 0001-01-01T00:00:00Z, or as the beginning of 1970, a stage looks
as if it had ended before it began; only `envelope.time-order` names the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.edited import edited, with_data
from conformance.judging.counterfactuals.views.padded import TIME_ORDER
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace

_SHOWING = ("getInstance", "getInstanceHistory", "getInstanceStageHistory", "listInstances", "runWorkflow")
_END = "terminatedAt"
_ZEROS = ("0001-01-01T", "1970-01-01T")


def without_zero_times(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, without every terminatedAt in an answer that is the zero of a type.

    Nothing is put right where `envelope.time-order` is not violated.
    """
    return edited(tally.kept_traces.values(), _without) if TIME_ORDER in tally.cases else []


def _without(trace: Trace) -> Iterator[Exchange]:
    for exchange in trace.exchanges:
        shows = exchange.response is not None and exchange.operation in _SHOWING
        kept = _rest(exchange.data) if shows else None
        yield exchange if kept is None or kept == exchange.data else with_data(exchange, kept)


def _rest(shown: Any) -> Any:
    """What an answer shows without such ends, at any depth of instances, stages and entries."""
    if isinstance(shown, list):
        return [_rest(each) for each in shown]
    if not isinstance(shown, dict):
        return shown
    left = {name: value for name, value in shown.items() if name != _END or not str(value).startswith(_ZEROS)}
    return left | {"status": _rest(left["status"])} if "status" in left else left
