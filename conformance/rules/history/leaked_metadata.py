"""Metadata of another stage in the transaction of a send. A server may add metadata of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.timeline import InstanceTimeline, timelines
from conformance.rules.evidence.trace_index import TraceIndex

# A server's own entries ("true", "orchestration") are shorter than the texts that scenarios give.
_TELLING = 12


def leaked_metadata(timeline: InstanceTimeline, stage: StagePlan, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of the metadata shown for a stage that only another stage of the index configures."""
    known = _configured(timeline.index) - set(_entries(stage))
    return {key: text for key, text in shown.items() if isinstance(text, str) and (key, text) in known}


def _configured(index: TraceIndex) -> set[tuple[str, str]]:
    """All metadata entries configured by the index's stages that are long enough to be recognised."""
    found: set[tuple[str, str]] | None = index.memo.get("metadata")
    if found is None:
        plans = (plan for timeline in timelines(index) for plan in timeline.plans)
        entries = (entry for plan in plans for entry in _entries(plan))
        found = index.memo["metadata"] = {(key, text) for key, text in entries if len(text) >= _TELLING}
    return found


def _entries(plan: StagePlan) -> Iterator[tuple[str, str]]:
    account = (plan.parameters or {}).get("account")
    for holder in (plan.parameters, account):
        metadata = holder.get("metadata") if isinstance(holder, Mapping) else None
        if isinstance(metadata, Mapping):
            yield from ((key, text) for key, text in metadata.items() if isinstance(text, str))
