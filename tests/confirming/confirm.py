"""Confirming what a tally holds, with plays that a test makes up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from conformance.configuration.settings import Settings
from conformance.confirming.findings import Proof
from conformance.confirming.proving.conditions import Conditions
from conformance.confirming.proving.confirmation import Confirmation
from conformance.judging.judging import Judge, Judgement
from conformance.judging.tally import Tally
from conformance.scenarios import Scenario, to_json
from conformance.scenarios.scenario import model
from conformance.trace import Trace
from tests.rules.build import TraceBuilder

CREATE = model.Create("w1", ({"noop": {}},), "name")
SCENARIO = Scenario((CREATE, model.Info(), model.Info(), model.ListWorkflows()), "made-up")

Server = Callable[[int, Scenario], bool]
"""Whether the server drops the names of workflows in the nth scenario that it plays."""


class JudgePool:
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


def cut_off(scenario: Scenario, times: int, number: int = 0) -> Trace:
    """A trace in which the connections of as many requests are closed instead of an answer."""
    t = TraceBuilder(id=f"t{number}", scenario=to_json(scenario))
    for position in range(times):
        for _ in range(4):
            t.get_workflow(f"w{position}", failure="protocol")
    t.info()
    return t.trace()


def cut_off_again(scenario: Scenario, again: bool, number: int) -> Trace:
    return cut_off(scenario, int(again), number)


def confirm(
    server: Server,
    first: Sequence[Trace],
    seconds: float = 60.0,
    tally: Tally | None = None,
    trace: Callable[[Scenario, bool, int], Trace] = traced,
    *,
    lost: bool = False,
    scarce: bool = False,
    pace: float = 0.0,
    late: bool = False,
    settings: Settings | None = None,
) -> tuple[list[Proof], list[Scenario]]:
    """The proofs, and every scenario that was played again. ``trace`` makes what a play leaves."""
    judge_pool: Any = JudgePool()
    tally = Tally() if tally is None else tally
    played: list[Scenario] = []

    async def play(scenarios: Sequence[Scenario], _: bool) -> list[Trace]:
        traces = []
        for scenario in scenarios:
            played.append(scenario)
            traces.append(trace(scenario, server(len(played), scenario), len(played)))
        return traces

    async def whole() -> list[Proof]:
        for seen in first:
            tally.add(seen, await judge_pool.judge(seen))
        conditions = Conditions(lost, scarce, pace, lambda: late)
        confirmation = Confirmation(judge_pool, play, settings or Settings(), seconds, conditions)
        return await confirmation.run(tally, tell)

    def tell(proof: Proof) -> None:
        latest[id(proof.observation)] = proof

    latest: dict[int, Proof] = {}
    proofs = asyncio.run(whole())
    assert list(latest.values()) == proofs
    return proofs, played
