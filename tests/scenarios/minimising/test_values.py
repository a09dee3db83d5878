"""Simpler JSON values: whatever shows a violation is found in few rounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from conformance.scenarios.minimising.minimise import minimise
from conformance.scenarios.minimising.shrinking import simpler
from conformance.scenarios.minimising.values import simpler_text, simpler_value
from conformance.scenarios.scenario.model import Create, CreateRaw, Run, Scenario, SendRaw, Step
from conformance.wire import exact_json

_NUL = {"update": {"account": {"id": "a", "ledger": "l", "metadata": {"k\u0000k": "value" * 20, "other": "x"}}}}
_BIG = {
    "send": {
        "amount": {"asset": "EUR/2", "amount": 98765432109876543210},
        "metadata": {f"k{n}": "v" for n in range(90)},
    }
}


def _smallest(scenario: Scenario, shows: Callable[[str], bool]) -> Scenario:
    async def fails(candidates: list[Scenario]) -> list[bool]:
        return [any(shows(_body(step)) for step in each.steps) for each in candidates]

    found = asyncio.run(minimise(scenario, fails))
    assert found.complete
    return found.scenario


def _body(step: Step) -> str:
    if isinstance(step, Create):
        return exact_json.dumps({"stages": list(step.stages)})
    return step.body if isinstance(step, CreateRaw) else ""


def test_a_body_of_five_kilobytes_comes_down_to_what_shows_it() -> None:
    body = exact_json.dumps({"name": "n" * 4000, "stages": [_NUL, _BIG, {"noop": {}}]})
    found = _smallest(Scenario((CreateRaw(body),)), lambda text: "\\u0000" in text)
    step = found.steps[0]
    assert isinstance(step, CreateRaw)
    assert len(step.body) < 90


def test_the_stages_of_a_workflow_come_down_to_the_part_that_shows_it() -> None:
    found = _smallest(Scenario((Create("w1", (_NUL, _BIG)),)), lambda text: "9876543210" in text)
    step = found.steps[0]
    assert isinstance(step, Create)
    assert step.stages[0] == {"send": {"amount": {"amount": 9876543210}}}


@pytest.mark.parametrize("value", [{"a": [1, 2, {"long key": "text"}]}, ["x y", "y x"], 12345, "some words"])
def test_every_simpler_value_is_another_one(value: Any) -> None:
    found = [exact_json.dumps(each) for each in simpler_value(value)]
    assert found
    assert exact_json.dumps(value) not in found


@pytest.mark.parametrize("value", [None, True, 0, "", "go", {}, []])
def test_what_is_plain_stays(value: Any) -> None:
    assert list(simpler_value(value)) == []


def test_a_text_that_is_no_json_is_cut() -> None:
    assert '{"stages": [' in list(simpler_text('{"stages": [' + "x" * 12))


def test_bodies_of_runs_and_events_are_cut_as_well() -> None:
    run = Scenario((Create("w1", ()), Run("i1", "w1", {"first one": "x", "b": "y"})))
    assert any(step.variables == {"b": "y"} for each in simpler(run) for step in each.steps if isinstance(step, Run))
    send = Scenario((SendRaw("unknown", '{"name": 1}'),))
    assert Scenario((SendRaw("unknown", "{}"),)) in list(simpler(send))
