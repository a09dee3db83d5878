"""Which violations remain when runs are taken to have got no variables: the others rest on what these were to become.

What a stage waits for, how long it takes and whether it can fail is often known from a variable alone. Where a server
replaces variables wrongly that proves nothing, and only `run.variables` names the cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.tally import Tally
from conformance.trace import Exchange, Trace

VARIABLES = "run.variables"


def without_variables(tally: Tally) -> Sequence[Trace]:
    """Of the traces kept for violations those with runs that got variables, without these.

    A placeholder that no variable replaces is left open by the API. Nothing is put right where variables are replaced.
    """
    if VARIABLES not in tally.cases:
        return []
    return edited(tally.kept_traces.values(), lambda trace: map(_without, trace.exchanges))


def _without(exchange: Exchange) -> Exchange:
    given = exchange.request_json
    if exchange.operation != "runWorkflow" or not exchange.ok or not isinstance(given, dict) or not given:
        return exchange
    return replace(exchange, request=replace(exchange.request, body=b"{}"))
