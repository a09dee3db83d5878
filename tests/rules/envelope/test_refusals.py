"""The rules about requests that must be refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from conformance.rules import ALL_RULES
from conformance.trace.trace import Source
from tests.rules.bodies import NOOP, UNKNOWN, error_body, uuid
from tests.rules.build import Options, TraceBuilder
from tests.rules.judging import Case, Scene, judged, observe, parameters, verdict

MARKER = "marker-1234-abcdef"
UNKNOWN_RULES = {
    "workflow.get-unknown": "get_workflow",
    "workflow.delete-unknown": "delete",
    "run.unknown-workflow": "run",
    "event.unknown-instance": "event",
    "cancel.unknown-instance": "cancel",
    "history.unknown-instance": "history",
}


def ask(t: TraceBuilder, what: str, key: str, options: Options) -> None:
    """Send one request that names an id."""
    sending: dict[str, Callable[..., object]] = {
        "get_workflow": t.get_workflow,
        "delete": t.delete,
        "run": t.run,
        "event": partial(t.send, name="go"),
        "cancel": t.cancel,
        "history": t.history,
    }
    sending[what](key, **options)


def judge_unknown(rule: str, key: str, options: Options, **trace: Any) -> str:
    t = TraceBuilder(**trace)
    t.run(t.create(NOOP))
    ask(t, UNKNOWN_RULES[rule], key, options)
    return verdict(ALL_RULES[rule], t)


@pytest.mark.parametrize("rule", UNKNOWN_RULES)
def test_an_unknown_id_gets_404_not_found(rule: str) -> None:
    assert judge_unknown(rule, UNKNOWN, {}) == "upheld"
    assert judge_unknown(rule, UNKNOWN, {"status": 200, "answer": {"data": {"id": UNKNOWN}}}) == "violated"
    assert judge_unknown(rule, UNKNOWN, {"status": 400}) == "violated"
    assert judge_unknown(rule, UNKNOWN, {"answer": {**error_body(404), "errorCode": "INTERNAL"}}) == "violated"


@pytest.mark.parametrize("rule", UNKNOWN_RULES)
def test_other_ids_and_withheld_answers_prove_nothing(rule: str) -> None:
    assert judge_unknown(rule, "not-an-id", {"status": 400}) == "nothing"
    assert judge_unknown(rule, UNKNOWN.replace("-4000-", "-7000-"), {"status": 400}) == "nothing"
    assert judge_unknown(rule, UNKNOWN, {"status": 429}) == "nothing"


@pytest.mark.parametrize(("status", "expected"), [(404, "upheld"), (200, "violated"), (400, "violated")])
def test_an_unknown_instance_has_no_history_of_a_stage_either(status: int, expected: str) -> None:
    t = TraceBuilder()
    t.run(t.create(NOOP))
    t.stage_history(UNKNOWN, 0, status=status)
    assert verdict(ALL_RULES["history.unknown-instance"], t) == expected


OF_INSTANCES = ("event.unknown-instance", "cancel.unknown-instance", "history.unknown-instance")


@pytest.mark.parametrize("rule", UNKNOWN_RULES)
def test_the_id_of_another_kind_is_unknown(rule: str) -> None:
    def judge(status: int) -> str:
        t = TraceBuilder()
        w = t.create(NOOP)
        i = t.run(w)
        ask(t, UNKNOWN_RULES[rule], w if rule in OF_INSTANCES else i, {"status": status})
        return verdict(ALL_RULES[rule], t)

    assert judge(404) == "upheld"
    assert judge(204) == "violated"


@pytest.mark.parametrize("rule", UNKNOWN_RULES)
def test_an_id_of_a_form_of_the_servers_own_may_be_refused_for_its_form(rule: str) -> None:
    def judge(status: int) -> str:
        t = TraceBuilder()
        t.run(t.create(NOOP, id="wf_01hx3k9q2m"), id="run_7c2p5v8w1n")
        ask(t, UNKNOWN_RULES[rule], "run_9d4r6x3z8m" if rule in OF_INSTANCES else "wf_07zz4n1p6k", {"status": status})
        return verdict(ALL_RULES[rule], t)

    assert [judge(status) for status in (404, 400, 200)] == ["upheld", "nothing", "violated"]


@pytest.mark.parametrize(("key", "expected"), [("5000000", "violated"), ("500", "nothing"), ("4", "nothing")])
def test_of_ids_that_are_counted_up_only_one_far_ahead_is_surely_unknown(key: str, expected: str) -> None:
    t = TraceBuilder()
    t.run(t.create(NOOP, id="3"))
    t.get_workflow(key, status=400)
    assert verdict(ALL_RULES["workflow.get-unknown"], t) == expected


def test_an_id_that_only_the_other_kind_has_the_form_of_is_no_unknown_one() -> None:
    t = TraceBuilder()
    i = t.run(t.create(NOOP, id="17"))
    t.get_workflow(i, status=400)
    assert verdict(ALL_RULES["workflow.get-unknown"], t) == "nothing"


@pytest.mark.parametrize("rule", UNKNOWN_RULES)
def test_a_recording_may_begin_after_the_id_was_given(rule: str) -> None:
    given: Options = {"status": 200, "answer": {"data": {"id": UNKNOWN}}}
    assert judge_unknown(rule, UNKNOWN, given, source="recording") == "nothing"
    assert judge_unknown(rule, UNKNOWN, {}, source="recording") == "upheld"


@pytest.mark.parametrize("rule", UNKNOWN_RULES)
def test_ids_known_from_other_traces_are_not_unknown(rule: str) -> None:
    t = TraceBuilder(source="operations")
    ask(t, UNKNOWN_RULES[rule], UNKNOWN, {"status": 200, "answer": {"data": {"id": UNKNOWN}}})
    assert verdict(ALL_RULES[rule], t) == "nothing"
    assert verdict(ALL_RULES[rule], t, known_ids=frozenset({UNKNOWN})) == "nothing"
    assert verdict(ALL_RULES[rule], t, known_ids=frozenset({uuid(3, 3)})) == "violated"


def an_id_seen_in_a_list(t: TraceBuilder) -> None:
    w = t.create(NOOP, at=0, took=10, failure="timeout")
    t.workflows(answer={"data": [{"id": w}]})
    t.get_workflow(w, status=200, answer={"data": {"id": w}})


def lists_nothing(t: TraceBuilder) -> None:
    t.create(NOOP)
    t.instances(UNKNOWN, [])


def lists_something(t: TraceBuilder) -> None:
    t.run(t.create(NOOP))
    t.instances(UNKNOWN, t.instance_bodies)


def list_refused(t: TraceBuilder) -> None:
    t.create(NOOP)
    t.instances(UNKNOWN, [], status=404)


def list_of_a_known_workflow(t: TraceBuilder) -> None:
    t.instances(t.create(NOOP), [])


def truncated(t: TraceBuilder) -> None:
    t.create(None, body=b'{"stages": [', status=400)


def truncated_and_accepted(t: TraceBuilder) -> None:
    t.create(None, body=b'{"stages": [')


def truncated_and_not_found(t: TraceBuilder) -> None:
    t.create(None, body=b'{"stages": [', status=404)


def refused_with_another_code(t: TraceBuilder) -> None:
    t.create("x", status=400, answer={**error_body(400), "errorCode": "INTERNAL"})


def refused_with_an_id(t: TraceBuilder) -> None:
    t.create("x", status=400, answer={**error_body(400), "data": {"id": UNKNOWN}})


def refused_but_created(t: TraceBuilder) -> None:
    t.create("x", MARKER, status=400)
    t.workflows(answer={"data": [{"id": UNKNOWN, "config": {"name": MARKER, "stages": []}}]})


def refused_and_not_created(t: TraceBuilder) -> None:
    t.create("x", MARKER, status=400)
    t.workflows()


def marker_used_twice(t: TraceBuilder) -> None:
    t.create(NOOP, MARKER, failure="timeout")
    t.create("x", MARKER, status=503, headers=[("retry-after", "1")])
    t.workflows(answer={"data": [{"id": UNKNOWN, "config": {"name": MARKER, "stages": []}}]})


def two_keys(t: TraceBuilder) -> None:
    t.create([{"noop": {}, "delay": {"duration": "1s"}}], status=400)


def two_keys_accepted(t: TraceBuilder) -> None:
    t.create([{"noop": {}, "delay": {"duration": "1s"}}])


def unknown_kind_created(t: TraceBuilder) -> None:
    t.create([{MARKER: {}}], status=400)
    t.workflows(answer={"data": [{"id": UNKNOWN, "config": {"name": "", "stages": [{MARKER: {}}]}}]})


def open_stage(t: TraceBuilder) -> None:
    t.create([{"delay": {}}], status=400)


CASES: list[Case] = [
    ("workflow.get-unknown", "nothing", an_id_seen_in_a_list),
    ("list.unknown-workflow", "upheld", lists_nothing),
    ("list.unknown-workflow", "violated", lists_something),
    ("list.unknown-workflow", "violated", list_refused),
    ("list.unknown-workflow", "nothing", list_of_a_known_workflow),
    ("workflow.create-malformed", "upheld", truncated),
    ("workflow.create-malformed", "upheld", refused_and_not_created),
    ("workflow.create-malformed", "violated", truncated_and_accepted),
    ("workflow.create-malformed", "violated", truncated_and_not_found),
    ("workflow.create-malformed", "violated", refused_with_another_code),
    ("workflow.create-malformed", "violated", refused_with_an_id),
    ("workflow.create-malformed", "violated", refused_but_created),
    ("workflow.create-malformed", "nothing", marker_used_twice),
    ("workflow.create-bad-stage", "upheld", two_keys),
    ("workflow.create-bad-stage", "violated", two_keys_accepted),
    ("workflow.create-bad-stage", "violated", unknown_kind_created),
    ("workflow.create-bad-stage", "nothing", open_stage),
]


@pytest.mark.parametrize(("rule", "expected", "scene"), parameters(CASES))
def test_a_rule_judges_a_trace(rule: str, expected: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) == expected


DRAWN = "0" * 40
CHOSEN = "nightly-20261128-a"


@pytest.mark.parametrize(
    ("source", "held", "name", "expected"),
    [
        # What was drawn may have been drawn for another workflow, too.
        ("scenario", DRAWN, f"run {MARKER}", "upheld"),
        ("operations", CHOSEN, f"{CHOSEN} {MARKER}", "upheld"),
        ("operations", MARKER, f"{CHOSEN} {MARKER}", "violated"),
        ("operations", CHOSEN, CHOSEN, "nothing"),
        # Other clients have markers of their own, which are no numbers.
        ("recording", CHOSEN, CHOSEN, "violated"),
        ("recording", DRAWN, DRAWN, "nothing"),
        ("proxy", CHOSEN, CHOSEN, "violated"),
    ],
)
def test_only_a_text_that_nobody_else_can_have_sent_shows_what_was_created(
    source: Source, held: str, name: str, expected: str
) -> None:
    t = TraceBuilder(source=source)
    t.create("x", f"{name} {DRAWN}", status=400)
    t.workflows(answer={"data": [{"id": UNKNOWN, "config": {"name": held, "stages": []}}]})
    found = [each for each in observe(ALL_RULES["workflow.create-malformed"], t) if len(each.exchanges) > 1]
    assert {True: "upheld", False: "violated", None: "nothing"}[found[0].upheld if found else None] == expected


def test_a_refused_creation_that_creates_is_shown_by_both_exchanges() -> None:
    t = TraceBuilder()
    refused_but_created(t)
    [found] = [each for each in observe(ALL_RULES["workflow.create-malformed"], t) if not each.upheld]
    assert found.exchanges == (0, 1)
    assert (found.proof, found.subject) == ("trace", UNKNOWN)
