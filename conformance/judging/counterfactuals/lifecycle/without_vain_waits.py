"""Which violations remain without runs that are waited for in vain, since their instances do not end.

The answer to such a run is due at the end of its instance. Where that never comes, `run.completes` alone names the
cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import given_by, shown_in
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace


def without_vain_waits(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations without the unanswered runs that were waited for while some instance of their
    workflow, which no answer gave, was shown running after that.

    For a tally in which `run.completes` is violated.
    """
    return edited(tally.kept_traces.values(), _rest)


def _rest(trace: Trace) -> Iterator[Exchange]:
    given = {given_by(exchange) for exchange in trace.exchanges}
    shown = [
        (exchange, one)
        for exchange in trace.exchanges
        for one in shown_in(exchange)
        if isinstance(one, dict) and one.get("id") not in given and one.get("terminated") is False
    ]
    return (each for each in trace.exchanges if not _in_vain(each, shown))


def _in_vain(run: Exchange, running: Sequence[tuple[Exchange, dict[str, Any]]]) -> bool:
    if run.operation != "runWorkflow" or run.answered or run.query("wait") != "true":
        return False
    workflow = run.params["workflowID"]
    return any(one.get("workflowID") == workflow and run.before(exchange) for exchange, one in running)
