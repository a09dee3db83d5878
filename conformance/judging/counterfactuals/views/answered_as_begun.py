"""Which violations remain when the answers to runs that nobody waits for show instances that have just begun.

Where such an answer says that its instance has terminated, later reads take that back, lists do not agree, and history
shows stages open; only `run.created` names the cause. What such a server says of the end where somebody did wait for it
is no better: that time is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import Body, each_changed, has_ended, without_fields
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace

CREATED = "run.created"
_ENDED = "/data/terminated"
_TIME = "terminatedAt"
_OF_THE_END = (_TIME, "error", "status")


def answered_as_begun(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations with such answers as they are when nothing has happened yet.

    Nothing is put right unless `run.created` is violated by one that says that its instance has terminated.
    """
    wrong = any(each.pointer == _ENDED for _, each in tally.violations_of(CREATED))
    return edited(tally.kept_traces.values(), _as_begun) if wrong else []


def _as_begun(trace: Trace) -> Iterator[Exchange]:
    for exchange in trace.exchanges:
        change = _untimed if exchange.query("wait") == "true" else _begun
        yield each_changed(exchange, change) if exchange.operation == "runWorkflow" else exchange


def _begun(one: Body) -> Body:
    return without_fields(one, _OF_THE_END) | {"terminated": False} if has_ended(one) else one


def _untimed(one: Body) -> Body:
    return without_fields(one, (_TIME,))
