"""A send books its own metadata and none of another stage's; what a server adds of its own is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.rules.evidence.plans import StagePlan
from conformance.rules.evidence.timeline import Life, lives
from conformance.rules.evidence.trace_index import Story

# A server's own entries ("true", "orchestration") are not texts like the longer ones that scenarios give.
_TELLING = 12


def foreign_metadata(life: Life, stage: StagePlan, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Entries of the metadata shown for a stage which only another stage of the story configures."""
    known = _configured(life.story) - set(_entries(stage))
    return {key: text for key, text in shown.items() if isinstance(text, str) and (key, text) in known}


def _configured(story: Story) -> set[tuple[str, str]]:
    """The telling entries of all metadata that the story's stages configure."""
    found: set[tuple[str, str]] | None = story.memo.get("metadata")
    if found is None:
        plans = (plan for life in lives(story) for plan in life.plans)
        entries = (entry for plan in plans for entry in _entries(plan))
        found = story.memo["metadata"] = {(key, text) for key, text in entries if len(text) >= _TELLING}
    return found


def _entries(plan: StagePlan) -> Iterator[tuple[str, str]]:
    account = (plan.parameters or {}).get("account")
    for holder in (plan.parameters, account):
        metadata = holder.get("metadata") if isinstance(holder, Mapping) else None
        if isinstance(metadata, Mapping):
            yield from ((key, text) for key, text in metadata.items() if isinstance(text, str))
