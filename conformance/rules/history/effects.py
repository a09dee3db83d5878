"""What the activities of a stage did: amounts, accounts and metadata are those that the stage ordered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.rules.evidence.comparing.equal_meaning import Difference, difference
from conformance.rules.evidence.observation import Observation, Rule, instance_violated, upheld
from conformance.rules.evidence.plans import StagePlan, simple_send
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.history.activities import failed, requests
from conformance.rules.history.leaked_metadata import leaked_metadata
from conformance.rules.history.orders import (
    ACTIVITIES,
    comparisons,
    inner,
    of_other_stages,
    ordered_alike,
    transactions,
)
from conformance.trace import Exchange


def effect(index: TraceIndex) -> Iterator[Observation]:
    """`stage-history.effect`: amount, asset, accounts and metadata of the activity are the stage's."""
    for timeline in timelines(index):
        for number, exchange in requests(timeline):
            if number < len(timeline.plans) and isinstance(exchange.data, list):
                yield from _effects(timeline, timeline.plans[number], exchange)


def _effects(timeline: InstanceTimeline, stage: StagePlan, exchange: Exchange) -> Iterator[Observation]:
    name = ACTIVITIES.get(stage.kind or "")
    foreign = of_other_stages(timeline.plans, stage, exchange.data)
    if stage.kind == "send" and stage.parameters is not None and simple_send(stage.parameters) is not None:
        own = [entry for position, entry in enumerate(exchange.data) if position not in foreign]
        yield from _sent_once(timeline, stage, own, exchange)
    for position, entry in enumerate(exchange.data):
        if position in foreign:
            # `stage-history.activities` says that it does not belong there.
            continue
        if name is None or stage.parameters is None or not isinstance(entry, dict) or entry.get("name") != name:
            continue
        for part, wanted, found in comparisons(name, stage.parameters, entry):
            yield _same_effect(timeline, stage, exchange, f"/data/{position}/{part}", difference(wanted, found))
        for part, data in _holders_of_metadata(name, entry):
            if isinstance(data.get("metadata"), dict):
                leaked = leaked_metadata(timeline, stage, data["metadata"])
                problem = Difference("metadata", "nothing of another stage", f"{leaked}") if leaked else None
                yield _same_effect(timeline, stage, exchange, f"/data/{position}/{part}/metadata", problem)


def _sent_once(
    timeline: InstanceTimeline, stage: StagePlan, shown: list[Any], exchange: Exchange
) -> Iterator[Observation]:
    """Violated when two attempts at one plain send both succeeded: that is twice the amount.

    Where other stages order just the same, the rest may be theirs.
    """
    entries = [entry for entry in shown if isinstance(entry, dict) and entry.get("name") == "CreateTransaction"]
    done = [entry for entry in entries if entry.get("terminated") is True and "output" in entry and not failed(entry)]
    if len(done) > ordered_alike(timeline.plans, stage):
        yield instance_violated(
            timeline,
            exchange,
            expected=f"stage {stage.number} sends its amount once",
            observed=f"{len(done)} transactions were made",
            pointer="/data",
        )


def _same_effect(
    timeline: InstanceTimeline, stage: StagePlan, exchange: Exchange, place: str, problem: Difference | None
) -> Observation:
    if problem is None:
        return upheld(exchange, proof="settled", subject=timeline.id)
    return instance_violated(
        timeline,
        exchange,
        expected=f"stage {stage.number}: {problem.path} = {problem.expected}",
        observed=f"{problem.path} = {problem.observed}",
        pointer=place,
    )


def _holders_of_metadata(name: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(place, object) where an activity shows the metadata that it writes."""
    given = inner(entry.get("input"), name)
    if name == "AddAccountMetadata" and isinstance(given, dict):
        yield f"input/{name}", given
    yield from transactions(name, entry)


RULES: dict[str, Rule] = {"stage-history.effect": effect}
