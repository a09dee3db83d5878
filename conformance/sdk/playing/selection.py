"""Selecting the scenarios that an SDK can play: those of valid requests, for which every SDK has a method."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.contract.requests import classify
from conformance.scenarios import Scenario
from conformance.scenarios.plan import plan
from conformance.scenarios.scenario.model import (
    Ask,
    Create,
    CreateRaw,
    Intrude,
    Run,
    RunRaw,
    SendRaw,
    StageHistory,
    Step,
    Together,
)
from conformance.wire import exact_json

_RAW = (CreateRaw, RunRaw, SendRaw, Intrude, Ask)
_LARGEST_NUMBER = 2**31


def playable(seed: int, features: frozenset[str]) -> Iterator[Scenario]:
    """Scenarios of a smoke run that a driver with these features can play, in the order of its plan."""
    for scenario in plan("smoke", seed).scenarios:
        if all(map(_valid, scenario.leaves())) and ("concurrency" in features or _in_turn(scenario)):
            yield scenario


def _valid(step: Step) -> bool:
    if isinstance(step, Create):
        config = {"stages": list(step.stages)} | ({} if step.name is None else {"name": step.name})
        return classify("createWorkflow", {}, (), exact_json.encode(config)).kind == "valid"
    if isinstance(step, StageHistory):
        return step.number.isascii() and step.number.isdecimal() and int(step.number) < _LARGEST_NUMBER
    return not isinstance(step, _RAW)


def _in_turn(scenario: Scenario) -> bool:
    """Whether a driver can play it that makes one call at a time."""
    waits = any(isinstance(step, Run) and step.wait for step in scenario.leaves())
    return not waits and not any(isinstance(step, Together) for step in scenario.steps)
