"""What rests on history, where history puts stages in each other's places."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.campaign.recordings import check
from conformance.contract.document import load_document
from conformance.judging.counterfactuals.history.without_history import HISTORY, without_history
from conformance.judging.counterfactuals.put_right import resting
from conformance.trace import Trace
from tests.judging.counterfactuals.resting_on import JUDGE, judged
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for

GO, STAY = wait_for("go"), wait_for("stay")


def _history(order: tuple[int, int], lost: bool = False) -> TraceBuilder:
    """An instance that has got its first event, seen in status; ``order`` is how its history shows the stages.

    ``lost``: status shows that the event has ended nothing.
    """
    t, i = started(GO, STAY)
    t.get(i, [(5, None)])
    t.settled()
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, None)] if lost else [(5, 20), (20, None)])
    stages, spans = [GO, STAY], [(5, 20), (20, None)]
    t.history(
        i,
        [spans[place] for place in order],
        inputs={number: stages[place]["wait_event"] for number, place in enumerate(order)},
    )
    return t


def _on_history(*traces: Trace) -> frozenset[str]:
    tally = judged(*traces)
    return resting(HISTORY, tally, {trace.id: JUDGE.judge(trace) for trace in without_history(tally)})


def test_what_only_histories_show_rests_on_a_history_out_of_order() -> None:
    assert _on_history(_history((1, 0)).trace()) == {"history.stages", "stage.waits", "event.other"}


def test_what_other_views_show_does_not() -> None:
    trace = _history((1, 0), lost=True).trace()
    assert "event.matching" in JUDGE.judge(trace).violations
    assert _on_history(trace) == {"history.stages", "stage.waits", "event.other"}


def test_what_another_trace_shows_without_histories_does_not() -> None:
    t, i = started(GO)
    t.get(i, [(5, None)])
    t.send(i, "other")
    t.get(i, [(5, 20)])
    other = replace(t.trace(), id="t2")
    assert _on_history(_history((1, 0)).trace(), other) == {"history.stages"}


def test_what_a_history_in_order_shows_in_another_trace_does_not() -> None:
    late, i = started(GO)
    late.get(i, [(5, None)])
    late.history(i, [(5, None)])
    late.settled()
    late.send(i, "go")
    late.settled()
    late.history(i, [(5, None)])
    other = replace(late.trace(), id="t2")
    assert "event.matching" in JUDGE.judge(other).violations
    assert "event.matching" not in JUDGE.judge(without_histories(other)).violations
    found = _on_history(_history((1, 0), lost=True).trace(), other)
    assert "event.matching" not in found
    assert "history.stages" in found


def without_histories(trace: Trace) -> Trace:
    kept = (each for each in trace.exchanges if each.operation != "getInstanceHistory")
    return replace(trace, exchanges=tuple(kept))


def _newest_only(*stages: dict[str, Any]) -> Trace:
    """An instance that waits in its last stage, and whose history lacks the first one."""
    t, i = started(*stages)
    spans = [(5, 6)] * (len(stages) - 1) + [(6, None)]
    t.get(i, spans)
    t.settled()
    t.history(i, spans[1:], inputs={number: stage["wait_event"] for number, stage in enumerate(stages[1:])})
    return t.trace()


def test_what_a_history_too_short_shows_of_equal_stages_rests_on_one_that_lacks_the_first_stage() -> None:
    displaced, alike = _newest_only(GO, STAY), replace(_newest_only(GO, GO), id="t2")
    assert "history.stages" not in JUDGE.judge(alike).violations
    assert "history.agrees" in JUDGE.judge(alike).violations
    assert "history.agrees" in _on_history(displaced, alike)
    # Stages in each other's places are not missing.
    assert "history.agrees" not in _on_history(_history((1, 0)).trace(), alike)


def test_what_was_kept_after_the_others_were_judged_does_not() -> None:
    trace = _history((1, 0)).trace()
    apart = {each.id: JUDGE.judge(each) for each in without_history(judged(trace))}
    late = judged(trace, replace(trace, id="t2"))
    assert resting(HISTORY, late, apart) == frozenset()


def test_nothing_does_where_a_history_in_order_has_another_fault() -> None:
    t = _history((0, 1))
    (i,) = t.instance_bodies
    t.history(i, [(5, None), (20, None)], inputs={0: {"event": "went"}})
    trace = t.trace()
    assert {"history.stages", "history.append-only"} <= JUDGE.judge(trace).violations.keys()
    assert without_history(judged(trace)) == []
    assert _on_history(trace) == frozenset()


def test_a_recording_is_told_of_it_once() -> None:
    results = check(_history((1, 0)).trace(), load_document(), "recording")
    assert [finding.requirements for finding in results.findings] == [["history.stages", "event.other", "stage.waits"]]
    assert results.findings[0].observed.endswith("it shows stage 1")
