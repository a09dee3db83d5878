from __future__ import annotations

import pytest

from conformance.scenarios import Scenario
from conformance.scenarios.minimising.shrinking import cost, in_common, simpler, with_a_read
from conformance.scenarios.scenario.editing import consistent, without
from conformance.scenarios.scenario.model import (
    Cancel,
    Chain,
    Create,
    Delete,
    GetWorkflow,
    Info,
    ListWorkflows,
    Read,
    Run,
    Send,
    Settle,
    StageConfig,
    StageHistory,
    Together,
    Until,
    reference_to,
)
from conformance.scenarios.strategies import THEMES
from tests.scenarios.drawing import MANY, drawn, undefined

NOOP: StageConfig = {"noop": {}}
WAIT: StageConfig = {"wait_event": {"event": "Ready"}}


def waiting(event: str) -> StageConfig:
    return {"wait_event": {"event": event}}


@pytest.mark.parametrize("theme", sorted(set(THEMES) - MANY))
def test_every_candidate_is_simpler_and_self_consistent(theme: str) -> None:
    scenario = drawn(theme)[-1]
    before = cost(scenario)
    for candidate in simpler(scenario):
        assert cost(candidate) < before
        assert undefined(candidate) == []
        assert candidate.steps


def test_of_many_acts_each_quarter_is_tried_first() -> None:
    begin = (Create("w1", ({"wait_event": {"event": "go"}},)), Run("i1", "w1"))
    sends = tuple(Send("i1", str(number)) for number in range(9))
    candidates = simpler(Scenario((*begin, *sends, Read("i1"))))
    found = [next(candidates).steps for _ in range(3)]
    assert found == [(*begin, *sends[part : part + 3], Read("i1")) for part in (0, 3, 6)]
    few = next(simpler(Scenario((*begin, *sends[:7], Read("i1")))))
    assert few.steps == (*begin, sends[0])


def test_what_depends_on_a_dropped_step_goes_with_it() -> None:
    scenario = Scenario((Create("w1", (NOOP,)), Run("i1", "w1"), Together((Cancel("i1"), Info())), ListWorkflows()))
    assert without(scenario, {1}).steps == (Create("w1", (NOOP,)), Info(), ListWorkflows())
    assert without(scenario, {0}).steps == (Info(), ListWorkflows())


def test_a_dropped_stage_moves_the_numbers_behind_it() -> None:
    scenario = Scenario(
        (Create("w1", (NOOP, WAIT)), Run("i1", "w1"), Until("i1", "waiting", 1), StageHistory("i1", "2"))
    )
    expected = (Create("w1", (WAIT,)), Run("i1", "w1"), Until("i1", "waiting", 0), StageHistory("i1", "1"))
    assert Scenario(expected) in list(simpler(scenario))


def test_an_event_is_renamed_where_it_is_sent_and_where_it_is_waited_for() -> None:
    scenario = Scenario((Create("w1", (WAIT,)), Run("i1", "w1"), Send("i1", "Ready"), Send("i1", "ready")))
    go = {"wait_event": {"event": "go"}}
    expected = (Create("w1", (go,)), Run("i1", "w1"), Send("i1", "go"), Send("i1", "ready"))
    assert Scenario(expected) in list(simpler(scenario))


def test_each_form_of_the_requests_is_left_out_and_the_others_stay() -> None:
    scenario = Scenario((Create("w1", (NOOP,)),), forms=("charset", "encoded"))
    assert {candidate.forms for candidate in simpler(scenario)} == {("charset", "encoded"), ("charset",), ("encoded",)}


def test_concurrent_steps_become_a_sequence() -> None:
    scenario = Scenario((Together((Info(), Chain((ListWorkflows(), Info())))),))
    assert Scenario((Info(), Chain((ListWorkflows(), Info())))) in list(simpler(scenario))


@pytest.mark.parametrize(
    ("steps", "last"),
    [
        ((Create("w1", ()),), GetWorkflow("w1")),
        ((Create("w1", ()), Run("i1", "w1"), Cancel("i1")), Read("i1")),
        ((Create("w1", ()), Run("i1", "w1"), Delete("w1")), GetWorkflow("w1")),
        ((Create("w1", ()), ListWorkflows()), ListWorkflows()),
    ],
)
def test_a_scenario_ends_with_a_read_of_what_it_acted_on(steps: tuple[object, ...], last: object) -> None:
    assert with_a_read(Scenario(steps)).steps[-1] == last  # type: ignore[arg-type]


def test_a_stage_is_tried_alone_without_what_was_done_for_the_others() -> None:
    stages = (waiting("a"), waiting("b"), NOOP)
    done = (Send("i1", "a"), Settle(), Until("i1", "waiting", 1), Send("i1", "b"))
    whole = Scenario((Create("w1", stages), Run("i1", "w1"), *done, StageHistory("i1", "2")), "made-up")
    found = [each.steps for each in simpler(whole)]
    assert (Create("w1", (NOOP,)), Run("i1", "w1"), StageHistory("i1", "0")) in found
    needed = (Until("i1", "waiting", 0), Send("i1", "b"))
    assert (Create("w1", (waiting("b"),)), Run("i1", "w1"), *needed) in found


def test_a_step_on_a_text_depends_on_no_other() -> None:
    odd = Scenario((Create("w1", ()), Read(reference_to("a b")), Read("i1")))
    assert consistent(odd).steps == odd.steps[:2]


def test_what_each_of_some_candidates_left_out_is_left_out_together() -> None:
    first, second = Create("w1", (NOOP,)), Create("w2", ())
    reads = Together((Read("i1"), GetWorkflow("w2")))
    whole = Scenario((first, second, Run("i1", "w1"), reads, Info()))
    fewer = [Scenario(whole.steps[:-1]), Scenario((first, Run("i1", "w1"), Read("i1"), Info()))]
    other = Scenario((Create("w1", ()), *whole.steps[1:]))
    assert in_common(whole, [*fewer, other]) == Scenario((first, Run("i1", "w1"), Read("i1")))
    assert in_common(whole, [fewer[0], other]) is None
