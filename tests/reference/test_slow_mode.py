"""The windows of slow mode, read from the change log instead of a watch."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from conformance.reference.engine.clock import MILLISECOND, Clock
from conformance.reference.engine.log import Change, ChangeLog
from conformance.reference.engine.pacing import LAGS, PAUSES, VIEWS, Pacing
from tests.reference.session import NOOP, WAIT, Session, play, send_stage

SLOW: dict[str, Any] = {"latency": 0.4, "jitter": True, "seed": 7}
# As seen on a real server: what a client sees, how long after its cause, in milliseconds.
WINDOWS = [
    ("first-stage", ("status", "stage-started"), (50, 80)),
    ("first-stage", ("history", "stage-started"), (130, 220)),
    ("next-stage", ("status", "stage-started"), (220, 260)),
    ("next-stage", ("history", "stage-started"), (300, 400)),
    (None, ("history", "stage-ended"), (36, 44)),
    (None, ("status", "stage-ended"), (95, 105)),
    (None, ("history", "stage-cancelled"), (90, 120)),
    (None, ("status", "stage-cancelled"), (130, 170)),
    (None, ("instance", "instance-cancelled"), (340, 400)),
]


@pytest.mark.parametrize(("pause", "lag", "seen"), WINDOWS)
def test_pauses_and_lags_add_up_to_what_was_seen(
    pause: str | None, lag: tuple[str, str], seen: tuple[float, float]
) -> None:
    shortest, longest = PAUSES[pause] if pause else (0.0, 0.0)
    low, high = LAGS[lag]
    assert seen[0] <= shortest + low
    assert longest + high <= seen[1]


def test_an_instance_ends_after_its_last_stage_ended_in_status() -> None:
    shortest, longest = (PAUSES["finish"][end] + LAGS["instance", "instance-ended"][end] for end in (0, 1))
    status = LAGS["status", "stage-ended"]
    assert shortest - status[1] >= 90
    assert longest - status[0] <= 230


@pytest.mark.parametrize("seed", range(5))
def test_each_view_lags_within_its_window_and_never_goes_back(seed: int) -> None:
    clock = Clock()
    log = ChangeLog(clock, Pacing(clock, 0.4, jitter=True, seed=seed))
    kinds = "instance-created stage-started stage-ended stage-started stage-cancelled instance-cancelled"
    changes = [log.append(kind, "one") for kind in kinds.split()]
    for view in VIEWS:
        before = 0
        for change in changes:
            low, high = (edge * MILLISECOND for edge in LAGS.get((view, change.kind), (0, 0)))
            assert change.at + low <= change.visible[view] <= max(change.at + high, before)
            assert before <= change.visible[view]
            before = change.visible[view]


@pytest.mark.parametrize(("latency", "jitter"), [(0.0, False), (0.0, True)])
def test_a_fast_server_does_not_lag(latency: float, jitter: bool) -> None:
    pacing = Pacing(Clock(), latency, jitter=jitter, seed=1)
    assert {pacing.lag(view, kind) for view, kind in LAGS} == {0}


def test_latency_scales_every_lag() -> None:
    half, whole = (Pacing(Clock(), latency, jitter=False, seed=0) for latency in (0.2, 0.4))
    assert all(half.lag(*lag) * 2 == pytest.approx(whole.lag(*lag), abs=2) for lag in LAGS)


def test_the_same_seed_gives_the_same_lags() -> None:
    drawn = [[Pacing(Clock(), 0.4, jitter=True, seed=seed).lag(*lag) for lag in LAGS] for seed in (3, 3, 4)]
    assert drawn[0] == drawn[1] != drawn[2]


def changes_of(session: Session, instance: str) -> list[Change]:
    return session.server.log.of(instance)


def test_a_slow_instance_takes_the_time_of_its_transitions() -> None:
    async def scenario(session: Session) -> None:
        shown = await session.run(await session.create(NOOP, send_stage(), NOOP), wait=True)
        assert shown["terminated"]
        assert all("terminatedAt" in entry for entry in shown["status"])
        changes = changes_of(session, shown["id"])
        assert session.server.clock.now() >= changes[-1].visible["instance"]
        for before, after in pairwise(changes):
            least = {"stage-started": "next-stage", "instance-ended": "finish"}.get(after.kind)
            if least and before.kind == "stage-ended":
                assert after.at - before.at >= PAUSES[least][0] * MILLISECOND

    play(scenario, **SLOW)


def test_an_event_counts_as_soon_as_the_stage_is_open() -> None:
    async def scenario(session: Session) -> None:
        instance = (await session.run(await session.create(WAIT)))["id"]
        assert await session.reaches(instance, 0)
        opened = changes_of(session, instance)[-1]
        assert opened.kind == "stage-started"
        assert opened.at < opened.visible["status"] < opened.visible["history"]
        assert session.server.engine.executions[instance].waiting_for == "go"
        session.server.engine.send_event(instance, "go")
        assert await session.ended(instance)
        assert "error" not in await session.data(f"/instances/{instance}")

    play(scenario, **SLOW)


def test_a_cancellation_is_true_at_once_and_seen_later() -> None:
    async def scenario(session: Session) -> None:
        instance = (await session.run(await session.create(WAIT, NOOP)))["id"]
        assert await session.reaches(instance, 0)
        session.freeze()
        for _ in range(2):
            session.server.engine.cancel(instance)
        *_, stage, ended = changes_of(session, instance)
        assert (stage.kind, ended.kind) == ("stage-cancelled", "instance-cancelled")
        assert stage.visible["history"] < stage.visible["status"] < ended.visible["instance"]
        assert not (await session.data(f"/instances/{instance}"))["terminated"]
        session.freeze(stage.visible["history"])
        assert (await session.data(f"/instances/{instance}/history"))[0]["error"] == "cancelled"
        assert "error" not in (await session.data(f"/instances/{instance}"))
        session.freeze(ended.visible["instance"])
        assert (await session.data(f"/instances/{instance}"))["error"] == "cancelled"

    play(scenario, **SLOW)


def test_runs_are_admitted_one_after_another() -> None:
    async def scenario(session: Session) -> None:
        workflow = await session.create(NOOP)
        began = session.server.clock.now()
        await asyncio.gather(*(session.run(workflow) for _ in range(6)))
        created = [change.at - began for change in session.server.log.born("instance-created")]
        slot = PAUSES["slot"][0] / 10 * MILLISECOND
        assert all(at >= slot * number for number, at in enumerate(sorted(created), start=1))

    play(scenario, latency=0.04, jitter=True)
