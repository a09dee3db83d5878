"""What recorded traffic tells of its server's latency, and what is due by it."""

from __future__ import annotations

from typing import Any

from conformance.campaign.recordings import check
from conformance.contract.document import load_document
from conformance.trace.controls import own_settling
from conformance.wire.instant import MILLISECOND
from tests.rules.build import TraceBuilder
from tests.rules.timelines import NOOP, started, wait_for


def control(t: TraceBuilder, stages: list[Any], **run: Any) -> None:
    """A run that is read until it has terminated, 20 ms after it was sent."""
    i = t.run(t.create(stages), **run)
    t.get(i, [(1, None)])
    t.wait(18)
    t.get(i, [(1, 15)], ended=16)
    t.get(i, [(1, 15)], ended=16)


def test_a_noop_run_that_was_watched_to_its_end_is_a_control() -> None:
    t = TraceBuilder()
    control(t, [NOOP])
    settling = own_settling(t.trace().exchanges)
    assert settling is not None
    (found,) = settling.controls
    assert found.finished is not None
    assert found.finished - found.started == 20.5 * MILLISECOND


def test_what_is_no_control() -> None:
    t = TraceBuilder()
    control(t, [{"delay": {"duration": "5ms"}}])
    control(t, [])
    t.run(t.create([NOOP]), wait=True, spans=[(1, 2)], ended=3)
    t.get(t.run(t.create([NOOP])), [(1, None)])
    assert own_settling(t.trace().exchanges) is None


def swallowed(*, controlled: bool) -> TraceBuilder:
    """A cancellation without effect, and a read long after it."""
    t, i = started(wait_for("go"))
    t.get(i, [(5, None)])
    t.cancel(i)
    if controlled:
        control(t, [NOOP])
    t.wait(2_000)
    t.get(i, [(5, None)])
    return t


def outcome(t: TraceBuilder) -> str:
    results = check(t.trace(), load_document(), "made up")
    return next(each.outcome for each in results.requirements if each.id == "cancel.terminates")


def test_a_recording_with_a_control_shows_what_is_overdue() -> None:
    assert outcome(swallowed(controlled=True)) == "failed"
    assert outcome(swallowed(controlled=False)) == "inconclusive"


def test_what_a_cause_explains_in_a_recording_is_told_with_it() -> None:
    t = swallowed(controlled=True)
    control(t, [NOOP])
    results = check(t.trace(), load_document(), "made up")
    found = [each.requirements for each in results.findings if "cancel" in each.requirement]
    assert found == [["cancel.terminates", "cancel.closes-stage"]]
    failed = {each.id for each in results.requirements if each.outcome == "failed"}
    assert failed >= {"cancel.terminates", "cancel.closes-stage"}
