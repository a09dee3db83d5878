"""The beginnings that many hand-written traces share: a run that has come to a certain point."""

from __future__ import annotations

from typing import Any

from tests.rules.build import TraceBuilder

HOUR = {"delay": {"duration": "1h"}}
NOOP: dict[str, Any] = {"noop": {}}


def wait_for(event: str) -> dict[str, Any]:
    """A stage that waits for an event."""
    return {"wait_event": {"event": event}}


def started(*stages: Any, variables: Any = None) -> tuple[TraceBuilder, str]:
    """An instance of these stages that was just run."""
    t = TraceBuilder()
    return t, t.run(t.create(list(stages)), variables)


def waiting(*stages: Any) -> tuple[TraceBuilder, str]:
    """An instance whose stage 0 was seen open in both views, a settle time ago."""
    t, i = started(*(stages or (wait_for("go"),)))
    t.get(i, [(5, None)])
    t.history(i, [(5, None)])
    t.settled()
    return t, i


def terminated(*stages: Any) -> tuple[TraceBuilder, str]:
    """An instance of one noop (or other) stage that was seen terminated, a settle time ago."""
    t, i = started(*(stages or (NOOP,)))
    t.get(i, [(5, 6)], ended=7)
    t.settled()
    t.get(i, [(5, 6)], ended=7)
    return t, i
