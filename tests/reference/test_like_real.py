"""A server that is like a real one shows the figures that were measured there; time is simulated."""

from __future__ import annotations

import asyncio
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.reference.engine.clock import MILLISECOND
from conformance.reference.engine.contention import Slowdowns
from conformance.reference.engine.pacing import READS
from conformance.reference.engine.timing import Curve, PauseFigures, UnusableTiming, WarmUpFigures, load_timing
from conformance.reference.faults.fault import race
from conformance.reference.options import ServerOptions
from conformance.reference.service.operations import Call
from conformance.reference.service.server import Server, assemble
from tests.reference.virtual_time import VirtualClock, run_virtually

SEEDS = range(9)
WAITING = b'{"stages": [{"wait_event": {"event": "go"}}, {"noop": {}}]}'
_POLL_S = 0.05
_WARM_S = 10.0


@dataclass(frozen=True)
class Life:
    """Seconds until a run was answered, until it was then seen waiting, and from its cancellation to its end."""

    answered: float
    waiting: float
    ended: float


class Client:
    """Calls the operations of a server of its own, without HTTP."""

    def __init__(self, seed: int, **options: Any) -> None:
        self.server: Server = assemble(ServerOptions(like="real", seed=seed, **options), VirtualClock())

    async def call(self, operation: str, body: bytes = b"", **path: str) -> Any:
        reply = await self.server.handlers[operation](Call(operation, path, body=body))
        assert reply.status < 300
        return json.loads(reply.body).get("data") if reply.body else None

    async def warm(self) -> str:
        """Leave the slow beginning behind; gives a workflow."""
        workflow = (await self.call("createWorkflow", WAITING))["id"]
        await asyncio.sleep(_WARM_S)
        return str(workflow)

    async def run(self, workflow: str) -> str:
        return str((await self.call("runWorkflow", workflowID=workflow))["id"])

    async def until(self, instance: str, key: str) -> None:
        while not (await self.call("getInstance", instanceID=instance))[key]:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)

    async def life(self, workflow: str) -> Life:
        moments = [now()]
        instance = await self.run(workflow)
        moments.append(now())
        await self.until(instance, "status")
        moments.append(now())
        await self.call("cancelEvent", instanceID=instance)
        moments.append(now())
        await self.until(instance, "terminated")
        begun, answered, waiting, cancelled = moments
        return Life(answered - begun, waiting - answered, now() - cancelled)


def now() -> float:
    return asyncio.get_running_loop().time()


async def lives(seed: int, at_once: int, **options: Any) -> tuple[list[Life], float]:
    """What so many lives at once take, and lives a second."""
    client = Client(seed, **options)
    workflow = await client.warm()
    begun = now()
    found = await asyncio.gather(*(client.life(workflow) for _ in range(at_once)))
    return found, at_once / (now() - begun)


# At once; answered: shortest and longest median; then seen waiting; cancelled to ended; lives a second. The medians of
# the measurement lie within; those of large crowds hang on which of several batches is the middle one.
KNEE = [
    (1, (0.9, 1.3), (0.06, 0.5), (0.25, 0.45), (0.5, 0.7)),
    (2, (0.6, 0.9), (0.1, 0.2), (0.25, 0.4), (1.3, 1.8)),
    (4, (1.5, 2.1), (0.1, 0.4), (0.3, 0.6), (1.3, 1.7)),
    (8, (1.8, 4.5), (0.15, 0.5), (0.4, 1.3), (1.1, 1.5)),
    (16, (4.0, 7.5), (2.0, 4.5), (0.8, 1.7), (1.0, 1.4)),
    (32, (8.0, 16.0), (8.0, 14.0), (1.2, 2.5), (0.8, 1.2)),
]


@pytest.mark.parametrize(("at_once", "answered", "waiting", "ended", "a_second"), KNEE)
def test_the_knee_is_the_measured_one(
    at_once: int,
    answered: tuple[float, float],
    waiting: tuple[float, float],
    ended: tuple[float, float],
    a_second: tuple[float, float],
) -> None:
    measured = [run_virtually(lives(seed, at_once)) for seed in SEEDS]
    every = [life for found, _ in measured for life in found]
    within([life.answered for life in every], answered)
    within([life.waiting for life in every], waiting)
    within([life.ended for life in every], ended)
    within([rate for _, rate in measured], a_second)


def within(values: Sequence[float], edges: tuple[float, float]) -> None:
    assert edges[0] <= statistics.median(values) <= edges[1]


@pytest.mark.parametrize("operation", sorted({*READS, "getServerInfo"}))
def test_answers_take_what_was_measured(operation: str) -> None:
    timing = load_timing("real")
    median, ninth, largest = timing.answers[operation]

    async def drawn() -> list[float]:
        pacing = Client(1).server.pacing
        await pacing.pause(operation)
        await asyncio.sleep(_WARM_S)
        found = []
        for _ in range(2000):
            begun = now()
            await pacing.pause(operation)
            found.append((now() - begun) * 1000)
        return sorted(found)

    taken = run_virtually(drawn())
    # A pause makes some of them longer.
    assert taken[1000] == pytest.approx(median, rel=0.15)
    assert taken[1800] == pytest.approx(ninth, rel=0.15)
    assert taken[-5] <= largest + timing.pauses.longest_s * 1000 if timing.pauses else True


def test_a_race_lasts_longer_where_answers_take_longer() -> None:
    assert race(assemble(ServerOptions()), 20) == 20 * MILLISECOND
    assert race(assemble(ServerOptions(latency=0.4)), 20) == 20 * MILLISECOND
    # Of the eleven operations the fastest takes 1.6 times, the slowest 8.3 times as long as the same one there.
    assert 80 * MILLISECOND < race(assemble(ServerOptions(like="real")), 20) < 140 * MILLISECOND


def test_everything_is_slower_after_the_start() -> None:
    async def first_run(wait_s: float) -> float:
        client = Client(3)
        workflow = (await client.call("createWorkflow", WAITING))["id"]
        await asyncio.sleep(wait_s)
        begun = now()
        await client.run(workflow)
        return now() - begun

    cold, warm = (statistics.median(run_virtually(first_run(wait)) for _ in range(3)) for wait in (0.0, _WARM_S))
    assert 2.5 < cold / warm < 3.5


def test_pauses_come_now_and_then_and_hold_up_everything() -> None:
    slowdowns = Slowdowns(
        PauseFigures(every_s=40, shortest_s=1, longest_s=3), WarmUpFigures(seconds=0, factor=1), seed=1
    )
    moments = [number / 10 for number in range(40_000)]
    paused = [moment for moment in moments if slowdowns.slowness(moment) is None]
    assert 0.02 < len(paused) / len(moments) < 0.1
    assert all(0 < slowdowns.pause_left(moment) <= 3 for moment in paused)
    assert all(slowdowns.next_change(moment) > moment for moment in moments)
    again = Slowdowns(PauseFigures(every_s=40, shortest_s=1, longest_s=3), WarmUpFigures(seconds=0, factor=1), seed=1)
    assert [moment for moment in moments if again.slowness(moment) is None] == paused


def test_the_same_seed_gives_the_same_times() -> None:
    first, again, other = (run_virtually(lives(seed, 4)) for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("wanted", [0.5, 1.0, 3.0])
def test_runs_per_second_is_what_it_starts_at_best(wanted: float) -> None:
    async def rate() -> float:
        client = Client(1, runs_per_second=wanted)
        workflow = await client.warm()

        async def keep_running() -> None:
            for _ in range(20):
                await client.run(workflow)

        begun = now()
        await asyncio.gather(*(keep_running() for _ in range(2)))
        return 40 / (now() - begun)

    assert run_virtually(rate()) == pytest.approx(wanted, rel=0.25)


def test_a_flood_delays_the_stages_of_earlier_runs() -> None:
    async def opened(others: int) -> float:
        client = Client(1)
        workflow = await client.warm()
        flood = [asyncio.create_task(client.run(workflow)) for _ in range(others)]
        instance = await client.run(workflow)
        begun = now()
        more = [asyncio.create_task(client.run(workflow)) for _ in range(others)]
        await client.until(instance, "status")
        taken = now() - begun
        await asyncio.gather(*flood, *more)
        return taken

    assert run_virtually(opened(16)) > 10 * run_virtually(opened(0))


def test_an_event_answered_with_success_takes_effect_as_soon_as_the_stage_is_shown() -> None:
    async def heard(seed: int) -> bool:
        client = Client(seed)
        instance = await client.run(await client.warm())
        await client.until(instance, "status")
        await client.call("sendEvent", b'{"name": "go"}', instanceID=instance)
        await client.until(instance, "terminated")
        shown = await client.call("getInstance", instanceID=instance)
        return len(shown["status"]) == 2 and "error" not in shown

    assert all(run_virtually(heard(seed)) for seed in SEEDS)


def test_a_run_that_is_given_up_leaves_the_line() -> None:
    async def jobs_left() -> int:
        client = Client(1)
        workflow = await client.warm()
        runs = [asyncio.create_task(client.run(workflow)) for _ in range(8)]
        await asyncio.sleep(0.5)
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)
        return int(client.server.pacing.line.jobs)  # type: ignore[attr-defined]

    assert run_virtually(jobs_left()) == 0


def test_between_the_figures_of_a_table_it_is_interpolated() -> None:
    curve = Curve.of({2: 1.0, 4: 3.0})
    assert [curve.at(jobs) for jobs in (0, 1, 2, 3, 4, 9)] == [1.0, 1.0, 1.0, 2.0, 3.0, 3.0]
    assert curve.times(2).at(3) == 4.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("answers: [", "no YAML"),
        ("answers: {}", "engine"),
        ("3", "the whole"),
    ],
)
def test_figures_that_cannot_be_used_are_told(tmp_path: Path, text: str, said: str) -> None:
    figures = tmp_path / "figures.yaml"
    figures.write_text(text)
    with pytest.raises(UnusableTiming, match=said):
        load_timing(str(figures))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableTiming, match="No such file"):
        load_timing(str(tmp_path / "none.yaml"))
