"""Which answers a finding's scripts look at, and when they cannot tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.confirming.checks import OF_ABSENCE, OF_MOMENTS, OF_PRESENCE, Played, check_of
from conformance.contract.requirements import load_requirements
from conformance.rules.evidence.observation import Observation
from conformance.scenarios.scenario.model import (
    Create,
    CreateRaw,
    ListInstances,
    ListWorkflows,
    Pause,
    Read,
    Run,
    Scenario,
    Settle,
    Step,
)
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


@pytest.mark.parametrize(
    ("observed", "said"),
    [
        (
            "it still runs 18.02 s after the cancellation was accepted",
            "it still runs some time after the cancellation was accepted",
        ),
        ("the stage still waits 0.69 s later", "the stage still waits some time later"),
        ("a delay of 2.5 s", "a delay of 2.5 s"),
    ],
)
def test_a_script_says_nothing_of_time_that_it_did_not_measure(observed: str, said: str) -> None:
    check = check_of(play("read"), "cancel.terminates", violation(2, pointer="/data/terminated", observed=observed))
    assert check is not None
    assert check.observed == said


def test_what_is_compared_with_the_creation_must_have_been_created_so_again() -> None:
    """What is embedded may be right, and the answer to the creation wrong."""
    played = play("read")
    pointer = "/data/workflow/config/stages/0"
    check = check_of(played, "run.embeds", violation(0, 2, pointer=pointer))
    assert check is not None
    created, embedded = check.parts
    assert created == Part(0, None, 201, "/data/config/stages", '[{"noop": {}}]')
    assert (embedded.pointer, embedded.steady) == (pointer, True)


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


def test_an_answer_that_is_no_text_is_compared_all_the_same() -> None:
    played = play("read")
    last = played.trace.exchanges[-1]
    assert last.response is not None
    broken = replace(last, response=replace(last.response, body=b"\xff\xfe"))
    played = replace(played, trace=replace(played.trace, exchanges=(*played.trace.exchanges[:-1], broken)))
    check = check_of(played, "envelope.schema", violation(2, pointer="/data/terminated"))
    assert check is not None
    assert check.parts[-1].value == "(no JSON)"


def test_of_a_list_only_the_element_that_it_is_about_counts() -> None:
    played = play("list")
    subject = next(each for each, name in played.names.items() if name == "i1")
    check = check_of(played, "cancel.not-running", violation(2, pointer="/data", subject=subject))
    assert check is not None
    assert check.parts == (Part(None, ListInstances(None, running=True), 200, "/data/{i1}/id", '"{i1}"'),)
    assert check_of(played, "cancel.not-running", violation(2, pointer="/data", subject="another's")) is None


def test_that_a_workflow_is_no_element_of_a_list_of_instances_decides_nothing() -> None:
    played = play("list")
    workflow = next(each for each, name in played.names.items() if name == "w1")
    assert check_of(played, "workflow.run-deleted", violation(1, 2, subject=workflow)) is None
    assert check_of(played, "cancel.not-running", violation(1, 2, subject=workflow)) is None


def test_ids_moments_and_what_depends_on_them_decide_nothing() -> None:
    played = play("read", updatedAt="2026-01-01T00:00:00Z")
    assert check_of(played, "run.embeds", violation(2, pointer="/data/updatedAt")) is None
    assert check_of(played, "run.embeds", violation(2, pointer="/data/id")) is None
    # It should not be there at all.
    assert check_of(played, "envelope.documented-fields", violation(2, pointer="/data/updatedAt")) is not None
    assert check_of(played, "stage.monotone", violation(2, pointer="/data/terminated")) is None
    assert check_of(played, "workflow.create-distinct", violation(0)) is None


@pytest.mark.parametrize(
    ("error", "tells"), [("the stage was lost", True), ("", True), ("2026-01-01T00:00:00Z", False)]
)
def test_a_text_tells_something_unless_it_is_a_moment(error: str, tells: bool) -> None:
    check = check_of(play("read", error=error), "run.completes", violation(2, pointer="/data/error"))
    assert (check is not None) == tells


def test_what_no_step_of_the_scenario_does_decides_nothing() -> None:
    played = play("read")
    assert check_of(replace(played, looks={}), "cancel.terminates", violation(2, pointer="/data/terminated")) is None
    assert check_of(played, "cancel.terminates", violation()) is None


@pytest.mark.parametrize(
    ("pointer", "always", "waits", "steady"),
    [
        ("/data/terminated", True, (), True),
        # It came back in some plays only.
        ("/data/terminated", False, (), False),
        # A script is too slow for what depends on the same moment.
        ("/data/terminated", True, (Pause(5),), False),
        # The numbers of stages follow from the configuration, others may be of this play.
        ("/data/status/0", True, (), True),
        ("/data/workflow", True, (), False),
    ],
)
def test_only_what_shows_in_every_play_can_be_found_absent(
    pointer: str, always: bool, waits: tuple[Pause, ...], steady: bool
) -> None:
    played = play("read", workflow={"stage": "2"})
    played = replace(played, scenario=Scenario((*STEPS, *waits)))
    check = check_of(played, "cancel.terminates", violation(1, 2, pointer=pointer), always=always)
    assert check is not None
    assert check.parts[-1].steady == steady


@pytest.mark.parametrize(("before", "steady"), [(Settle(), True), (Read("i1"), False)])
def test_a_read_while_an_instance_moves_may_come_too_late_in_a_script(before: Step, steady: bool) -> None:
    played = play("read")
    exchanges = (*played.trace.exchanges[:2], replace(played.trace.exchanges[2], step=3))
    scenario = Scenario((*STEPS, before, Read("i1")))
    played = Played(scenario, replace(played.trace, exchanges=exchanges), played.names, {})
    check = check_of(played, "cancel.terminates", violation(2, pointer="/data/terminated"))
    assert check is not None
    assert check.parts[-1].steady == steady


@pytest.mark.parametrize("status", [400, 404])
def test_a_refusal_with_the_right_status_is_told_by_its_body(status: int) -> None:
    t = TraceBuilder()
    t.create(None, body=b"{", status=status, answer={"errorCode": "INTERNAL", "errorMessage": "no"})
    exchanges = tuple(replace(each, step=each.index) for each in t.exchanges)
    played = Played(Scenario((CreateRaw("{"),)), Trace("t", exchanges), {}, {})
    seen = replace(violation(0, observed=f"{status} INTERNAL"), expected=f"{status} VALIDATION")
    check = check_of(played, "workflow.create-malformed", seen)
    assert check is not None
    assert check.parts == (Part(0, None, status, "", '{"errorCode": "INTERNAL", "errorMessage": "no"}'),)


def test_checks_know_only_requirements_that_there_are() -> None:
    assert load_requirements().by_id.keys() >= OF_MOMENTS | OF_PRESENCE | OF_ABSENCE


@pytest.mark.parametrize(
    ("pointer", "shown"),
    [("/data/0/terminated", "/data/{i1}/terminated"), ("/data/0", "/data/{i1}/id"), ("/data/1", None)],
)
def test_an_element_that_is_pointed_at_is_found_again_by_its_reference(pointer: str, shown: str | None) -> None:
    check = check_of(play("list"), "list.agrees", violation(2, pointer=pointer))
    assert (check and check.parts[-1].pointer) == shown


def test_a_list_that_is_none_and_a_workflow_that_is_absent_can_be_told() -> None:
    t = TraceBuilder()
    w = t.create(NOOP)
    t.workflows([])
    t.workflows([w])
    t.instances(answer={"data": None})
    exchanges = tuple(replace(each, step=each.index) for each in t.exchanges)
    scenario = Scenario((STEPS[0], ListWorkflows(), ListWorkflows(), ListInstances()))
    played = Played(scenario, Trace("t", exchanges), {w: "w1"}, {})
    absent = check_of(played, "workflow.create-then-list", violation(0, 1, pointer="/data", subject=w))
    assert absent is not None
    assert absent.parts[-1] == Part(1, None, 200, "/data/{w1}/id", '"(absent)"')
    assert check_of(played, "workflow.create-then-list", violation(0, 2, pointer="/data", subject=w)) is None
    none = check_of(played, "envelope.schema", violation(3, pointer="/data"))
    assert none is not None
    assert none.parts == (Part(3, None, 200, "/data", "null"),)
