"""The rules about what every answer owes, the order of its timestamps, and the server's version."""

from __future__ import annotations

import pytest

from conformance.rules import ALL_RULES
from tests.rules.bodies import NOOP, UNKNOWN, error_body, stamp
from tests.rules.build import JSON_HEADERS, TraceBuilder
from tests.rules.judging import Case, Scene, judged, observe, parameters

HTML = (("content-type", "text/html"),)
SENT = [{"delay": {"duration": "1s"}}]


def plain(t: TraceBuilder) -> None:
    t.info()
    w = t.create(NOOP)
    i = t.run(w)
    t.get(i, spans=[(2, 3)], ended=4)
    t.history(i, [(2, 3)])
    t.cancel(i)
    t.get_workflow(UNKNOWN)


def hangs(t: TraceBuilder) -> None:
    for _ in range(2):
        t.workflows(failure="timeout", took=10_000)
        t.info()


def refused_then(t: TraceBuilder) -> None:
    t.info()
    t.workflows(failure="timeout", took=10_000)
    t.workflows(failure="refused")


def nothing_answers(t: TraceBuilder) -> None:
    t.workflows(failure="timeout", took=10_000)


def aborted(t: TraceBuilder) -> None:
    t.create(NOOP, failure="aborted")


def waits_for_an_event(t: TraceBuilder) -> None:
    w = t.create([{"wait_event": {"event": "go"}}])
    t.run(w, wait=True, failure="timeout", took=10_000)


def waits_too_long(t: TraceBuilder) -> None:
    w = t.create(SENT)
    for _ in range(2):
        t.run(w, wait=True, failure="timeout", took=11_000, expected_wait=1000)
    t.info()


def html(t: TraceBuilder) -> None:
    t.workflows(headers=HTML)


def parameters_of_the_media_type(t: TraceBuilder) -> None:
    t.workflows(headers=[("content-type", "Application/JSON; charset=utf-8")])


def no_json(t: TraceBuilder) -> None:
    t.workflows(answer=b"{")


def missing_field(t: TraceBuilder) -> None:
    t.info(answer={})


def no_date_by_variable(t: TraceBuilder) -> None:
    i = t.run(t.create([{"delay": {"until": "${when}"}}]), {"when": "soon"})
    t.history(i, [(2, 3, "no such time")], inputs={0: {"until": "soon"}})


def no_date_by_itself(t: TraceBuilder) -> None:
    i = t.run(t.create([{"delay": {"until": "2020-01-01T00:00:00Z"}}]))
    t.history(i, [(2, 3)], inputs={0: {"until": "soon"}})


def wrong_kind_of_input(t: TraceBuilder) -> None:
    i = t.run(t.create(SENT))
    t.history(i, [(2, 3)], inputs={0: {"duration": 5}})


def another_success_status(t: TraceBuilder) -> None:
    t.workflows(status=202, answer={"data": []})


def cancelled_with_202(t: TraceBuilder) -> None:
    t.cancel(UNKNOWN, status=202)


def error_as_html(t: TraceBuilder) -> None:
    t.get_workflow(UNKNOWN, answer=b"<p>not found", headers=HTML)


def error_of_another_shape(t: TraceBuilder) -> None:
    t.get_workflow(UNKNOWN, answer={"error": "NOT_FOUND"})


def error_of_another_code(t: TraceBuilder) -> None:
    t.get_workflow(UNKNOWN, answer={**error_body(404), "errorCode": "GONE"})


def exempt_refusals(t: TraceBuilder) -> None:
    for status in (401, 403, 405, 429, 501, 505, 413):
        t.workflows(status=status, answer=b"<p>no", headers=HTML)
    t.workflows(status=503, answer=b"", headers=[("retry-after", "1")])
    t.exchange("GET", "/nowhere", (404, b"nothing here"))


def refused_by_the_parser(t: TraceBuilder) -> None:
    t.workflows(status=400, answer=b"bad request", headers=[("connection", "close"), ("content-type", "text/plain")])


def dots_in_the_path(t: TraceBuilder) -> None:
    t.exchange("GET", "/workflows/..", (404, b"nothing here"))


def fails(t: TraceBuilder) -> None:
    t.exchange("GET", "/nowhere", status=500)


def unavailable(t: TraceBuilder) -> None:
    for _ in range(4):
        t.workflows(status=503)
        t.info()


def not_implemented(t: TraceBuilder) -> None:
    t.workflows(status=501)


def unknown_method(t: TraceBuilder) -> None:
    t.exchange("FOO", "/workflows", (501, b""))


def come_later(t: TraceBuilder) -> None:
    t.workflows(status=503, headers=[("retry-after", "1")])
    t.exchange("FOO", "/nowhere", (505, b""))


def body_in_a_204(t: TraceBuilder) -> None:
    t.cancel(t.run(t.create(NOOP)), answer=b"{}")


def length_of_a_204(t: TraceBuilder) -> None:
    t.cancel(t.run(t.create(NOOP)), headers=[("content-length", "2")])


def zero_length_of_a_204(t: TraceBuilder) -> None:
    t.cancel(t.run(t.create(NOOP)), headers=[("content-length", "0")])


def extra_field(t: TraceBuilder) -> None:
    t.info(answer={"version": "1", "build": "7"})


def key_of_the_client(t: TraceBuilder) -> None:
    config = {"name": "", "stages": [NOOP], "note~/": 1, "none": None}
    workflow = t.create([NOOP], body=config, echo=config)
    t.get_workflow(workflow)
    t.run(workflow)


def key_of_another_client(t: TraceBuilder) -> None:
    config = {"name": "", "stages": [NOOP], "note": 1}
    t.workflows(answer={"data": [{"id": "w", "config": config, "createdAt": stamp(0), "updatedAt": stamp(0)}]})


def key_of_the_server(t: TraceBuilder) -> None:
    t.create([NOOP], echo={"name": "", "stages": [NOOP], "owner": "me"})


def _refused_with(t: TraceBuilder, status: int, **more: str) -> None:
    t.workflows(status=status, answer={"errorCode": "VALIDATION", "errorMessage": "no", **more})


def plain_error(t: TraceBuilder) -> None:
    _refused_with(t, 400)


def error_with_details(t: TraceBuilder) -> None:
    _refused_with(t, 400, details="none")


def foreign_refusals_with_details(t: TraceBuilder) -> None:
    for status in (401, 403, 405, 413, 429):
        _refused_with(t, status, details="none")
    t.workflows(status=400, answer={"message": "no"})


CASES: list[Case] = [
    *((rule, "upheld", plain) for rule in ALL_RULES if rule.startswith("envelope.") and "method" not in rule),
    ("envelope.answers", "violated", hangs),
    ("envelope.answers", "violated", waits_too_long),
    ("envelope.answers", "nothing", nothing_answers),
    ("envelope.answers", "nothing", aborted),
    ("envelope.answers", "upheld", waits_for_an_event),
    ("envelope.answers", "upheld", refused_then),
    ("envelope.schema", "upheld", parameters_of_the_media_type),
    ("envelope.schema", "violated", html),
    ("envelope.schema", "violated", no_json),
    ("envelope.schema", "violated", missing_field),
    ("envelope.schema", "violated", wrong_kind_of_input),
    ("envelope.schema", "violated", no_date_by_itself),
    ("envelope.schema", "upheld", no_date_by_variable),
    ("envelope.schema", "violated", another_success_status),
    ("envelope.schema", "nothing", cancelled_with_202),
    ("envelope.error-shape", "violated", error_as_html),
    ("envelope.error-shape", "violated", error_of_another_shape),
    ("envelope.error-shape", "violated", error_of_another_code),
    ("envelope.error-shape", "nothing", exempt_refusals),
    ("envelope.error-shape", "nothing", refused_by_the_parser),
    ("envelope.error-shape", "nothing", dots_in_the_path),
    ("envelope.no-5xx", "violated", fails),
    ("envelope.no-5xx", "violated", unavailable),
    ("envelope.no-5xx", "violated", not_implemented),
    ("envelope.no-5xx", "nothing", unknown_method),
    ("envelope.no-5xx", "nothing", come_later),
    ("envelope.no-content", "upheld", zero_length_of_a_204),
    ("envelope.no-content", "violated", body_in_a_204),
    ("envelope.no-content", "violated", length_of_a_204),
    ("envelope.no-content", "nothing", html),
    ("envelope.documented-fields", "violated", extra_field),
    ("envelope.documented-fields", "upheld", key_of_the_client),
    ("envelope.documented-fields", "upheld", key_of_another_client),
    ("envelope.documented-fields", "violated", key_of_the_server),
    ("envelope.documented-fields", "nothing", no_json),
    ("envelope.documented-fields", "upheld", plain_error),
    ("envelope.documented-fields", "violated", error_with_details),
    ("envelope.documented-fields", "nothing", foreign_refusals_with_details),
]


@pytest.mark.parametrize(("rule", "expected", "scene"), parameters(CASES))
def test_a_rule_judges_a_trace(rule: str, expected: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) == expected


def test_a_violation_points_at_the_offending_part() -> None:
    t = TraceBuilder()
    extra_field(t)
    [found] = observe(ALL_RULES["envelope.documented-fields"], t)
    assert (found.pointer, found.observed) == ("/build", "the body has /build")


def test_a_field_that_all_elements_have_is_named_once_so_that_known_deviations_cover_longer_lists() -> None:
    told = []
    for stages in (1, 2, 9):
        t = TraceBuilder()
        leaked = [{**entry, "runtimeID": "x"} for entry in [{"stage": {}, "instanceID": "a"}] * stages]
        t.get(t.run(t.create(NOOP)), answer={"data": {"status": leaked, "node": 1}})
        told += [each.observed for each in observe(ALL_RULES["envelope.documented-fields"], t) if not each.upheld]
    assert told == ["the body has /data/status/0/runtimeID, /data/node"] * 3


def test_a_length_is_what_is_wrong_with_a_204_whose_body_nobody_read() -> None:
    t = TraceBuilder()
    length_of_a_204(t)
    found = [each.observed for each in observe(ALL_RULES["envelope.no-content"], t) if not each.upheld]
    assert found == ["204 with content-length 2"]


def test_a_long_answer_is_cut() -> None:
    t = TraceBuilder()
    t.workflows(status=500, answer=b"x" * 5000, headers=JSON_HEADERS)
    [found] = observe(ALL_RULES["envelope.no-5xx"], t)
    assert len(found.observed) <= 201
