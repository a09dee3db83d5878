"""Which violations remain when delays that ended by themselves too early are given no length: the others rest on them.

That a stage cannot have started yet, or that an instance still runs, is often known from a delay alone. Where a server
ends delays too early that proves nothing, and only `run.delay-duration` or `run.delay-until` names the cause.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.judging.tally import Tally
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.stage.delays import DURATION, UNTIL, ended_early
from conformance.trace import Exchange, Trace
from conformance.wire import exact_json

# A delay of no length, in the form of each.
_NO_DELAY = {DURATION: {"duration": "0s"}, UNTIL: {"until": "1970-01-01T00:00:00Z"}}

Stages = Mapping[str, Collection[int]]
"""By the id of a workflow the numbers of some of its stages."""


def undelayed(tally: Tally, requirement: str) -> Sequence[Trace]:
    """Of the traces kept for violations those with delays of one form that ended early, these without length.

    ``requirement`` is the one about delays of that form. Nothing is put right where it is not violated.
    """
    if requirement not in tally.cases:
        return []
    early = [(trace, ended_early(TraceIndex(trace), requirement)) for trace in tally.kept_traces.values()]
    return [_undelayed(trace, stages, requirement) for trace, stages in early if stages]


def _undelayed(trace: Trace, stages: Stages, requirement: str) -> Trace:
    delay = {"delay": _NO_DELAY[requirement]}
    return replace(trace, exchanges=tuple(_shortened(each, stages, delay) for each in trace.exchanges))


def _shortened(exchange: Exchange, stages: Stages, delay: Mapping[str, Any]) -> Exchange:
    """The exchange with some delays without length, in whatever shows their workflow, and in what created it."""
    if exchange.response is None or not isinstance(exchange.json, dict):
        return exchange
    body = exact_json.encode(_in_answer(exchange.json, stages, delay))
    changed = replace(exchange, response=replace(exchange.response, body=body))
    made = exchange.data.get("id") if isinstance(exchange.data, dict) else None
    if exchange.operation != "createWorkflow" or not isinstance(made, str) or made not in stages:
        return changed
    config = _in_config(exchange.request_json, stages[made], delay)
    return replace(changed, request=replace(exchange.request, body=exact_json.encode(config)))


def _in_answer(shown: Any, stages: Stages, delay: Mapping[str, Any]) -> Any:
    if isinstance(shown, list):
        return [_in_answer(each, stages, delay) for each in shown]
    if not isinstance(shown, dict):
        return shown
    if isinstance(shown.get("id"), str) and shown["id"] in stages and "config" in shown:
        return {**shown, "config": _in_config(shown["config"], stages[shown["id"]], delay)}
    return {key: _in_answer(each, stages, delay) for key, each in shown.items()}


def _in_config(config: Any, numbers: Collection[int], delay: Mapping[str, Any]) -> Any:
    listed = config.get("stages") if isinstance(config, dict) else None
    if not isinstance(listed, list):
        return config
    return {**config, "stages": [delay if number in numbers else stage for number, stage in enumerate(listed)]}
