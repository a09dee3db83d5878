"""The rules about the answer to a run and the first reads of its instance."""

from __future__ import annotations

import pytest

from conformance.rules import ALL_RULES
from tests.rules.bodies import NOOP, UNKNOWN, WAIT, stamp
from tests.rules.build import TraceBuilder
from tests.rules.judging import Case, Scene, judged, parameters

DELAY = [{"delay": {"duration": "3s"}}]


def started(t: TraceBuilder) -> None:
    t.run(t.create(NOOP))


def started_with_an_empty_body(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), b"")


def ended_at_once(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), ended=1)


def refused(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), {"a": "b"}, status=400)


def refused_since_a_variable_is_missing(t: TraceBuilder) -> None:
    t.run(t.create([{"wait_event": {"event": "${x}"}}]), {"y": "b"}, status=400)


def refused_with_all_variables(t: TraceBuilder) -> None:
    t.run(t.create([{"wait_event": {"event": "${x}"}}]), {"x": "b"}, status=400)


def of_another_workflow(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), change={"workflowID": UNKNOWN})


def an_id_again(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w, id=t.run(w))


def listed_before_the_answer(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w, at=5, took=10)
    t.instances(w, [i], at=8)


def waiting_but_terminated(t: TraceBuilder) -> None:
    t.run(t.create([*NOOP, *WAIT]), ended=2)


def delayed_but_terminated(t: TraceBuilder) -> None:
    t.run(t.create(DELAY), ended=2)


def run_while_deleted(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w, at=5, took=10)
    t.run(w, at=6, status=404)


def run_of_an_open_workflow(t: TraceBuilder) -> None:
    t.run(t.create([{"delay": {"duration": "soon"}}]), status=400)


def run_of_a_foreign_workflow(t: TraceBuilder) -> None:
    t.run(UNKNOWN, status=404)


def found(t: TraceBuilder) -> None:
    t.get(t.run(t.create(NOOP)))


def not_found(t: TraceBuilder) -> None:
    t.get(t.run(t.create(NOOP)), status=404)


def found_with_another_id(t: TraceBuilder) -> None:
    t.get(t.run(t.create(NOOP)), change={"id": UNKNOWN})


def found_with_another_time(t: TraceBuilder) -> None:
    t.get(t.run(t.create(NOOP)), change={"createdAt": stamp(50)})


def not_found_meanwhile(t: TraceBuilder) -> None:
    i = t.run(t.create(NOOP), at=5, took=10)
    t.get(i, status=404, at=8)


def not_found_after_deletion(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w)
    t.delete(w)
    t.get(i, status=404)


def another_embedded(t: TraceBuilder) -> None:
    other, w = t.create(NOOP), t.create(NOOP)
    t.get(t.run(w), change={"workflow": t.workflow_bodies[other]})


def another_config_embedded(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.get(t.run(w), change={"workflow": {**t.workflow_bodies[w], "config": {"name": "", "stages": WAIT}}})


def another_embedded_in_a_list(t: TraceBuilder) -> None:
    other, w = t.create(NOOP), t.create(NOOP)
    i = t.run(w)
    t.instances(w, [{**t.instance(i), "workflow": t.workflow_bodies[other]}])


def nothing_embedded(t: TraceBuilder) -> None:
    t.get(t.run(t.create(NOOP)), embed=False)


def ended_in_all_views(t: TraceBuilder) -> None:
    i = t.run(t.create(NOOP))
    t.get(i, [(1, 2)], ended=3)
    t.history(i, [(1, 2)])


def terminated_without_a_time(t: TraceBuilder) -> None:
    t.get(t.run(t.create(NOOP)), change={"terminated": True})


def a_time_without_termination(t: TraceBuilder) -> None:
    t.get(t.run(t.create(NOOP)), change={"terminatedAt": stamp(3)})


def history_ended_without_a_time(t: TraceBuilder) -> None:
    i = t.run(t.create(NOOP))
    entry = {"name": "RunNoop", "input": {}, "terminated": True, "startedAt": stamp(1)}
    t.history(i, answer={"data": [entry]})


def null_is_no_time(t: TraceBuilder) -> None:
    t.get(t.run(t.create(NOOP)), change={"terminatedAt": None})


def listed_without_a_time(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w, failure="timeout")
    t.instances(w, [t.instance(i, change={"terminated": True})])


def answered_at_the_end(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait=True, spans=[(1, 2)], ended=3)


def answered_too_soon(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait=True)


def answered_without_a_time(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait=True, change={"terminated": True})


def failed_with_its_error(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait=True, spans=[(1, 2, "broken")], ended=3, error="broken")


def failed_in_its_stage_only(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait=True, spans=[(1, 2, "broken")], ended=3)


def failed_as_read_later(t: TraceBuilder) -> None:
    i = t.run(t.create(NOOP), wait=True, ended=3)
    t.get(i, ended=3, error="broken")


def wait_with_an_open_value(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), wait="yes")


def answered_at_once(t: TraceBuilder) -> None:
    t.run(t.create([*NOOP, *WAIT]))
    t.run(t.create(DELAY), wait=False)


def waited_for_a_delay(t: TraceBuilder) -> None:
    w = t.create(DELAY)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=3100)


def waited_for_an_event(t: TraceBuilder) -> None:
    w = t.create(WAIT)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=10_000, failure="timeout")


def _cancelled_while_somebody_waits(t: TraceBuilder, shown: float, *, runs: int = 1) -> None:
    """A run that is never answered, and a read that shows its instance as terminated ``shown`` ms after the run."""
    w = t.create(WAIT)
    began = t.now
    ids = [t.run(w, wait=True, at=began, took=10_000, failure="timeout") for _ in range(runs)]
    t.now = began + shown
    t.control(t.now + 30, t.now + 50)
    t.get(ids[0], [(5, 6)], ended=6, error="cancelled", at=began + shown, took=10)


def never_answered(t: TraceBuilder) -> None:
    _cancelled_while_somebody_waits(t, 500)


def ended_only_just(t: TraceBuilder) -> None:
    _cancelled_while_somebody_waits(t, 9900)


def ended_one_of_two(t: TraceBuilder) -> None:
    _cancelled_while_somebody_waits(t, 500, runs=2)


def never_answered_and_run_again(t: TraceBuilder) -> None:
    _cancelled_while_somebody_waits(t, 500)
    t.now = 10_100
    t.run(next(iter(t.workflow_bodies)))


def _never_answered_beside_another(t: TraceBuilder, *, other_ends: bool) -> None:
    w = t.create(WAIT)
    other = t.run(w)
    began = t.now
    own = t.run(w, wait=True, at=began, took=10_000, failure="timeout")
    t.now = began + 500
    t.control(t.now + 30, t.now + 50)
    t.get(other if other_ends else own, [(5, 6)], ended=6, error="cancelled", at=began + 500, took=10)


def never_answered_beside_another(t: TraceBuilder) -> None:
    _never_answered_beside_another(t, other_ends=False)


def only_the_other_ended(t: TraceBuilder) -> None:
    _never_answered_beside_another(t, other_ends=True)


def answered_behind_others(t: TraceBuilder) -> None:
    """A delay of three seconds, and an answer after less than that, but long after controls were done."""
    w = t.create(DELAY)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=2500)


def answered_long_after_a_control(t: TraceBuilder) -> None:
    w = t.create(WAIT)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=4000)


def answered_somewhat_late(t: TraceBuilder) -> None:
    w = t.create(WAIT)
    t.control(t.now + 1, t.now + 20)
    t.run(w, took=250)


def everything_is_slow(t: TraceBuilder) -> None:
    w = t.create(DELAY)
    t.control(t.now + 1, t.now + 2000)
    t.run(w, took=3100)


def slow_without_controls(t: TraceBuilder) -> None:
    t.run(t.create(DELAY), took=3100)
    t.run(t.create(WAIT), took=10_000, failure="timeout")


def nothing_to_wait_for(t: TraceBuilder) -> None:
    t.run(t.create(NOOP))
    t.run(t.create([{"delay": {"duration": "10ms"}}]))


CASES: list[Case] = [
    ("run.created", "upheld", started),
    ("run.created", "upheld", started_with_an_empty_body),
    ("run.created", "upheld", ended_at_once),
    ("run.created", "upheld", listed_before_the_answer),
    ("run.created", "violated", refused),
    ("run.created", "violated", refused_with_all_variables),
    ("run.created", "nothing", refused_since_a_variable_is_missing),
    ("run.created", "violated", of_another_workflow),
    ("run.created", "violated", an_id_again),
    ("run.created", "violated", waiting_but_terminated),
    ("run.created", "violated", delayed_but_terminated),
    ("run.created", "nothing", run_while_deleted),
    ("run.created", "nothing", run_of_an_open_workflow),
    ("run.created", "nothing", run_of_a_foreign_workflow),
    ("run.then-get", "upheld", found),
    ("run.then-get", "violated", not_found),
    ("run.then-get", "violated", found_with_another_id),
    ("run.then-get", "violated", found_with_another_time),
    ("run.then-get", "nothing", not_found_meanwhile),
    ("run.then-get", "nothing", not_found_after_deletion),
    ("run.embeds", "upheld", found),
    ("run.embeds", "violated", another_embedded),
    ("run.embeds", "violated", another_config_embedded),
    ("run.embeds", "violated", another_embedded_in_a_list),
    ("run.embeds", "nothing", nothing_embedded),
    ("run.terminated-at", "upheld", ended_in_all_views),
    ("run.terminated-at", "upheld", null_is_no_time),
    ("run.terminated-at", "violated", terminated_without_a_time),
    ("run.terminated-at", "violated", a_time_without_termination),
    ("run.terminated-at", "violated", history_ended_without_a_time),
    ("run.terminated-at", "nothing", listed_without_a_time),
    ("run.wait", "upheld", answered_at_the_end),
    ("run.wait", "upheld", failed_with_its_error),
    ("run.wait", "violated", answered_too_soon),
    ("run.wait", "violated", answered_without_a_time),
    ("run.wait", "upheld", failed_in_its_stage_only),
    ("run.wait", "violated", failed_as_read_later),
    ("run.wait", "violated", never_answered),
    ("run.wait", "violated", never_answered_and_run_again),
    ("run.wait", "violated", never_answered_beside_another),
    ("run.wait", "nothing", only_the_other_ended),
    ("run.wait", "nothing", ended_only_just),
    ("run.wait", "nothing", ended_one_of_two),
    ("run.wait", "nothing", started),
    ("run.wait", "nothing", wait_with_an_open_value),
    ("run.no-wait", "upheld", answered_at_once),
    ("run.no-wait", "violated", waiting_but_terminated),
    ("run.no-wait", "violated", waited_for_a_delay),
    ("run.no-wait", "violated", waited_for_an_event),
    ("run.no-wait", "violated", answered_long_after_a_control),
    ("run.no-wait", "violated", answered_behind_others),
    ("run.no-wait", "upheld", answered_somewhat_late),
    ("run.no-wait", "nothing", everything_is_slow),
    ("run.no-wait", "nothing", slow_without_controls),
    ("run.no-wait", "nothing", nothing_to_wait_for),
]


@pytest.mark.parametrize(("rule", "expected", "scene"), parameters(CASES))
def test_a_rule_judges_a_trace(rule: str, expected: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) == expected
