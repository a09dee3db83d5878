"""The rules about the answer to a run and the first reads of its instance."""

from __future__ import annotations

from typing import Any

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


def refused_for_the_length_of_a_delay(t: TraceBuilder) -> None:
    t.run(t.create([{"delay": {"duration": "${x}"}}]), {"x": "soon"}, status=400)


def refused_for_the_end_of_a_delay(t: TraceBuilder) -> None:
    t.run(t.create([*NOOP, {"delay": {"until": "${x}"}}]), {"x": "soon"}, wait=True, status=400)


def refused_with_what_else_is_open(t: TraceBuilder) -> None:
    others: list[Any] = [{"send": {}}, {"delay": {"until": "${x}", "duration": "1s"}}]
    for more in others:
        t.run(t.create([{"delay": {"until": "${x}"}}, more]), {"x": "soon"}, status=400)


def of_another_workflow(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), change={"workflowID": UNKNOWN})


def an_id_again(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w, id=t.run(w))


def without_an_id(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w, answer={"data": {"workflowID": w, "terminated": False}})


def with_a_number_for_an_id(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), change={"id": 5})


def listed_before_the_answer(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w, at=5, took=10)
    t.instances(w, [i], at=8)


def waiting_but_failed(t: TraceBuilder) -> None:
    """That it has failed `run.completes` tells."""
    t.run(t.create([{"wait_event": {"event": "go"}}]), wait=True, ended=1, error="no value")


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


CASES: list[Case] = [
    ("run.created", "upheld", started),
    ("run.created", "upheld", started_with_an_empty_body),
    ("run.created", "upheld", ended_at_once),
    ("run.created", "upheld", listed_before_the_answer),
    ("run.created", "violated", refused),
    ("run.created", "violated", refused_with_all_variables),
    ("run.created", "nothing", refused_since_a_variable_is_missing),
    ("run.created", "violated", refused_for_the_length_of_a_delay),
    ("run.created", "violated", refused_for_the_end_of_a_delay),
    ("run.created", "nothing", refused_with_what_else_is_open),
    ("run.created", "violated", of_another_workflow),
    ("run.created", "violated", an_id_again),
    ("run.created", "violated", without_an_id),
    ("run.created", "violated", with_a_number_for_an_id),
    ("run.created", "violated", waiting_but_terminated),
    ("run.created", "upheld", waiting_but_failed),
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
]


@pytest.mark.parametrize(("rule", "expected", "scene"), parameters(CASES))
def test_a_rule_judges_a_trace(rule: str, expected: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) == expected
