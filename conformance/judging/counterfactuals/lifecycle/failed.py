"""Which violations remain when instances tell the errors of their stages, and that they were cancelled.

An instance that has terminated without an error has run all its stages. Where a server tells errors of stages only, all
that is the matter is what `run.stage-fails` says; where it tells none of those that were cancelled, what
`stage.all-done` says of these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.edited import edited, with_data
from conformance.judging.counterfactuals.editing.instances import Body, each_changed, has_ended, stages_of
from conformance.judging.counterfactuals.lifecycle.cut_short import ALL_DONE
from conformance.judging.tally import Case, Tally
from conformance.trace import Exchange, Trace

STAGE_FAILS = "run.stage-fails"


def failed(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, every terminated instance with the error of its last stage that has one, or with
    one of its own if it was cancelled.

    Nothing is put right where `run.stage-fails` is not violated.
    """
    return edited(tally.kept_traces.values(), _with_errors) if STAGE_FAILS in tally.cases else []


def told_of_cancellation(tally: Tally) -> Sequence[Trace]:
    """The same where `stage.all-done` is violated, if only by instances that were cancelled; else nothing.

    The stage that was cancelled has an error then, too, in both views.
    """
    cases = tally.cases.get(ALL_DONE, [])
    return edited(tally.kept_traces.values(), _all_with_errors) if cases and all(map(_only_cancelled, cases)) else []


def _only_cancelled(case: Case) -> bool:
    return {each.subject for each in case.observations} <= _cancelled(case.trace)


def _cancelled(trace: Trace) -> set[str]:
    return {each.params["instanceID"] for each in trace.exchanges if each.operation == "cancelEvent" and each.ok}


def _with_errors(trace: Trace) -> Iterator[Exchange]:
    cancelled = _cancelled(trace)
    return (each_changed(exchange, lambda one: _with_error(one, cancelled)) for exchange in trace.exchanges)


def _all_with_errors(trace: Trace) -> Iterator[Exchange]:
    cancelled = _cancelled(trace)
    for exchange in _with_errors(trace):
        shown: Any = exchange.data
        if exchange.operation == "getInstanceHistory" and exchange.params["instanceID"] in cancelled and shown:
            entries = _with_stage_error(shown) if isinstance(shown, list) else shown
            yield exchange if entries == shown else with_data(exchange, entries)
        else:
            yield each_changed(exchange, lambda one: _with_status_error(one, cancelled))


def _with_status_error(one: Body, cancelled: Collection[str]) -> Body:
    stages = stages_of(one)
    told = stages and has_ended(one) and one.get("id") in cancelled
    return {**one, "status": _with_stage_error(stages)} if told else one


def _with_stage_error(stages: Sequence[Any]) -> list[Any]:
    """Stages of which the last one has an error, if it has ended."""
    last = stages[-1]
    ended = isinstance(last, dict) and last.get("terminatedAt") is not None
    return [*stages[:-1], {"error": "cancelled", **last}] if ended else [*stages]


def _with_error(one: Body, cancelled: Collection[str]) -> Body:
    if one.get("error") or not has_ended(one):
        return one
    own = ["cancelled"] if one.get("id") in cancelled else []
    errors = [*own, *(stage["error"] for stage in stages_of(one) if stage.get("error"))]
    return {**one, "error": errors[-1]} if errors else one
