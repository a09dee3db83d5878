"""What stands although no replay has shown it again."""

from __future__ import annotations

import pytest

from conformance.confirming.credibility import persisted
from conformance.rules import ALL_RULES
from conformance.rules.evidence.observation import Observation, violated
from conformance.trace import Trace
from tests.rules.build import TraceBuilder
from tests.rules.judging import observe
from tests.rules.timelines import waiting


def still_running(later_ms: float) -> tuple[Trace, Observation]:
    """A cancelled instance that a read shows running, so long after its end was due."""
    t, i = waiting()
    t.cancel(i)
    t.settled()
    t.wait(later_ms)
    t.get(i, [(5, None)])
    (found,) = observe(ALL_RULES["cancel.terminates"], t)
    return t.trace(), found


@pytest.mark.parametrize(("later_ms", "expected"), [(10, False), (1500, False), (2500, True)])
def test_what_is_missing_for_long_is_no_late_view(later_ms: float, expected: bool) -> None:
    trace, found = still_running(later_ms)
    assert not found.upheld
    assert persisted(trace, found) is expected


def test_what_an_answer_shows_by_itself_persists_by_no_time() -> None:
    t = TraceBuilder()
    t.create([], echo={"name": "other", "stages": []})
    (found,) = (each for each in observe(ALL_RULES["workflow.create-echo"], t) if not each.upheld)
    assert not persisted(t.trace(), found)
    nothing_cited = violated(expected="this", observed="that", proof="settled")
    assert not persisted(t.trace(), nothing_cited)
