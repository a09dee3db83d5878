"""Controls found in recorded traffic: runs of noop workflows that its client watched to their end.

Live runs have controls of their own. A recording tells how slow its server was only where its client happened to do
the same: to run a workflow of nothing but noops, and to read the instance until it had terminated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.trace.exchange import Exchange
from conformance.trace.settling import Control, Settling


def own_settling(exchanges: Sequence[Exchange]) -> Settling | None:
    """The target's latency as exchanges (in order of sending) show it; None when they show nothing."""
    controls = tuple(_controls(exchanges))
    return Settling(controls) if controls else None


def _controls(exchanges: Sequence[Exchange]) -> Iterator[Control]:
    noops = {_id(each) for each in exchanges if each.operation == "createWorkflow" and _only_noops(each.data)}
    ends = _first_seen_terminated(exchanges)
    for run in exchanges:
        if run.operation == "runWorkflow" and run.params["workflowID"] in noops and _id(run) in ends:
            yield Control(run.sent, ends[_id(run)])


def _only_noops(workflow: Any) -> bool:
    config = workflow.get("config") if isinstance(workflow, dict) else None
    stages = config.get("stages") if isinstance(config, dict) else None
    return isinstance(stages, list) and bool(stages) and all(stage == {"noop": {}} for stage in stages)


def _first_seen_terminated(exchanges: Sequence[Exchange]) -> dict[str | None, int]:
    """By instance, when a getInstance first showed it terminated: an answer to wait=true says nothing of that view."""
    found: dict[str | None, int] = {}
    for read in exchanges:
        if read.operation == "getInstance" and isinstance(read.data, dict) and read.data.get("terminated") is True:
            found[_id(read)] = min(read.received, found.get(_id(read), read.received))
    return found


def _id(exchange: Exchange) -> str | None:
    """The id in an answer, None without one."""
    found = exchange.data.get("id") if isinstance(exchange.data, dict) else None
    return found if isinstance(found, str) else None
