"""The rules about tokens: requests with a bad one, or with one for another scope, are refused and change nothing."""

from __future__ import annotations

import pytest

from conformance.rules import ALL_RULES
from conformance.trace import TokenKind
from tests.rules.bodies import NOOP, UNKNOWN
from tests.rules.build import TraceBuilder
from tests.rules.judging import Case, Scene, judged, parameters, verdict

BAD: tuple[TokenKind, ...] = (
    "absent",
    "garbage",
    "altered",
    "other-case",
    "foreign",
    "unsigned",
    "in-query",
    "other-scheme",
    "scheme-alone",
    "expired",
)
WAIT = [{"wait_event": {"event": "go"}}]
MARKER = "marker-0123456789abcdef0123456789abcdef"


def refused(t: TraceBuilder) -> None:
    for token in (*BAD, "lapsed"):
        t.workflows(status=401, token=token)


def forbidden_instead(t: TraceBuilder) -> None:
    t.workflows(status=403, token="absent")


def forbidden_by_a_firewall(t: TraceBuilder) -> None:
    t.workflows(status=403, token="absent", headers=(("content-type", "text/html"),), answer=b"<h1>no</h1>")


def not_found_instead(t: TraceBuilder) -> None:
    t.get_workflow(UNKNOWN, token="absent")


def lost(t: TraceBuilder) -> None:
    t.workflows(token="absent", failure="timeout")
    t.workflows(token="garbage", status=503)
    t.workflows(token="garbage", status=429)
    t.workflows(token="garbage", status=500)


def just_expired(t: TraceBuilder) -> None:
    t.workflows(token="lapsed")


def narrow(t: TraceBuilder) -> None:
    t.create(NOOP, status=403, token="read-only")
    t.workflows(status=403, token="write-only")


def narrow_and_enough(t: TraceBuilder) -> None:
    t.create(NOOP, token="write-only")
    t.workflows(token="read-only")


def narrow_and_let_in(t: TraceBuilder) -> None:
    t.create(NOOP, token="read-only")


def narrow_and_called_nobody(t: TraceBuilder) -> None:
    t.workflows(status=401, token="write-only")


def created_all_the_same(t: TraceBuilder) -> None:
    t.create([], MARKER, status=401, token="absent")
    own = t.create(NOOP)
    body = {**t.workflow_bodies[own], "id": UNKNOWN, "config": {"name": MARKER, "stages": []}}
    t.workflows(answer={"data": [body]})


def not_created(t: TraceBuilder) -> None:
    t.create([], MARKER, status=401, token="absent")
    t.workflows()


def started_all_the_same(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w, status=401, token="garbage")
    t.instances(w, [{"id": UNKNOWN, "workflowID": w}])


def broken_down_and_started(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w, status=500, token="garbage")
    t.instances(w, [{"id": UNKNOWN, "workflowID": w}])


def not_started(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.run(w)
    t.run(w, status=401, token="garbage")
    t.instances(w)


def deleted_all_the_same(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w, status=401, token="foreign")
    t.get_workflow(w, status=404)


def deleted_by_its_owner(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w, status=401, token="foreign")
    t.delete(w)
    t.get_workflow(w)


def waiting(t: TraceBuilder) -> str:
    i = t.run(t.create(WAIT))
    t.history(i, [(1, None)])
    return i


def woken_all_the_same(t: TraceBuilder) -> None:
    i = waiting(t)
    t.send(i, "go", status=401, token="unsigned")
    t.history(i, [(1, 3)])


def cancelled_all_the_same(t: TraceBuilder) -> None:
    i = waiting(t)
    t.cancel(i, status=401, token="unsigned")
    t.history(i, [(1, 3, "cancelled")])


def woken_by_its_owner(t: TraceBuilder) -> None:
    i = waiting(t)
    t.send(i, "go", status=401, token="unsigned")
    t.send(i, "go")
    t.history(i, [(1, 3)])


def unheard(t: TraceBuilder) -> None:
    i = waiting(t)
    t.send(i, "go", status=401, token="unsigned")
    t.settled()
    t.history(i, [(1, None)])


def refused_for_its_parameter(t: TraceBuilder) -> None:
    t.workflows(status=400, token="in-query")


def refused_for_its_scheme(t: TraceBuilder) -> None:
    t.workflows(status=400, token="other-scheme")


def refused_for_its_header(t: TraceBuilder) -> None:
    t.workflows(status=400, token="scheme-alone")


def refused_for_its_form(t: TraceBuilder) -> None:
    t.workflows(status=400, token="absent")


def refused_for_its_parameter_and_deleted(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.delete(w, status=400, token="in-query")
    t.get_workflow(w, status=404)


M, S = "auth.missing", "auth.scope"
CASES: list[Case] = [
    (M, "upheld", refused),
    (M, "violated", forbidden_instead),
    (M, "nothing", forbidden_by_a_firewall),
    (M, "violated", not_found_instead),
    (M, "nothing", lost),
    (M, "nothing", just_expired),
    (M, "nothing", narrow),
    (S, "nothing", refused),
    (S, "upheld", narrow),
    (S, "nothing", narrow_and_enough),
    (S, "violated", narrow_and_let_in),
    (S, "violated", narrow_and_called_nobody),
    (M, "violated", created_all_the_same),
    (M, "upheld", not_created),
    (M, "violated", started_all_the_same),
    (M, "nothing", broken_down_and_started),
    (M, "upheld", not_started),
    (M, "violated", deleted_all_the_same),
    (M, "upheld", deleted_by_its_owner),
    (M, "nothing", refused_for_its_parameter),
    (M, "nothing", refused_for_its_scheme),
    (M, "nothing", refused_for_its_header),
    (M, "violated", refused_for_its_form),
    (M, "violated", refused_for_its_parameter_and_deleted),
    (M, "violated", woken_all_the_same),
    (M, "violated", cancelled_all_the_same),
    (M, "upheld", woken_by_its_owner),
    (M, "upheld", unheard),
]


@pytest.mark.parametrize(("rule", "expected", "scene"), parameters(CASES))
def test_rule(rule: str, expected: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) == expected


@pytest.mark.parametrize(
    ("rule", "operation"),
    [("workflow.create-then-get", "get_workflow"), ("workflow.delete", "delete"), ("cancel.terminates", "cancel")],
)
@pytest.mark.parametrize(("token", "expected"), [("own", "violated"), ("in-query", "nothing"), ("absent", "nothing")])
def test_why_an_intruder_is_refused_is_a_matter_of_tokens_alone(
    rule: str, operation: str, token: TokenKind, expected: str
) -> None:
    t = TraceBuilder()
    subject = waiting(t) if operation == "cancel" else t.create(NOOP)
    getattr(t, operation)(subject, status=400, token=token)
    assert verdict(ALL_RULES[rule], t) == expected


@pytest.mark.parametrize("token", BAD)
def test_each_bad_token_that_is_accepted_is_a_violation(token: TokenKind) -> None:
    t = TraceBuilder()
    t.workflows(token=token)
    assert verdict(ALL_RULES[M], t) == "violated"


@pytest.mark.parametrize("rule", sorted(set(ALL_RULES) - {M, S}))
@pytest.mark.parametrize("scene", [refused, not_created, not_started, deleted_by_its_owner, unheard, narrow])
def test_no_other_rule_minds_what_was_refused(rule: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) != "violated"
