"""Confirming within a run, where no time is left for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from conformance.campaign.observer import Silent
from conformance.campaign.run_confirming import RunConfirming
from conformance.campaign.schedule import Schedule
from conformance.configuration.settings import Settings
from conformance.confirming.findings import TIME_RAN_OUT, Proof
from conformance.judging.judging import Judge
from conformance.judging.tally import Tally
from conformance.results.known.deviations import KnownDeviation
from conformance.results.model import Replays
from conformance.scenarios import Scenario
from conformance.target import Target, TargetConfig
from conformance.trace import Trace
from tests.confirming.confirm import SCENARIO, JudgePool, traced
from tests.judging.counterfactuals.lifecycle.test_failed import failed


def _confirming(settings: Settings, *traces: Trace) -> RunConfirming:
    tally = Tally()
    for trace in traces or (traced(SCENARIO, dropped=True),):
        tally.add(trace, Judge().judge(trace))
    target = Target(TargetConfig(url="http://127.0.0.1:9"))
    pool: Any = JudgePool()
    return RunConfirming(target, pool, settings, Schedule(settings), Silent(), tally, [])


def test_what_was_cut_off_is_told_as_it_was_seen() -> None:
    confirming = _confirming(Settings())
    asyncio.run(confirming.as_seen())
    [proof] = confirming.proofs
    assert proof.requirements[0] == "workflow.create-echo"
    assert (proof.replays.played, proof.not_replayed) == (0, TIME_RAN_OUT)


@pytest.mark.parametrize("replayed", [False, True])
def test_what_was_told_before_its_cause_was_seen_is_one_finding_with_it(replayed: bool) -> None:
    # What two traces show counts without a replay.
    confirming = _confirming(Settings(), *(replace(failed().trace(), id=f"t{number}") for number in range(2)))
    cause, before = "run.stage-fails", "stage.all-done"
    assert {cause, before} <= confirming.tally.cases.keys()
    [case, *_] = confirming.tally.cases[before]
    seen = Proof((before,), case.trace, case.observations[0], Replays(3, 3) if replayed else Replays())
    confirming.proofs.append(seen)
    asyncio.run(confirming.as_seen())
    [proof] = confirming.proofs
    assert set(proof.requirements) == confirming.tally.cases.keys()
    # The one that a replay shows is worth more to a reader.
    assert (proof.requirements[0], proof.replays) == ((before, Replays(3, 3)) if replayed else (cause, Replays()))


@pytest.mark.parametrize("change", [{"shard": (0, 2)}, {"confirm": False}])
def test_what_a_worker_saw_is_the_matter_of_who_concludes(change: dict[str, Any]) -> None:
    confirming = _confirming(replace(Settings(), **change))
    asyncio.run(confirming.as_seen())
    assert confirming.proofs == []


def _replayed_early(confirming: RunConfirming, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many scenarios are replayed while exploring goes on, on a server that drops the names of workflows."""
    replayed = list[Scenario]()

    async def played(_: Any, scenarios: Sequence[Scenario], **__: Any) -> list[Trace]:
        replayed.extend(scenarios)
        return [traced(each, dropped=True) for each in scenarios]

    async def whole() -> None:
        settler: Any = None
        async with confirming.beside(settler):
            await confirming.look_early()
            assert confirming.early is not None
            await confirming.early.of("workflow.create-echo")

    monkeypatch.setattr(confirming, "_played", played)
    asyncio.run(whole())
    return len(replayed)


def test_what_was_seen_is_replayed_while_exploring_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _replayed_early(_confirming(Settings()), monkeypatch) > 0


def test_what_is_known_in_part_is_not_replayed_early(monkeypatch: pytest.MonkeyPatch) -> None:
    known = (KnownDeviation("workflow.create-echo", "its names", observed="no name"),)
    assert _replayed_early(_confirming(replace(Settings(), known=known)), monkeypatch) == 0


def test_early_replays_are_a_small_share_of_the_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    confirming = _confirming(Settings())
    confirming.early_runs = 2
    confirming.target.runs = 19
    assert _replayed_early(confirming, monkeypatch) == 0
    confirming.target.runs = 20
    assert _replayed_early(confirming, monkeypatch) > 0
