"""The workflows and instances in answers: single, in a list, or embedded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conformance.contract.api import Api
from conformance.rules.evidence.comparing.equal_meaning import Difference
from conformance.rules.evidence.listing import listing_of
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.rules.evidence.wording import contrast, shown
from conformance.trace import Exchange
from conformance.wire import exact_json
from conformance.wire.instant import MICROSECOND, Instant, parse_instant
from conformance.wire.pointer import token


@dataclass(frozen=True, slots=True)
class WorkflowView:
    """A workflow or an instance in an answer: its body there, and a JSON pointer to it. ``single``: not in a list."""

    exchange: Exchange
    body: dict[str, Any]
    pointer: str
    single: bool = True


def items(api: Api, exchange: Exchange) -> Iterator[WorkflowView]:
    """The objects that a success body holds as its data: one, or a list's elements."""
    if isinstance(exchange.data, dict):
        yield WorkflowView(exchange, exchange.data, "/data")
        return
    listing = listing_of(api, exchange)
    for number, item in enumerate(listing.elements if listing else ()):
        if isinstance(item, dict) and listing:
            yield WorkflowView(exchange, item, f"{listing.pointer}/{number}", single=False)


def instances(index: TraceIndex) -> list[WorkflowView]:
    """Every instance in an answer of the index, in order of sending."""
    known: list[WorkflowView] | None = index.memo.get("instance workflow_views")
    if known is None:
        exchanges = index.successes("runWorkflow", "getInstance", "listInstances")
        ordered = sorted(exchanges, key=lambda each: each.sent)
        known = index.memo["instance workflow_views"] = [
            item for exchange in ordered for item in items(index.trace.api, exchange)
        ]
    return known


def _workflows(index: TraceIndex) -> Iterator[tuple[str, WorkflowView]]:
    for exchange in index.successes("getWorkflow", "listWorkflows"):
        for item in items(index.trace.api, exchange):
            yield exchange.params.get("flowId") or str(item.body.get("id")), item
    for item in instances(index):
        embedded = item.body.get("workflow")
        if isinstance(embedded, dict):
            yield (
                str(embedded.get("id")),
                WorkflowView(item.exchange, embedded, f"{item.pointer}/workflow", item.single),
            )


def later_workflows(index: TraceIndex) -> list[tuple[str, WorkflowView]]:
    """(id, sighting) of this trace's own workflows in every answer to a request sent after their creation."""
    known: list[tuple[str, WorkflowView]] | None = index.memo.get("workflow workflow_views")
    if known is None:
        own = index.workflows
        known = [(key, seen) for key, seen in _workflows(index) if key in own]
        known = [(key, seen) for key, seen in known if own[key].created.before(seen.exchange)]
        index.memo["workflow workflow_views"] = known
    return known


@lru_cache(maxsize=100_000)
def _instant(text: str) -> Instant | None:
    return parse_instant(text)


def instant(value: object) -> Instant | None:
    """`parse_instant` for values that recur: long lists are read often."""
    return _instant(value) if isinstance(value, str) else None


def same_time(left: object, right: object) -> bool:
    """Whether two timestamps name one moment: within 1 µs, since servers cut or round what they store.

    What is no timestamp at all is another requirement's business, and counts as the same.
    """
    first, second = instant(left), instant(right)
    if left == right or first is None or second is None:
        return True
    return abs(first.ns - second.ns) <= MICROSECOND


def exact_difference(given: Any, found: Any, pointer: str = "") -> Difference | None:
    """The first place where two JSON values differ, None when they are equal."""
    # the texts are compared first because that is fast, and nearly always settles it
    if repr(given) == repr(found) or exact_json.equal(given, found):
        return None
    if isinstance(given, dict) and isinstance(found, dict):
        for key in [*given, *(key for key in found if key not in given)]:
            if key not in given or key not in found:
                return Difference(pointer, *(_key_text(key, side) for side in (given, found)))
            if inner := exact_difference(given[key], found[key], f"{pointer}/{token(key)}"):
                return inner
    if isinstance(given, list) and isinstance(found, list) and len(given) == len(found):
        for number, (left, right) in enumerate(zip(given, found, strict=True)):
            if inner := exact_difference(left, right, f"{pointer}/{number}"):
                return inner
    return Difference(pointer, *contrast(given, found))


def _key_text(key: str, side: dict[str, Any]) -> str:
    return f"{key}: {shown(side[key])}" if key in side else f"no {key}"


def workflow_difference(created: dict[str, Any], seen: dict[str, Any]) -> Difference | None:
    """Where a workflow as read differs from its creation: id, configuration or times."""
    for key in ("id", "config"):
        if found := exact_difference(created.get(key), seen.get(key), f"/{key}"):
            return found
    for key in ("createdAt", "updatedAt"):
        if not same_time(created.get(key), seen.get(key)):
            return Difference(f"/{key}", *contrast(created.get(key), seen.get(key)))
    return None
