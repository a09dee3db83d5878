"""Workflows: the answer to their creation, and every later read of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from conformance.rules.evidence.answers import answer_text, inconclusive, is_valid, speaks
from conformance.rules.evidence.bodies import (
    WorkflowView,
    exact_difference,
    later_workflows,
    workflow_difference,
)
from conformance.rules.evidence.comparing.differences import differs
from conformance.rules.evidence.comparing.equal_meaning import Difference
from conformance.rules.evidence.listing import Listing, listings
from conformance.rules.evidence.observation import Observation, Rule, upheld, violated
from conformance.rules.evidence.server_ids import given_earlier
from conformance.rules.evidence.trace_index import TraceIndex, WorkflowRecord
from conformance.trace import Exchange
from conformance.wire import exact_json


def create_echo(index: TraceIndex) -> Iterator[Observation]:
    """A valid configuration gets 201 and a new id, and is returned as it was sent."""
    for exchange in index.of("createWorkflow"):
        if inconclusive(exchange) or not is_valid(index, exchange):
            continue
        if exchange.status != 201:
            yield violated(exchange, expected="201 for a valid configuration", observed=answer_text(exchange))
        else:
            yield _echo(index, exchange)


def _echo(index: TraceIndex, exchange: Exchange) -> Observation:
    data = exchange.data if isinstance(exchange.data, dict) else {}
    subject = str(data.get("id", ""))
    if earlier := given_earlier(index, exchange, subject):
        observed = f"id {subject} again"
        return violated(
            earlier,
            exchange,
            expected="an id never seen before",
            observed=observed,
            subject=subject,
            pointer="/data/id",
        )
    found = exact_difference({"name": "", **exchange.request_json}, data.get("config"), "/data/config")
    return differs(found, exchange, subject=subject) if found else upheld(exchange, subject=subject)


def create_then_get(index: TraceIndex) -> Iterator[Observation]:
    """getWorkflow returns the workflow that createWorkflow returned."""
    for workflow in index.workflows.values():
        for read in workflow.reads:
            if not workflow.created.before(read) or workflow.maybe_deleted_at(read) or not speaks(index, read):
                continue
            yield _as_created(workflow, WorkflowView(read, read.data if isinstance(read.data, dict) else {}, "/data"))


def _as_created(workflow: WorkflowRecord, seen: WorkflowView) -> Observation:
    if not seen.exchange.ok:
        return violated(
            workflow.created,
            seen.exchange,
            expected="200: the workflow exists",
            observed=answer_text(seen.exchange),
            proof="trace",
            subject=workflow.id,
        )
    found = workflow_difference(workflow.workflow, seen.body)
    if found is None:
        return upheld(workflow.created, seen.exchange, proof="trace", subject=workflow.id)
    placed = Difference(seen.pointer + found.pointer, found.expected, found.observed)
    return differs(placed, workflow.created, seen.exchange, proof="trace", subject=workflow.id)


def immutable(index: TraceIndex) -> Iterator[Observation]:
    """Every later read of a workflow (single, listed or embedded in an instance) equals its creation."""
    for key, seen in later_workflows(index):
        yield _as_created(index.workflows[key], seen)


def create_then_list(index: TraceIndex) -> Iterator[Observation]:
    """A created workflow is listed exactly once, and lists are complete."""
    for found in listings(index, "listWorkflows"):
        listing = found.exchange
        counts = Counter(found.ids)
        due = [
            workflow
            for workflow in index.workflows.values()
            if workflow.created.before(listing) and not workflow.maybe_deleted_at(listing)
        ]
        wrong = [_missing(workflow, found) for workflow in due if counts[workflow.id] == 0 and not found.more]
        wrong += [_repeated(key, count, listing) for key, count in counts.items() if count > 1]
        yield from wrong
        if due and not wrong and not found.more:
            yield upheld(due[-1].created, listing, proof="trace", subject=due[-1].id)


def _missing(workflow: WorkflowRecord, found: Listing) -> Observation:
    return violated(
        workflow.created,
        found.exchange,
        expected=f"workflow {workflow.id} listed once",
        observed=f"not among the {len(found.elements)} listed",
        proof="trace",
        subject=workflow.id,
        pointer=found.pointer,
    )


def _repeated(key: str, count: int, listing: Exchange) -> Observation:
    observed = f"listed {count} times"
    return violated(listing, expected=f"workflow {key} listed once", observed=observed, subject=key)


def _sorted(value: Any) -> Any:
    """The value with the keys of its objects sorted, so that equal configurations have the same text."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def create_distinct(index: TraceIndex) -> Iterator[Observation]:
    """Creating twice with one configuration gives two ids."""
    first: dict[str, Exchange] = {}
    for exchange in index.successes("createWorkflow"):
        if not isinstance(exchange.data, dict) or not is_valid(index, exchange):
            continue
        config = exact_json.dumps(_sorted({"name": "", **exchange.request_json}))
        earlier = first.setdefault(config, exchange)
        if earlier is exchange:
            continue
        key = str(exchange.data.get("id"))
        if earlier.data.get("id") != exchange.data.get("id"):
            yield upheld(earlier, exchange, subject=key)
        else:
            yield violated(
                earlier, exchange, expected="two creations give two ids", observed=f"both gave {key}", subject=key
            )


RULES: dict[str, Rule] = {
    "workflow.create-echo": create_echo,
    "workflow.create-then-get": create_then_get,
    "workflow.immutable": immutable,
    "workflow.create-then-list": create_then_list,
    "workflow.create-distinct": create_distinct,
}
