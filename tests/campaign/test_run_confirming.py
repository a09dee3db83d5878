"""Confirming within a run, where no time is left for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from conformance.campaign.observer import Silent
from conformance.campaign.run_confirming import RunConfirming
from conformance.campaign.schedule import Schedule
from conformance.configuration.settings import Settings
from conformance.confirming.findings import TIME_RAN_OUT
from conformance.judging.judging import Judge
from conformance.judging.tally import Tally
from conformance.target import Target, TargetConfig
from tests.confirming.confirm import SCENARIO, JudgePool, traced


def _confirming(settings: Settings) -> RunConfirming:
    trace, tally = traced(SCENARIO, dropped=True), Tally()
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


@pytest.mark.parametrize("change", [{"shard": (0, 2)}, {"confirm": False}])
def test_what_a_worker_saw_is_the_matter_of_who_concludes(change: dict[str, Any]) -> None:
    confirming = _confirming(replace(Settings(), **change))
    asyncio.run(confirming.as_seen())
    assert confirming.proofs == []
