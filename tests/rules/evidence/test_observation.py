"""Observations say what was wrong, and nothing where nothing was."""

from __future__ import annotations

from conformance.rules.evidence.observation import upheld
from tests.rules.build import TraceBuilder


def test_what_is_upheld_needs_no_words() -> None:
    t = TraceBuilder()
    seen = upheld(t.info(), t.info(), proof="trace", subject="w")
    assert (seen.upheld, seen.exchanges, seen.proof, seen.subject) == (True, (0, 1), "trace", "w")
    assert (seen.expected, seen.observed, seen.pointer) == ("", "", "")
