"""Lists of workflows and of instances, whole or page by page: rules read them through one type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.contract.api import Api
from conformance.rules.evidence.timeline import InstanceTimeline
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Exchange


@dataclass(frozen=True)
class Listing:
    """The list in one success answer.

    ``elements`` are those of this answer, whatever they are; ``pointer`` leads to them in the body. ``more`` tells that
    other elements are on other pages, so that nothing follows from an absence.
    """

    exchange: Exchange
    elements: list[Any]
    pointer: str = "/data"
    more: bool = False

    @cached_property
    def bodies(self) -> list[dict[str, Any]]:
        """The elements that are objects with an id; what others hold is `envelope.schema`'s business."""
        return [each for each in self.elements if isinstance(each, dict) and isinstance(each.get("id"), str)]

    @cached_property
    def ids(self) -> list[str]:
        """The ids of the elements, in their order."""
        return [body["id"] for body in self.bodies]

    def find(self, key: str) -> dict[str, Any] | None:
        """The first element with an id."""
        return next((body for body in self.bodies if body["id"] == key), None)

    def at(self, key: str) -> str:
        """The pointer to the first element with an id. Raises StopIteration where there is none."""
        found = self.find(key)
        return f"{self.pointer}/{next(number for number, each in enumerate(self.elements) if each is found)}"


def of_running(exchange: Exchange) -> bool:
    """Whether a list is asked for with running=true; what more than one value selects is open."""
    return [value for name, value in exchange.request.query if name == "running"] == ["true"]


def of_everything(exchange: Exchange) -> bool:
    """Whether a list is asked for of all workflows, or of all instances that run."""
    if exchange.operation == "listWorkflows":
        return not exchange.request.query
    return exchange.operation == "listInstances" and exchange.query("workflowID") is None and of_running(exchange)


def listing_of(api: Api, exchange: Exchange) -> Listing | None:
    """The list that an answer holds in the envelope of its version of the API; None when there is none."""
    if api.lists == "data":
        return Listing(exchange, exchange.data) if isinstance(exchange.data, list) else None
    body: Any = exchange.json if exchange.ok else None
    cursor = body.get("cursor") if isinstance(body, dict) else None
    if not isinstance(cursor, dict) or not isinstance(cursor.get("data"), list):
        return None
    more = bool(cursor.get("hasMore") or cursor.get("previous") or exchange.query("cursor"))
    return Listing(exchange, cursor["data"], "/cursor/data", more)


def listings(index: TraceIndex, operation: str) -> Iterator[Listing]:
    """The lists that one operation answered, in order of sending."""
    key = f"listings of {operation}"
    if key not in index.memo:
        read = (listing_of(index.trace.api, exchange) for exchange in index.successes(operation))
        index.memo[key] = [each for each in read if each is not None]
    found: list[Listing] = index.memo[key]
    yield from found


def listed_ids(index: TraceIndex, exchange: Exchange) -> list[str]:
    """The ids in the list that an answer holds; none where it holds no list."""
    found = listing_of(index.trace.api, exchange)
    return found.ids if found else []


def absences(timeline: InstanceTimeline) -> list[Exchange]:
    """The lists of running instances that lack one for no other reason than that it has terminated.

    It had been shown for long, nothing had deleted its workflow, and the list is whole. Found once per index.
    """
    known: dict[str, list[Exchange]] = timeline.index.memo.setdefault("absences", {})
    if timeline.id not in known:
        known[timeline.id] = [
            each.exchange for each in listings(timeline.index, "listInstances") if _lacks(timeline, each)
        ]
    return known[timeline.id]


def _lacks(timeline: InstanceTimeline, found: Listing) -> bool:
    listing, run = found.exchange, timeline.instance.run
    if found.more or not of_running(listing) or timeline.id in found.ids:
        return False
    selected = listing.query("workflowID") in (None, run.params["workflowID"])
    return selected and timeline.is_due(timeline.shown_from, listing) and not timeline.deleted_before(listing.received)


def shown_terminated(timeline: InstanceTimeline, before: Exchange) -> bool:
    """Whether an answer that came before a request shows an instance as terminated: a single read, or a list."""
    first = timeline.first_terminated
    if first is not None and first.exchange.before(before):
        return True
    earlier = (each for each in listings(timeline.index, "listInstances") if each.exchange.before(before))
    elements = (each.find(timeline.id) for each in earlier)
    return any(element is not None and element.get("terminated") is True for element in elements)
