"""What a stage orders, and whether an activity did that: of which stage of a workflow an activity is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.rules.evidence.comparing.equal_meaning import difference
from conformance.rules.evidence.plans import RoutedSend, StagePlan, routed_send, simple_send

ACTIVITIES = {"send": "CreateTransaction", "update": "AddAccountMetadata"}
"""By kind of stage the activity that does what it orders."""


def of_other_stages(plans: Sequence[StagePlan], stage: StagePlan, entries: Sequence[Any]) -> dict[int, int]:
    """By position the activities that another stage ordered and this one did not, each with that stage's number.

    Empty unless the stage's own activity stands among them: an activity alone may be its own, done wrongly.
    """
    own = [_did(stage, entry) for entry in entries]
    if not any(own):
        return {}
    owners = {
        position: next((plan.number for plan in plans if plan.number != stage.number and _did(plan, entry)), None)
        for position, (entry, mine) in enumerate(zip(entries, own, strict=True))
        if not mine
    }
    return {position: number for position, number in owners.items() if number is not None}


def ordered_alike(plans: Sequence[StagePlan], stage: StagePlan) -> int:
    """How many stages of a workflow, the stage itself among them, order just what it orders."""
    return sum(plan.kind == stage.kind and plan.parameters == stage.parameters for plan in plans)


def _did(stage: StagePlan, entry: Any) -> bool:
    """Whether an activity is one of the stage: each part of it that can be compared says so."""
    name = ACTIVITIES.get(stage.kind or "")
    if name is None or stage.parameters is None or not isinstance(entry, dict) or entry.get("name") != name:
        return False
    compared = [difference(wanted, found) for _, wanted, found in comparisons(name, stage.parameters, entry)]
    return bool(compared) and not any(compared)


def comparisons(name: str, parameters: Mapping[str, Any], entry: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(part, expected, found) for the parts of an activity named ``name`` that have the documented form."""
    given = inner(entry.get("input"), name)
    if name == "AddAccountMetadata":
        account = parameters.get("account")
        if isinstance(account, dict) and isinstance(given, dict) and given.keys() >= {"id", "ledger", "metadata"}:
            yield f"input/{name}", {key: account.get(key) for key in ("id", "ledger", "metadata")}, given
        return
    ledger = _one_ledger(parameters)
    if ledger is not None and isinstance(given, dict) and isinstance(given.get("ledger"), str):
        yield f"input/{name}", {"ledger": ledger}, given
    send = simple_send(parameters)
    if send is None:
        yield from _routed(name, routed_send(parameters), entry)
        return
    source, destination, amount, asset = send
    posting = {"source": source, "destination": destination, "amount": amount, "asset": asset}
    wanted: dict[str, Any] = {"postings": [posting]}
    metadata = parameters.get("metadata")
    for place, data in transactions(name, entry):
        if isinstance(data.get("postings"), list):
            yield place, wanted, {"postings": _summary(data["postings"])}
            if isinstance(metadata, dict) and isinstance(data.get("metadata"), dict):
                yield place, {"metadata": metadata}, data


def _one_ledger(parameters: Mapping[str, Any]) -> str | None:
    """The ledger in which both sides of a send say that their account is, None where they do not name one."""
    sides = [parameters.get(side) for side in ("source", "destination")]
    accounts = [inner(side, "account") for side in sides]
    ledgers = [account.get("ledger") for account in accounts if isinstance(account, dict)]
    named = len(ledgers) == len(sides) and ledgers[0] == ledgers[1] and isinstance(ledgers[0], str)
    return ledgers[0] if named and ledgers[0] else None


def _routed(name: str, send: RoutedSend | None, entry: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(part, expected, found) for a booking of a send that may take several: who takes part, the asset, the metadata.

    A booking of one posting moves all of the amount.
    """
    if send is None:
        return
    for place, data in transactions(name, entry):
        if send.metadata is not None and isinstance(data.get("metadata"), dict):
            yield place, {"metadata": send.metadata}, data
        postings = data.get("postings")
        if not isinstance(postings, list) or not all(isinstance(each, dict) for each in postings):
            continue
        for number, posting in enumerate(_summary(postings)):
            amount = send.amount if len(postings) == 1 else posting["amount"]
            wanted = {**posting, "amount": amount, "asset": send.asset}
            for side in ("source", "destination"):
                if posting[side] not in send.accounts:
                    wanted[side] = f"one of {', '.join(sorted(send.accounts))}"
            yield f"{place}/postings/{number}", wanted, posting


def transactions(name: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(place, transaction) of an activity's input and output, where they hold one."""
    for part in ("input", "output"):
        body = inner(entry.get(part), name)
        data = body.get("data") if isinstance(body, dict) else None
        if name == "CreateTransaction" and isinstance(data, dict):
            yield f"{part}/{name}/data", data


def _summary(postings: list[Any]) -> list[Any]:
    keys = ("source", "destination", "amount", "asset")
    return [{key: posting.get(key) for key in keys} if isinstance(posting, dict) else posting for posting in postings]


def inner(part: Any, name: str) -> Any:
    """What an activity's input or output holds under the activity's name, None where it is no object."""
    return part.get(name) if isinstance(part, dict) else None
