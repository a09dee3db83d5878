"""The rules about events, variables and stage numbers that must be refused."""

from __future__ import annotations

import pytest

from conformance.rules import ALL_RULES
from tests.rules.bodies import NOOP, UNKNOWN, WAIT, Span
from tests.rules.build import TraceBuilder
from tests.rules.judging import Case, Scene, judged, parameters, verdict
from tests.rules.timelines import wait_for, waiting

MARKER = "marker-1234-abcdef"
UNKNOWN_RULES = {
    "workflow.get-unknown": "get_workflow",
    "workflow.delete-unknown": "delete",
    "run.unknown-workflow": "run",
    "event.unknown-instance": "event",
    "cancel.unknown-instance": "cancel",
    "history.unknown-instance": "history",
}
OF_INSTANCES = ("event.unknown-instance", "cancel.unknown-instance", "history.unknown-instance")


def number_for_a_variable(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w, {"a": 1}, status=400)
    t.instances(w)


def number_accepted(t: TraceBuilder) -> None:
    t.run(t.create(NOOP), {"a": 1})


def number_refused_but_started(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w, {"a": 1}, status=400)
    t.instances(w, [{"id": UNKNOWN, "workflowID": w}])


def number_refused_and_a_trigger_may_have_started(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.exchange("POST", "/triggers", (201, {"data": {}}), body={"event": "paid", "workflowID": w})
    t.run(w, {"a": 1}, status=400)
    t.instances(w, [{"id": UNKNOWN, "workflowID": w}])


def number_for_a_deleted_workflow(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w)
    t.run(w, {"a": 1}, status=404)


def nameless_event(t: TraceBuilder) -> None:
    t.send(t.run(t.create(WAIT)), body={}, status=400)


def nameless_event_accepted(t: TraceBuilder) -> None:
    t.send(t.run(t.create(WAIT)), body={})


def nameless_event_accepted_by_what_may_not_wait_yet(t: TraceBuilder) -> None:
    t.send(t.run(t.create([{"noop": {}}, *WAIT])), body={}, status=204)


def nameless_event_to_what_may_have_failed(t: TraceBuilder) -> None:
    t.send(t.run(t.create([{"update": {}}])), body={}, status=400)


def nameless_event_accepted_by_what_may_have_failed(t: TraceBuilder) -> None:
    t.send(t.run(t.create([{"update": {}}])), body={}, status=204)


def nameless_event_not_found_where_it_may_have_failed(t: TraceBuilder) -> None:
    t.send(t.run(t.create([{"update": {}}])), body={}, status=404)


def nameless_event_to_a_cancelled_instance(t: TraceBuilder) -> None:
    i = t.run(t.create(WAIT))
    t.cancel(i)
    t.send(i, body={}, status=404)
    t.send(i, body={}, status=204)


def word_for_a_number(t: TraceBuilder) -> None:
    t.stage_history(t.run(t.create(NOOP)), "first", status=400)


def word_taken_as_a_number(t: TraceBuilder) -> None:
    t.stage_history(t.run(t.create(NOOP)), "first")


def word_refused_without_an_error(t: TraceBuilder) -> None:
    t.stage_history(t.run(t.create(NOOP)), "first", status=400, answer={"detail": "no"})


def word_that_breaks_the_server(t: TraceBuilder) -> None:
    t.stage_history(t.run(t.create(NOOP)), "first", status=500)


def word_that_is_not_implemented(t: TraceBuilder) -> None:
    t.stage_history(t.run(t.create(NOOP)), "first", status=501)


def negative_number(t: TraceBuilder) -> None:
    t.stage_history(t.run(t.create(NOOP)), -1)


CASES: list[Case] = [
    ("run.bad-variables", "upheld", number_for_a_variable),
    ("run.bad-variables", "violated", number_accepted),
    ("run.bad-variables", "violated", number_refused_but_started),
    ("run.bad-variables", "upheld", number_refused_and_a_trigger_may_have_started),
    ("run.bad-variables", "nothing", number_for_a_deleted_workflow),
    ("event.malformed", "upheld", nameless_event),
    ("event.malformed", "violated", nameless_event_accepted),
    ("event.malformed", "violated", nameless_event_accepted_by_what_may_not_wait_yet),
    ("event.malformed", "upheld", nameless_event_to_what_may_have_failed),
    ("event.malformed", "violated", nameless_event_accepted_by_what_may_have_failed),
    ("event.malformed", "nothing", nameless_event_not_found_where_it_may_have_failed),
    ("event.malformed", "nothing", nameless_event_to_a_cancelled_instance),
    ("stage-history.bad-number", "upheld", word_for_a_number),
    ("stage-history.bad-number", "violated", word_taken_as_a_number),
    ("stage-history.bad-number", "violated", word_refused_without_an_error),
    ("stage-history.bad-number", "violated", word_that_breaks_the_server),
    ("stage-history.bad-number", "violated", word_that_is_not_implemented),
    ("stage-history.bad-number", "nothing", negative_number),
]


@pytest.mark.parametrize(("rule", "expected", "scene"), parameters(CASES))
def test_a_rule_judges_a_trace(rule: str, expected: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) == expected


@pytest.mark.parametrize(("span", "expected"), [((5, None), "upheld"), ((5, 420), "violated")])
def test_an_event_without_a_name_changes_nothing(span: Span, expected: str) -> None:
    t, i = waiting(wait_for("go"))
    t.send(i, body={}, status=400)
    t.settled()
    t.get(i, [span])
    assert verdict(ALL_RULES["event.malformed"], t) == expected


def test_an_event_without_a_name_is_not_blamed_for_what_a_matching_one_may_have_done() -> None:
    t, i = waiting(wait_for("go"))
    t.send(i, body={}, status=400)
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 420)])
    assert verdict(ALL_RULES["event.malformed"], t) == "upheld"
