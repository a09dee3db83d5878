"""A run ends in its time even if something in it waits for ever, or never comes back."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import httpx
import pytest

from conformance.campaign import running
from conformance.campaign.campaign import Campaign
from conformance.campaign.concluding import RunOutcome
from conformance.campaign.ending import stopping
from conformance.campaign.observer import Silent
from conformance.campaign.running import OVERDUE, RunContext, conclude_shared, play
from conformance.configuration.settings import Settings
from conformance.contract.api import V1
from conformance.contract.calls import Call
from conformance.contract.document import load_document
from conformance.judging.tally import Tally
from conformance.reference.process import ReferenceProcess
from conformance.target import Recorder, TargetConfig
from conformance.target.coexistence.identity import marked, new_run_id
from conformance.target.finishing import unless
from conformance.target.pacing import deadline
from conformance.target.pacing.bounded import Overdue, within
from conformance.target.pacing.deadline import Deadline
from conformance.target.sender import send
from conformance.trace.roles import Role
from tests.warm import PATIENCE

SETTINGS = Settings(profile="smoke", max_time=5.0)


@pytest.fixture(scope="module")
def config() -> Iterator[TargetConfig]:
    with ReferenceProcess() as server:
        yield TargetConfig(url=server.url)


@pytest.fixture
def _drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is drawn, which takes seconds; what is played is replaced."""
    monkeypatch.setattr(running, "draw_in_time", lambda *_: object())


def workflows_on(url: str) -> int:
    return len(httpx.get(f"{url}/workflows").json()["data"])


async def for_ever(*_: object) -> None:
    await asyncio.Event().wait()


@pytest.mark.usefixtures("_drawn")
def test_what_waits_for_ever_is_given_up(config: TargetConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Campaign, "_explore", for_ever)
    monkeypatch.setattr(running, "_LONGER_S", -3.0)
    outcome = play(RunContext(config, load_document(), SETTINGS, Silent()))
    assert outcome.lost == OVERDUE
    assert not outcome.interrupted


def test_what_was_measured_until_then_stays() -> None:
    """Whatever still waits once the time is over is cut, and the rest of the run goes on."""
    told: list[str] = []

    async def as_seen() -> None:
        told.append(campaign.lost or "")

    confirming = SimpleNamespace(as_seen=as_seen)
    campaign = cast(Campaign, SimpleNamespace(interrupted=True, lost=None, confirming=confirming))
    past = Deadline(0.0, 0.0)
    asyncio.run(running._in_time(campaign, for_ever(), past))
    assert campaign.lost == OVERDUE
    assert told == [OVERDUE]
    assert not campaign.interrupted
    # Why it was lost before says more.
    campaign.lost = "The target is gone."
    asyncio.run(running._in_time(campaign, for_ever(), past))
    assert campaign.lost == "The target is gone."


@pytest.mark.usefixtures("_drawn")
def test_what_does_not_even_end_on_being_cancelled_is_left_behind(
    config: TargetConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stubborn(*_: object) -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    monkeypatch.setattr(Campaign, "_explore", stubborn)
    monkeypatch.setattr(running, "_LONGER_S", -3.5)
    monkeypatch.setattr(stopping, "_LONGER_S", -3.0)
    outcome = play(RunContext(config, load_document(), SETTINGS, Silent()))
    assert (outcome.lost or "").startswith(OVERDUE)
    assert not outcome.interrupted


@pytest.mark.usefixtures("_drawn")
def test_an_interrupted_run_does_not_wait_for_what_swallows_its_cancellation(
    config: TargetConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would wait until the time for the whole run is over, and have none left for the cleanup."""
    exploring = threading.Event()

    async def swallow(campaign: Campaign, *_: object) -> None:
        client = campaign.target.client(Recorder(), Role.CONTROL)
        await send(client, V1.prepare(Call("createWorkflow", {}, body=b'{"name": "left", "stages": [{"noop": {}}]}')))
        await client.aclose()
        exploring.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    monkeypatch.setattr(Campaign, "_explore", swallow)
    monkeypatch.setattr(deadline, "_CUT_WORK_S", 0.0)
    before = workflows_on(config.url)
    run = config.model_copy(update={"run_id": new_run_id()})
    unhurried = replace(SETTINGS, max_time=10 * PATIENCE)
    outcome = play(RunContext(run, load_document(), unhurried, Silent()), exploring.is_set)
    assert outcome.interrupted
    assert outcome.lost == OVERDUE
    assert workflows_on(config.url) == before


def test_what_workers_left_is_removed_when_a_shared_run_is_interrupted(config: TargetConfig) -> None:
    run = config.model_copy(update={"run_id": new_run_id()})
    before = workflows_on(config.url)
    body = {"name": marked("left", run.run_id), "stages": [{"noop": {}}]}
    assert httpx.post(f"{config.url}/workflows", json=body).status_code == 201
    parts = [RunOutcome(Tally(), interrupted=True), RunOutcome(Tally(), leftovers=["workflow w: curl"])]
    outcome = conclude_shared(RunContext(run, load_document(), SETTINGS, Silent()), parts)
    assert outcome.interrupted
    assert outcome.leftovers == ["workflow w: curl"]
    assert workflows_on(config.url) == before


def test_so_is_the_confirming_of_a_run_that_workers_share(
    config: TargetConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Campaign, "conclude", for_ever)
    monkeypatch.setattr(running, "_LONGER_S", -8.0)
    parts = [RunOutcome(Tally(), server={"version": "1"}, spent=True), RunOutcome(Tally())]
    outcome = conclude_shared(RunContext(config, load_document(), SETTINGS, Silent(), time.monotonic()), parts)
    assert outcome.lost == OVERDUE
    assert outcome.server == {"version": "1"}
    assert outcome.spent


def test_code_that_never_comes_back_is_left_behind_and_told() -> None:
    never = threading.Event()

    async def stuck() -> None:
        never.wait()

    with pytest.raises(Overdue):
        within(stuck(), lambda: 0.0)
    never.set()


def test_nobody_waits_for_a_thread_once_the_work_is_done() -> None:
    never = threading.Event()

    async def done() -> str:
        asyncio.get_running_loop().run_in_executor(None, never.wait)
        return "done"

    assert within(done()) == "done"
    never.set()


def test_it_is_told_where_the_work_waited() -> None:
    later = time.monotonic() + 1
    with pytest.raises(Overdue) as overdue:
        within(unless(lambda: False, asyncio.Event().wait()), lambda: later)
    assert any(each.startswith("target/finishing.py:") for each in overdue.value.where)


def test_what_is_stopped_at_the_moment_of_its_end_has_ended_well() -> None:
    ready = threading.Event()

    async def work() -> str:
        while not ready.is_set():  # noqa: ASYNC110 - the event is of another thread
            await asyncio.sleep(0.01)
        return "done"

    def stop() -> bool:
        ready.set()
        for thread in threading.enumerate():
            if thread.name == "traffic":
                thread.join(PATIENCE)
        return True

    assert within(work(), stop=stop) == "done"
