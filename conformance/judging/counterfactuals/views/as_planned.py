"""Which violations remain when entries of history show the parameters of their stages: the others rest on these.

That variables are replaced, and what a stage was told, is read from the input of its entry. Where inputs have another
form than they should, only `envelope.schema` names the cause; where they change by themselves, `history.append-only`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.judging.counterfactuals.editing.edited import edited, with_data
from conformance.judging.counterfactuals.history.first_shown import APPEND_ONLY
from conformance.judging.tally import Tally
from conformance.rules.evidence.observation import Observation
from conformance.rules.evidence.plans import RUN_NAMES, StagePlan
from conformance.rules.evidence.timeline import timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange, Trace

SCHEMA = "envelope.schema"
_HISTORY = "getInstanceHistory"
_INPUT = re.compile(r"/data/\d+/input(/|$)")

Plans = Mapping[str, Sequence[StagePlan]]


def as_planned(tally: Tally, requirement: str) -> Sequence[Trace]:
    """The traces kept for violations, each entry of history with the parameters that its stage has for that run.

    ``requirement``: `envelope.schema` where it is violated by inputs, or `history.append-only` where inputs change.
    """
    wrong = {SCHEMA: _ill_formed, APPEND_ONLY: _changing}[requirement]
    if not any(wrong(trace, observation) for trace, observation in tally.violations_of(requirement)):
        return []
    return edited(tally.kept_traces.values(), _as_planned)


def _ill_formed(trace: Trace, observation: Observation) -> bool:
    return trace.at(observation.exchanges[-1]).operation == _HISTORY and bool(_INPUT.match(observation.pointer))


def _changing(trace: Trace, observation: Observation) -> bool:
    """Whether two reads tell an entry of one name with different inputs."""
    before, after = (trace.at(observation.exchanges[place]) for place in (0, -1))
    entries = [[each for each in one.data or [] if isinstance(each, dict)] for one in (before, after)]
    return any(
        one.get("name") == other.get("name") and one.get("input") != other.get("input")
        for one, other in zip(*entries, strict=False)
    )


def _as_planned(trace: Trace) -> Iterator[Exchange]:
    plans = {timeline.id: timeline.plans for timeline in timelines(TraceIndex(trace))}
    return (_put_right(exchange, plans) for exchange in trace.exchanges)


def _put_right(exchange: Exchange, plans: Plans) -> Exchange:
    shown: Any = exchange.data
    if exchange.operation != _HISTORY or not isinstance(shown, list):
        return exchange
    planned = dict(enumerate(plans.get(exchange.params["instanceID"], ())))
    entries = [_entry(entry, planned.get(number)) for number, entry in enumerate(shown)]
    return exchange if entries == shown else with_data(exchange, entries)


def _entry(entry: Any, stage: StagePlan | None) -> Any:
    if not isinstance(entry, dict) or stage is None or stage.parameters is None:
        return entry
    same_kind = entry.get("name") == RUN_NAMES.get(stage.kind or "")
    return {**entry, "input": dict(stage.parameters)} if same_kind else entry
