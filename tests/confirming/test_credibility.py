"""What stands although no replay has shown it again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.confirming.credibility import may_be_chance, must_come_back, persisted
from conformance.confirming.proving.as_seen import as_seen
from conformance.confirming.proving.conditions import USUAL
from conformance.judging.judging import Judge
from conformance.judging.tally import Tally
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


def late_run(run: str = "a") -> Trace:
    """A run that is answered only when the delay of its first stage is over, beside a quick control."""
    t = TraceBuilder()
    w = t.create([{"delay": {"duration": "3s"}}], name=run)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=3100)
    return replace(t.trace(), id=run, source="scenario")


def test_that_a_run_was_answered_late_is_no_chance_in_a_recording_and_must_come_back_where_it_can() -> None:
    trace = late_run()
    (late,) = Judge().judge(trace).violations["run.no-wait"]
    assert must_come_back(trace, late)
    assert not may_be_chance(trace, late)
    trace, missing = still_running(10)
    assert not must_come_back(trace, missing)


def test_late_answers_in_several_traces_count_only_where_they_come_back() -> None:
    tally, judge = Tally(), Judge()
    for trace in (late_run("a"), late_run("b"), late_run("c")):
        tally.add(trace, judge.judge(trace))
    assert tally.violated["run.no-wait"] == 3
    assert as_seen("run.no-wait", tally.cases["run.no-wait"], tally, (), 3, USUAL) is None
