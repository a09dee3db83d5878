"""The rules about deleting workflows."""

from __future__ import annotations

import pytest

from conformance.rules import ALL_RULES
from tests.rules.bodies import NOOP, UNKNOWN
from tests.rules.build import TraceBuilder
from tests.rules.judging import Case, Scene, judged, parameters, verdict


def deleted(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w)
    t.get_workflow(w)
    t.run(w)
    t.delete(w)
    t.workflows()


def not_deletable(t: TraceBuilder) -> None:
    t.delete(t.create(NOOP), status=404)


def deleted_with_200(t: TraceBuilder) -> None:
    t.delete(t.create(NOOP), status=200)


def still_listed(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w)
    t.workflows([w])


def listed_while_deleted(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w, failure="timeout")
    t.workflows([w])


def two_deletions_at_once(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w, at=5, took=10, failure="timeout")
    t.delete(w, at=6, took=10, status=404)


def still_readable(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w)
    t.get_workflow(w, {"id": w})


def read_while_deleted(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w, at=5, took=10)
    t.get_workflow(w, {"id": w}, at=6)
    t.run(w, at=7)
    t.delete(w, at=8, took=1)


def still_runnable(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w)
    t.run(w, status=201, answer={"data": {"id": UNKNOWN}})


def refused_but_started(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w)
    t.delete(w)
    t.run(w)
    t.instances(w, [{"id": UNKNOWN, "workflowID": w}])


def refused_and_another_workflows_instance_listed(t: TraceBuilder) -> None:
    w, other = t.create(NOOP), t.create(NOOP)
    t.delete(w)
    t.run(w)
    t.instances(w, [t.run(other)])


def refused_and_not_started(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w)
    t.delete(w)
    t.run(w)
    t.instances(w)


def an_unanswered_run_explains_it(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w, failure="timeout")
    t.delete(w)
    t.run(w, status=401)
    t.instances(w, [{"id": UNKNOWN, "workflowID": w}])


def deletable_again(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w)
    t.delete(w, status=204)


def instances_kept(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w)
    t.instances(w)
    t.delete(w)
    t.get(i)
    t.instances(w)


def instance_lost(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w)
    t.delete(w)
    t.get(i, status=404)


def history_kept(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w)
    t.history(i, [(1, 2)])
    t.delete(w)
    t.history(i, [(1, 2)])


def history_lost(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w)
    t.history(i, [(1, 2)])
    t.delete(w)
    t.history(i, status=404)


def history_not_shown_yet(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w)
    t.delete(w)
    t.history(i, status=404)


def instance_listed_no_more(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w)
    t.instances(w)
    t.delete(w)
    t.instances(w, [])


def instance_not_listed_when_due(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w)
    t.delete(w)
    t.settled()
    t.instances(w, [])


def instance_not_listed_yet(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w)
    t.delete(w)
    t.instances(w, [])
    t.instances(w, [], running="true")


CASES: list[Case] = [
    ("workflow.delete", "upheld", deleted),
    ("workflow.delete", "violated", not_deletable),
    ("workflow.delete", "violated", deleted_with_200),
    ("workflow.delete", "violated", still_listed),
    ("workflow.delete", "nothing", listed_while_deleted),
    ("workflow.delete", "nothing", two_deletions_at_once),
    ("workflow.get-deleted", "upheld", deleted),
    ("workflow.get-deleted", "violated", still_readable),
    ("workflow.get-deleted", "nothing", read_while_deleted),
    ("workflow.run-deleted", "upheld", deleted),
    ("workflow.run-deleted", "upheld", refused_and_not_started),
    ("workflow.run-deleted", "violated", still_runnable),
    ("workflow.run-deleted", "violated", refused_but_started),
    ("workflow.run-deleted", "upheld", refused_and_another_workflows_instance_listed),
    ("workflow.run-deleted", "nothing", read_while_deleted),
    ("workflow.run-deleted", "nothing", an_unanswered_run_explains_it),
    ("workflow.delete-deleted", "upheld", deleted),
    ("workflow.delete-deleted", "violated", deletable_again),
    ("workflow.delete-deleted", "nothing", read_while_deleted),
    ("workflow.delete-keeps-instances", "upheld", instances_kept),
    ("workflow.delete-keeps-instances", "violated", instance_lost),
    ("workflow.delete-keeps-instances", "upheld", history_kept),
    ("workflow.delete-keeps-instances", "violated", history_lost),
    ("workflow.delete-keeps-instances", "nothing", history_not_shown_yet),
    ("workflow.delete-keeps-instances", "violated", instance_listed_no_more),
    ("workflow.delete-keeps-instances", "violated", instance_not_listed_when_due),
    ("workflow.delete-keeps-instances", "nothing", instance_not_listed_yet),
]


@pytest.mark.parametrize(("rule", "expected", "scene"), parameters(CASES))
def test_a_rule_judges_a_trace(rule: str, expected: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) == expected


@pytest.mark.parametrize("rule", ["workflow.get-deleted", "workflow.run-deleted", "workflow.delete-deleted"])
@pytest.mark.parametrize(("code", "expected"), [("NOT_FOUND", "upheld"), ("VALIDATION", "violated")])
def test_a_refusal_has_the_code_of_its_status(rule: str, code: str, expected: str) -> None:
    t = TraceBuilder()
    w = t.create(NOOP)
    t.delete(w)
    answer = {"errorCode": code, "errorMessage": "gone"}
    if rule == "workflow.get-deleted":
        t.get_workflow(w, status=404, answer=answer)
    elif rule == "workflow.run-deleted":
        t.run(w, status=404, answer=answer)
    else:
        t.delete(w, status=404, answer=answer)
    assert verdict(ALL_RULES[rule], t) == expected
