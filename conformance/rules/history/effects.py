"""What the activities of a stage did: amounts, accounts and metadata are those that the stage ordered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.rules.evidence.comparing.equal_meaning import Difference, difference
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.plans import RoutedSend, StagePlan, routed_send, simple_send
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.history.activities import ACTIVITIES, failed, requests
from conformance.rules.history.leaked_metadata import leaked_metadata
from conformance.trace import Exchange


def effect(index: TraceIndex) -> Iterator[Observation]:
    """`stage-history.effect`: amount, asset, accounts and metadata of the activity are the stage's."""
    for timeline in timelines(index):
        for number, exchange in requests(timeline):
            if number < len(timeline.plans) and isinstance(exchange.data, list):
                yield from _effects(timeline, timeline.plans[number], exchange)


def _effects(timeline: InstanceTimeline, stage: StagePlan, exchange: Exchange) -> Iterator[Observation]:
    name = ACTIVITIES.get(stage.kind or "")
    if stage.kind == "send" and stage.parameters is not None and simple_send(stage.parameters) is not None:
        yield from _sent_once(timeline, stage, exchange)
    for position, entry in enumerate(exchange.data):
        if name is None or stage.parameters is None or not isinstance(entry, dict) or entry.get("name") != name:
            continue
        for part, wanted, found in _comparisons(name, stage.parameters, entry):
            yield _same_effect(timeline, stage, exchange, f"/data/{position}/{part}", difference(wanted, found))
        for part, data in _holders_of_metadata(name, entry):
            if isinstance(data.get("metadata"), dict):
                foreign = leaked_metadata(timeline, stage, data["metadata"])
                problem = Difference("metadata", "nothing of another stage", f"{foreign}") if foreign else None
                yield _same_effect(timeline, stage, exchange, f"/data/{position}/{part}/metadata", problem)


def _sent_once(timeline: InstanceTimeline, stage: StagePlan, exchange: Exchange) -> Iterator[Observation]:
    """Violated when two attempts at one plain send both succeeded: that is twice the amount."""
    entries = [entry for entry in exchange.data if isinstance(entry, dict) and entry.get("name") == "CreateTransaction"]
    done = [entry for entry in entries if entry.get("terminated") is True and "output" in entry and not failed(entry)]
    if len(done) > 1:
        yield violated(
            timeline.instance.run,
            exchange,
            expected=f"stage {stage.number} sends its amount once",
            observed=f"{len(done)} transactions were made",
            proof="settled",
            subject=timeline.id,
            pointer="/data",
        )


def _same_effect(
    timeline: InstanceTimeline, stage: StagePlan, exchange: Exchange, place: str, problem: Difference | None
) -> Observation:
    if problem is None:
        return upheld(exchange, proof="settled", subject=timeline.id)
    return violated(
        timeline.instance.run,
        exchange,
        expected=f"stage {stage.number}: {problem.path} = {problem.expected}",
        observed=f"{problem.path} = {problem.observed}",
        proof="settled",
        subject=timeline.id,
        pointer=place,
    )


def _comparisons(name: str, parameters: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(part, expected, found) for the parts of an activity that have the documented form."""
    given = _inner(entry.get("input"), name)
    if name == "AddAccountMetadata":
        account = parameters.get("account")
        if isinstance(account, dict) and isinstance(given, dict) and given.keys() >= {"id", "ledger", "metadata"}:
            yield f"input/{name}", {key: account.get(key) for key in ("id", "ledger", "metadata")}, given
        return
    send = simple_send(parameters)
    if send is None:
        yield from _routed(name, routed_send(parameters), entry)
        return
    source, destination, amount, asset = send
    posting = {"source": source, "destination": destination, "amount": amount, "asset": asset}
    wanted: dict[str, Any] = {"postings": [posting]}
    metadata = parameters.get("metadata")
    for place, data in _transactions(name, entry):
        if isinstance(data.get("postings"), list):
            yield place, wanted, {"postings": _summary(data["postings"])}
            if isinstance(metadata, dict) and isinstance(data.get("metadata"), dict):
                yield place, {"metadata": metadata}, data


def _routed(name: str, send: RoutedSend | None, entry: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(part, expected, found) for a booking of a send that may take several: who takes part in it, and the asset.

    A booking of one posting moves all of the amount.
    """
    for place, data in _transactions(name, entry) if send is not None else ():
        postings = data.get("postings")
        if send is None or not isinstance(postings, list) or not all(isinstance(each, dict) for each in postings):
            continue
        for number, posting in enumerate(_summary(postings)):
            amount = send.amount if len(postings) == 1 else posting["amount"]
            wanted = {**posting, "amount": amount, "asset": send.asset}
            for side in ("source", "destination"):
                if posting[side] not in send.accounts:
                    wanted[side] = f"one of {', '.join(sorted(send.accounts))}"
            yield f"{place}/postings/{number}", wanted, posting


def _transactions(name: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(place, transaction) of an activity's input and output, where they hold one."""
    for part in ("input", "output"):
        body = _inner(entry.get(part), name)
        data = body.get("data") if isinstance(body, dict) else None
        if name == "CreateTransaction" and isinstance(data, dict):
            yield f"{part}/{name}/data", data


def _holders_of_metadata(name: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(place, object) where an activity shows the metadata that it writes."""
    given = _inner(entry.get("input"), name)
    if name == "AddAccountMetadata" and isinstance(given, dict):
        yield f"input/{name}", given
    yield from _transactions(name, entry)


def _summary(postings: list[Any]) -> list[Any]:
    keys = ("source", "destination", "amount", "asset")
    return [{key: posting.get(key) for key in keys} if isinstance(posting, dict) else posting for posting in postings]


def _inner(part: Any, name: str) -> Any:
    return part.get(name) if isinstance(part, dict) else None


RULES: dict[str, Rule] = {"stage-history.effect": effect}
