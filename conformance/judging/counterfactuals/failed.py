"""Which violations remain when instances tell the errors of their stages: the others rest on the missing ones.

An instance that has terminated without an error has run all its stages, and one that was cancelled has an error. Where
a server tells errors of stages only, all that is the matter is what `run.stage-fails` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conformance.judging.counterfactuals.edited import edited
from conformance.judging.counterfactuals.instances import Body, each_changed, has_ended, stages_of
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace

STAGE_FAILS = "run.stage-fails"


def failed(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, every terminated instance with the error of its last stage that has one.

    Nothing is put right where `run.stage-fails` is not violated.
    """
    return edited(tally.kept_traces.values(), _with_errors) if STAGE_FAILS in tally.cases else []


def _with_errors(trace: Trace) -> Iterator[Exchange]:
    return (each_changed(exchange, _with_error) for exchange in trace.exchanges)


def _with_error(one: Body) -> Body:
    errors = [stage["error"] for stage in stages_of(one) if stage.get("error")]
    return {**one, "error": errors[-1]} if errors and has_ended(one) and not one.get("error") else one
