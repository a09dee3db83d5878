"""Looking for the instance of a run whose answer waits, and for what follows a delay."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conformance.scenarios.playing import watch
from conformance.scenarios.playing.clients import ScenarioClients
from conformance.scenarios.playing.pending_runs import PendingRuns
from conformance.scenarios.playing.timers import Timers
from conformance.scenarios.playing.watch import Watch
from conformance.scenarios.scenario.model import Discover, Until
from conformance.wire.instant import SECOND
from tests.reference.virtual_time import run_virtually


class _Clock:
    """Ten seconds pass whenever somebody asks for the time: more than anybody waits for a run that went out."""

    def __init__(self) -> None:
        self.now = 0

    def monotonic_ns(self) -> int:
        self.now += 10 * SECOND
        return self.now


class _Bindings:
    def __init__(self) -> None:
        self.instances: dict[str, Any] = {}


class _Settler:
    """``proven`` are the moments of which a control told what was due."""

    def __init__(self) -> None:
        self.proven: list[int] = []

    def settle_ns(self) -> int:
        return 0

    def effect_ns(self) -> int:
        return 0

    async def wait(self, cause: int) -> None:
        self.proven.append(cause)


class _Clients:
    """Its run waits for its turn up to the look ``admitted``; the look ``listed`` shows its instance."""

    def __init__(self, runs: PendingRuns, admitted: int, listed: int) -> None:
        self.settler, self.bindings, self.lost = _Settler(), _Bindings(), False
        self.last_run = runs.last
        self.looks, self._listed, self._admitted = 0, listed, admitted
        self._turn = runs.waiting("w")
        self._turn.__enter__()

    def meet(self, ref: str, found: str, *_: Any) -> None:
        self.bindings.instances[ref] = found

    async def perform(self, *_: Any) -> list[str]:
        self.looks += 1
        if self.looks == self._admitted:
            self._turn.__exit__(None, None, None)
        return ["i"] if self.looks >= self._listed else []


@pytest.mark.parametrize(
    ("admitted", "listed", "found", "looks"),
    [
        (8, 9, True, 9),
        # One more look once it is overdue, and no further one.
        (8, 10, False, 9),
        (1, 2, True, 2),
        (1, 3, False, 2),
    ],
)
def test_an_instance_is_looked_for_until_its_run_is_overdue(
    monkeypatch: pytest.MonkeyPatch, admitted: int, listed: int, found: bool, looks: int
) -> None:
    clock = _Clock()
    monkeypatch.setattr(watch, "time", clock)
    monkeypatch.setattr(watch, "listed_ids", lambda answer: answer)
    clients = _Clients(PendingRuns(clock.monotonic_ns), admitted, listed)
    seen = asyncio.run(Watch(cast(ScenarioClients, clients), cast(Any, None)).discover(Discover("i1", "w")))
    assert (seen, clients.looks) == (found, looks)
    # Nobody gives up before a control has told that the run's instance was due.
    assert clients.settler.proven == [clients.last_run("w")]


class _LoopClock:
    """The clock of the loop, whose time is virtual."""

    def monotonic_ns(self) -> int:
        return round(asyncio.get_running_loop().time() * SECOND)

    time_ns = monotonic_ns


class _InDelay:
    """An instance in a delay until ``ends`` (ns), which moves once that is over."""

    terminated, moved, run = False, 0, None

    def __init__(self, ends: int) -> None:
        self.ends = ends

    def next_cause(self, *_: int) -> int:
        return self.ends


class _SlowSettler:
    timers = Timers()

    def settle_ns(self) -> int:
        return 4 * SECOND

    def effect_ns(self) -> int:
        return SECOND


class _SlowClients:
    def __init__(self, bound: _InDelay, clock: _LoopClock) -> None:
        self.settler, self.lost, self._clock = _SlowSettler(), False, clock
        self.bindings = SimpleNamespace(instances={"i1": bound})
        self.looks: list[float] = []

    def stop(self) -> bool:
        return False

    async def perform(self, *_: Any) -> object:
        self.looks.append(self._clock.monotonic_ns() / SECOND)
        return object()


@pytest.mark.parametrize("shown", [9.3, 12.1])
def test_what_follows_a_long_delay_is_seen_soon(monkeypatch: pytest.MonkeyPatch, shown: float) -> None:
    clock = _LoopClock()
    clients = _SlowClients(_InDelay(round((shown - 0.2) * SECOND)), clock)
    monkeypatch.setattr(watch, "time", clock)
    monkeypatch.setattr(watch, "_reached", lambda *_: clients.looks[-1] >= shown)
    looking = Watch(cast(ScenarioClients, clients), cast(Any, None))
    assert run_virtually(looking.until(Until("i1", "waiting", 1)))
    assert shown <= clients.looks[-1] < shown + 0.3
    # Meanwhile it was looked at now and then, for the delay may end too early.
    assert len(clients.looks) < 16
