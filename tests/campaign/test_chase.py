"""Chasing what failed, with plays that a test makes up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from conformance.campaign.chase import Chase
from conformance.campaign.findings import Proof, build_finding
from conformance.campaign.judging import Judge, Judgement
from conformance.campaign.settings import Settings
from conformance.campaign.tally import Tally
from conformance.contract.requirements import load_requirements
from conformance.scenarios import Scenario, model, to_json
from conformance.trace import Trace
from tests.rules.build import TraceBuilder
from tests.rules.lives import started, wait_for

CREATE = model.Create("w1", ({"noop": {}},), "name")
SCENARIO = Scenario((CREATE, model.Info(), model.Info(), model.ListWorkflows()), "made-up")

Server = Callable[[int, Scenario], bool]
"""Whether the server drops the names of workflows in the nth scenario that it plays."""


class Bench:
    """Judges here, at once."""

    def __init__(self) -> None:
        self._judge = Judge()
        self.catalogue = self._judge.catalogue

    async def judge(self, trace: Trace, known_ids: frozenset[str] | None = None) -> Judgement:
        return self._judge.judge(trace, known_ids)


def traced(scenario: Scenario, dropped: bool, number: int = 0) -> Trace:
    t = TraceBuilder(id=f"t{number}", scenario=to_json(scenario))
    for step in scenario.steps:
        if isinstance(step, model.Create):
            name = step.name or ""
            t.create(list(step.stages), step.name, echo={"name": "" if dropped else name, "stages": list(step.stages)})
        elif isinstance(step, model.Info):
            t.info()
    return t.trace()


def chase(server: Server, first: Sequence[Trace], seconds: float = 60.0) -> tuple[list[Proof], list[Scenario]]:
    """The proofs, and every scenario that was played again."""
    bench: Any = Bench()
    played: list[Scenario] = []

    async def play(scenarios: Sequence[Scenario]) -> list[Trace]:
        traces = []
        for scenario in scenarios:
            played.append(scenario)
            traces.append(traced(scenario, server(len(played), scenario), len(played)))
        return traces

    async def whole() -> list[Proof]:
        tally = Tally()
        for trace in first:
            tally.add(trace, await bench.judge(trace))
        return await Chase(bench, play, Settings(), seconds).run(tally, proofs.append)

    proofs: list[Proof] = []
    assert asyncio.run(whole()) == proofs
    return proofs, played


def test_a_violation_that_always_comes_back_is_minimised() -> None:
    (proof,), _ = chase(lambda n, scenario: True, [traced(SCENARIO, True)])
    assert proof.requirements[0] == "workflow.create-echo"
    assert proof.came_back == (3, 3)
    assert proof.minimised
    finding = build_finding(proof, load_requirements(), "http://server")
    assert finding.reproducibility == "always"
    assert finding.script[0].startswith("w1 = create []")
    assert "info" not in " ".join(finding.script)
    assert "curl" in finding.curl
    compile(finding.python, "finding", "exec")


def test_a_violation_that_comes_back_now_and_then_tells_how_often() -> None:
    (proof,), _ = chase(lambda n, scenario: n % 3 == 0, [traced(SCENARIO, True)])
    times, attempts = proof.came_back
    assert 0 < times < attempts


def test_what_a_response_proves_stands_even_if_it_never_comes_back() -> None:
    (proof,), played = chase(lambda n, scenario: False, [traced(SCENARIO, True)])
    assert len(played) == 9
    assert not proof.minimised
    assert build_finding(proof, load_requirements()).reproducibility == "1/1"


def test_an_eventual_violation_that_never_comes_back_is_no_finding() -> None:
    t, i = started({"noop": {}}, wait_for("go"))
    t.cancel(i)
    t.settled()
    t.get(i, [(5, 6), (6, None)])
    trace = replace(t.trace(), scenario=to_json(SCENARIO))
    assert "cancel.terminates" in Judge().judge(trace).violations
    assert chase(lambda n, scenario: False, [trace])[0] == []


def test_without_time_a_violation_is_told_as_it_was_seen() -> None:
    (proof,), played = chase(lambda n, scenario: True, [traced(SCENARIO, True)], seconds=-1.0)
    assert played == []
    assert not proof.minimised


@pytest.mark.parametrize("source", ["operations", "control"])
def test_traffic_that_is_no_scenario_is_played_again_as_an_excerpt(source: Any) -> None:
    seen = replace(traced(SCENARIO, True), source=source, scenario=None)
    (proof,), played = chase(lambda n, scenario: True, [seen])
    assert played[0].steps == (CREATE,)
    assert proof.minimised
