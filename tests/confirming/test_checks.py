"""Which answers a finding's scripts look at, and when they cannot tell."""

from __future__ import annotations

from dataclasses import replace

from conformance.confirming.checks import Played, check_of
from conformance.rules.evidence.observation import Observation
from conformance.scenarios.scenario.model import Create, ListInstances, Read, Run, Scenario
from conformance.scenarios.snippets import Part
from conformance.trace import Trace
from tests.rules.bodies import NOOP
from tests.rules.build import TraceBuilder

STEPS = (Create("w1", ({"noop": {}},)), Run("i1", "w1"))


def play(*more: str, **changes: object) -> Played:
    """A creation, a run, and the suite's own reads: of the instance, or of the list of all."""
    t = TraceBuilder()
    w = t.create(NOOP)
    i = t.run(w)
    for each in more:
        if each == "list":
            t.instances(bodies=[i], running="true")
        else:
            t.get(i, [(5, None)], change=dict(changes))
    exchanges = [replace(each, step=each.index if each.index < len(STEPS) else None) for each in t.exchanges]
    looks = {
        each.index: Read("i1") if each.operation == "getInstance" else ListInstances(None, running=True)
        for each in exchanges[2:]
    }
    return Played(Scenario(STEPS), Trace("t", tuple(exchanges)), {w: "w1", i: "i1"}, looks)


def violation(*exchanges: int, pointer: str = "", observed: str = "wrong", subject: str = "") -> Observation:
    return Observation(False, exchanges, "something else", observed, "settled", subject, pointer)


def test_the_part_that_is_pointed_at_decides_and_what_led_to_it_must_come_again() -> None:
    played = play("read")
    check = check_of(played, "cancel.terminates", violation(1, 2, pointer="/data/terminated", observed="it still runs"))
    assert check is not None
    assert check.observed == "it still runs"
    assert check.parts == (Part(1, None, 201), Part(None, Read("i1"), 200, "/data/terminated", "false"))


def test_a_status_decides_where_it_is_what_was_wrong() -> None:
    played = play()
    check = check_of(played, "workflow.create-malformed", violation(0, observed="201"))
    assert check is not None
    assert check.parts == (Part(0, None, 201),)


def test_an_answer_without_a_pointer_is_compared_by_what_rules_compare() -> None:
    played = play("read")
    check = check_of(played, "stage.waits", violation(2))
    assert check is not None
    assert [part.pointer for part in check.parts] == ["/data/id", "/data/terminated", "/data/error", "/data/status"]


def test_of_a_list_only_the_element_that_it_is_about_counts() -> None:
    played = play("list")
    subject = next(each for each, name in played.names.items() if name == "i1")
    check = check_of(played, "cancel.not-running", violation(2, pointer="/data", subject=subject))
    assert check is not None
    assert check.parts == (Part(None, ListInstances(None, running=True), 200, "/data/{i1}/id", '"{i1}"'),)
    assert check_of(played, "cancel.not-running", violation(2, pointer="/data", subject="another's")) is None


def test_ids_moments_and_what_depends_on_them_decide_nothing() -> None:
    played = play("read", updatedAt="2026-01-01T00:00:00Z")
    assert check_of(played, "run.embeds", violation(2, pointer="/data/updatedAt")) is None
    assert check_of(played, "run.embeds", violation(2, pointer="/data/id")) is None
    assert check_of(played, "stage.monotone", violation(2, pointer="/data/terminated")) is None
    assert check_of(played, "workflow.create-distinct", violation(0)) is None


def test_what_no_step_of_the_scenario_does_decides_nothing() -> None:
    played = play("read")
    assert check_of(replace(played, looks={}), "cancel.terminates", violation(2, pointer="/data/terminated")) is None
    assert check_of(played, "cancel.terminates", violation()) is None
