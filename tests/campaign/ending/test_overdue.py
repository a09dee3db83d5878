"""A run ends in its time even if something in it waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from conformance.campaign import running
from conformance.campaign.campaign import Campaign
from conformance.campaign.observer import Silent
from conformance.campaign.running import OVERDUE, play
from conformance.configuration.settings import Settings
from conformance.contract.document import load_document
from conformance.reference.process import ReferenceProcess
from conformance.target import TargetConfig


def test_what_waits_for_ever_is_given_up_and_what_was_measured_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Campaign, "_explore", wait)
    monkeypatch.setattr(running, "_LONGER_S", -3.0)
    with ReferenceProcess() as server:
        settings = Settings(profile="smoke", max_time=5.0)
        outcome = play(TargetConfig(url=server.url), load_document(), settings, Silent())
    assert outcome.lost == OVERDUE
    assert not outcome.interrupted
    assert outcome.tally.exchanges > 0
