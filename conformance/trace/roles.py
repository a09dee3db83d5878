"""The roles of the suite's own clients."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a client is there for, where it does not play the steps of a scenario. Its exchanges carry this name."""

    AUDIT = "audit"
    CLEANUP = "cleanup"
    CLOSING = "closing"
    CONTROL = "control"
    PROBE = "probe"
    WATCHDOG = "watchdog"
