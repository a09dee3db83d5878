from __future__ import annotations

import pytest

from conformance.scenarios import Scenario, UnreadableScenario, from_json, to_json
from conformance.scenarios.scenario.model import (
    Cancel,
    Chain,
    Create,
    Info,
    ListInstances,
    Read,
    Run,
    Together,
    numbered,
)
from conformance.scenarios.scenario.script import script
from conformance.scenarios.strategies import THEMES
from conformance.wire import exact_json
from tests.scenarios.drawing import drawn


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_survives_the_round_trip(theme: str) -> None:
    for scenario in drawn(theme):
        text = exact_json.dumps(to_json(scenario))
        assert from_json(exact_json.parse(text).value) == scenario


@pytest.mark.parametrize("theme", THEMES)
def test_a_script_has_one_line_for_each_numbered_step(theme: str) -> None:
    for scenario in drawn(theme):
        lines = script(scenario)
        assert len(lines) == len(list(numbered(scenario.steps)))
        assert all("\n" not in line for line in lines)


def test_a_script_reads_well() -> None:
    steps = (
        Create("w1", ({"noop": {}},), "n"),
        Together((Run("i1", "w1", {"x": "1"}), Chain((Info(), ListInstances("w1", running=True))))),
        Cancel("i1"),
    )
    assert script(Scenario(steps)) == [
        'w1 = create [{"noop":{}}], name "n"',
        "at the same time:",
        '  i1 = run w1 with {"x":"1"}',
        "  one after another:",
        "    read the server's version",
        "    list running=true instances of w1",
        "cancel i1",
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "not of version 1"),
        ({"version": 2, "steps": []}, "not of version 1"),
        ({"version": 1, "steps": "x"}, "no list of steps"),
        ({"version": 1, "steps": [{"do": "dance"}]}, "is no step"),
        ({"version": 1, "steps": [7]}, "is no step"),
        ({"version": 1, "steps": [{"do": "read"}]}, "wrong fields (instance)"),
        ({"version": 1, "steps": [{"do": "info", "x": 1}]}, "wrong fields (x)"),
        ({"version": 1, "steps": [{"do": "together", "steps": 5}]}, "steps is not a list"),
        ({"version": 1, "steps": [], "forms": ["telegram"]}, "a form that is not known"),
    ],
)
def test_what_is_no_scenario_is_refused_with_its_reason(value: object, reason: str) -> None:
    with pytest.raises(UnreadableScenario) as caught:
        from_json(value)
    assert reason in str(caught.value)


def test_numbers_count_inner_steps_in_the_order_of_writing() -> None:
    steps = (Together((Read("i1"), Chain((Read("i2"), Read("i3"))))), Info())
    assert [number for number, _ in numbered(steps)] == [0, 1, 2, 3, 4, 5]
