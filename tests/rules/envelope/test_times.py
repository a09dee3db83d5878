"""The rules about the order of an answer's timestamps, the server's version, and methods that no path has."""

from __future__ import annotations

import pytest

from conformance.rules import ALL_RULES
from tests.rules.bodies import NOOP, UNKNOWN, stamp
from tests.rules.build import TraceBuilder
from tests.rules.judging import Case, Scene, judged, parameters

HTML = (("content-type", "text/html"),)
SENT = [{"delay": {"duration": "1s"}}]


def not_allowed(t: TraceBuilder) -> None:
    t.exchange("PATCH", "/workflows", (405, b""))


def allowed_after_all(t: TraceBuilder) -> None:
    t.exchange("PUT", "/workflows", (200, b""))


def not_found_instead(t: TraceBuilder) -> None:
    t.exchange("DELETE", f"/instances/{UNKNOWN}", (404, None))


def methods_not_judged(t: TraceBuilder) -> None:
    for method in ("HEAD", "OPTIONS", "TRACE", "CONNECT"):
        t.exchange(method, "/workflows", (200, b""))
    t.exchange("PATCH", "/nowhere", (404, b""))


def updated_before_creation(t: TraceBuilder) -> None:
    w = t.create(NOOP, at=5)
    t.get_workflow(w, {"updatedAt": stamp(4)})


def rounded_to_microseconds(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.get_workflow(w, {"createdAt": stamp(0.002, digits=6), "updatedAt": stamp(0.0012)})


def in_whole_seconds(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    t.get_workflow(w, {"createdAt": stamp(700), "updatedAt": stamp(0, digits=0)})


def stage_before_its_instance(t: TraceBuilder) -> None:
    i = t.run(t.create(NOOP, at=100))
    t.get(i, spans=[(50, None)])


def stage_in_history_before_its_instance(t: TraceBuilder) -> None:
    i = t.run(t.create(NOOP, at=100))
    t.history(i, [(50, None)])


def stage_ended_before_it_started(t: TraceBuilder) -> None:
    i = t.run(t.create(NOOP))
    t.get(i, spans=[(5, 4)])


def listed_stage_ended_before_it_started(t: TraceBuilder) -> None:
    w = t.create(NOOP)
    i = t.run(w)
    t.instances(w, [t.instance(i, [(5, 4)])])


def activity_ended_before_it_started(t: TraceBuilder) -> None:
    i = t.run(t.create(NOOP))
    t.stage_history(i, 0, [{"startedAt": stamp(5), "terminatedAt": stamp(4)}])


def activity_before_its_instance(t: TraceBuilder) -> None:
    t.wait(10)
    i = t.run(t.create(NOOP))
    t.stage_history(i, 0, [{"startedAt": stamp(5), "terminatedAt": stamp(6)}])


def no_times(t: TraceBuilder) -> None:
    t.workflows([])


def same_version(t: TraceBuilder) -> None:
    t.info("1.0")
    t.info("1.0")


def empty_version(t: TraceBuilder) -> None:
    t.info("")


def other_version(t: TraceBuilder) -> None:
    t.info("1.0")
    t.info("1.1")


def version_not_given(t: TraceBuilder) -> None:
    t.info(status=500)


CASES: list[Case] = [
    ("envelope.method-not-allowed", "upheld", not_allowed),
    ("envelope.method-not-allowed", "violated", allowed_after_all),
    ("envelope.method-not-allowed", "violated", not_found_instead),
    ("envelope.method-not-allowed", "nothing", methods_not_judged),
    ("envelope.time-order", "upheld", rounded_to_microseconds),
    ("envelope.time-order", "upheld", in_whole_seconds),
    ("envelope.time-order", "violated", updated_before_creation),
    ("envelope.time-order", "violated", stage_before_its_instance),
    ("envelope.time-order", "violated", stage_in_history_before_its_instance),
    ("envelope.time-order", "violated", stage_ended_before_it_started),
    ("envelope.time-order", "violated", listed_stage_ended_before_it_started),
    ("envelope.time-order", "violated", activity_ended_before_it_started),
    ("envelope.time-order", "violated", activity_before_its_instance),
    ("envelope.time-order", "nothing", no_times),
    ("info.version", "upheld", same_version),
    ("info.version", "violated", empty_version),
    ("info.version", "violated", other_version),
    ("info.version", "nothing", version_not_given),
]


@pytest.mark.parametrize(("rule", "expected", "scene"), parameters(CASES))
def test_a_rule_judges_a_trace(rule: str, expected: str, scene: Scene) -> None:
    assert judged(ALL_RULES[rule], scene) == expected
