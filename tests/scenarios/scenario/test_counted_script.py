"""Many creations alike are one line for a reader."""

from __future__ import annotations

from conformance.scenarios import Scenario
from conformance.scenarios.scenario.counted_script import counted_script, repeated
from conformance.scenarios.scenario.model import Create, ListWorkflows, Run, StageConfig, Together
from conformance.scenarios.scenario.script import script

NOOP: tuple[StageConfig, ...] = ({"noop": {}},)


def _many(count: int, first: int = 1) -> tuple[Create, ...]:
    return tuple(Create(f"w{number}", NOOP, f"many-{number}") for number in range(first, first + count))


def test_many_creations_that_nothing_uses_are_one_line() -> None:
    scenario = Scenario((Together(_many(10)), Together(_many(10, 11)), *_many(2, 21), ListWorkflows()), "made-up")
    assert counted_script(scenario) == ['22 times: create [{"noop":{}}], several at the same time', "list workflows"]
    assert repeated(scenario) == {*range(2, 11), *range(12, 22), 22, 23}


def test_few_of_them_and_those_that_are_used_keep_their_lines() -> None:
    few = Scenario((*_many(3), ListWorkflows()), "made-up")
    used = Scenario((*_many(5), Run("i1", "w3")), "made-up")
    others = Scenario((*_many(3), Create("w9", ()), *_many(3, 4)), "made-up")
    for scenario in (few, used, others):
        assert counted_script(scenario) == script(scenario)
        assert repeated(scenario) == frozenset()
