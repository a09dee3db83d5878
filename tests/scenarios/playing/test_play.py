from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.scenarios import Job, Played, Player, Scenario, Settler, from_json
from conformance.scenarios.playing.audit import clean_up
from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.playing.clients import ScenarioClients
from conformance.scenarios.scenario.model import (
    MARKER,
    UNKNOWN,
    Cancel,
    Chain,
    Create,
    CreateRaw,
    Delete,
    Discover,
    GetWorkflow,
    Info,
    ListInstances,
    Pause,
    Read,
    Run,
    RunRaw,
    Send,
    Settle,
    StageConfig,
    StageHistory,
    Step,
    Together,
    Until,
)
from conformance.target import LoopLag, Target, TargetConfig
from conformance.target.finishing import later
from conformance.target.pacing.run_gate import Place, RunGate
from conformance.trace import Exchange, Failure, Request, Response
from tests.scenarios.conftest import play, played_at

NOOP: StageConfig = {"noop": {}}
HOUR: StageConfig = {"delay": {"duration": "1h"}}


def wait_for(event: str) -> StageConfig:
    return {"wait_event": {"event": event}}


def of_step(played: Played, step: int) -> list[Exchange]:
    return [exchange for exchange in played.trace.exchanges if exchange.step == step]


def test_steps_become_exchanges_with_their_numbers(url: str) -> None:
    steps = (Create("w1", (wait_for("go"), NOOP)), Run("i1", "w1"), Until("i1", "waiting"), Send("i1", "go"))
    played = play(url, *steps, Until("i1", "ended"))
    found = [(exchange.step, exchange.operation, exchange.status) for exchange in played.trace.exchanges]
    assert found[:2] == [(0, "createWorkflow", 201), (1, "runWorkflow", 201)]
    assert (3, "sendEvent", 204) in found
    assert {operation for step, operation, _ in found if step == 2} == {"getInstanceHistory"}
    assert of_step(played, 4)[-1].data["terminated"] is True
    assert from_json(played.trace.scenario) == played.job.scenario
    assert played.trace.complete
    assert played.trace.notes == ()


def test_the_audit_reads_everything_once_it_is_due(url: str) -> None:
    played = play(url, Create("w1", (NOOP, wait_for("go"), NOOP)), Run("i1", "w1"))
    audit = [exchange for exchange in played.trace.exchanges if exchange.client == "audit"]
    operations = [exchange.operation for exchange in audit]
    assert operations[-1] == "listWorkflows"
    assert [dict(each.request.query).keys() for each in audit if each.operation == "listInstances"] == [
        {"workflowID"},
        {"workflowID", "running"},
        {"running"},
    ]
    run = of_step(played, 1)[0]
    due = played.trace.settled_at(run.received)
    assert due is not None
    settled = [e.operation for e in audit if e.sent > due]
    for operation in ("getInstance", "getInstanceHistory"):
        assert settled.count(operation) >= 2
    stages = [e.params["number"] for e in audit if e.operation == "getInstanceStageHistory"]
    assert stages == ["0", "1", "2", "3"]


def test_nothing_is_left_behind(url: str) -> None:
    played = play(url, Create("w1", (HOUR,)), Run("i1", "w1"), Create("w2", (wait_for("x"),)), Run("i2", "w2"))
    assert played.leftovers == ()
    made = {exchange.data["id"] for step in (0, 2) for exchange in of_step(played, step)}
    instances = [exchange.data["id"] for step in (1, 3) for exchange in of_step(played, step)]
    cancelled = [e.params["instanceID"] for e in played.trace.exchanges if e.operation == "cancelEvent" and e.ok]
    assert cancelled == instances
    listed = httpx.get(f"{url}/workflows").json()["data"]
    assert made.isdisjoint(entry["id"] for entry in listed)


def test_lanes_are_concurrent_and_an_unanswered_run_can_be_found(url: str) -> None:
    """The run's answer waits for the event that only the other lane sends: one after the other it would never come."""
    other = Chain((Discover("i1", "w1"), Until("i1", "waiting"), Send("i1", "go")))
    played = play(url, Create("w1", (wait_for("go"),)), Together((Run("i1", "w1", wait=True), other)))
    run, sent = of_step(played, 2)[0], of_step(played, 6)[0]
    assert run.status == 201
    assert run.data["terminated"] is True
    assert run.sent < sent.sent < run.received
    assert run.client != sent.client


def test_steps_have_the_forms_of_their_scenario_and_what_comes_after_them_has_none(url: str) -> None:
    steps = (Create("w1", (NOOP,)), GetWorkflow("w1"))
    played = asyncio.run(played_at(url, Scenario(steps, forms=("charset", "encoded"))))[0]
    own = [exchange for exchange in played.trace.exchanges if exchange.step is not None]
    assert [exchange.status for exchange in own] == [201, 200]
    assert own[0].request.header("content-type") == "application/json; charset=utf-8"
    assert "%2D" in own[1].request.path
    assert not any("%2D" in each.request.path for each in played.trace.exchanges if each.step is None)
    assert not played.leftovers


def test_a_client_that_leaves_waits_until_the_instance_should_have_come_and_no_longer(url: str) -> None:
    steps = (Create("w1", (wait_for("go"),)), Run("i1", "w1", wait=True, leaves=True), Discover("i1", "w1"))
    played = play(url, *steps, Send("i1", "go"), Until("i1", "ended"))
    (run,) = of_step(played, 1)
    assert run.failed_by("aborted")
    assert of_step(played, 3)[0].status == 204
    assert of_step(played, 4)[-1].data["terminated"] is True
    assert not played.trace.notes


def test_lanes_have_open_connections_before_they_begin(url: str) -> None:
    played = play(url, Together((Info(), Info(), Info())))
    warm = [e for e in played.trace.exchanges if e.step is None and e.operation == "getServerInfo"]
    lanes = [of_step(played, number)[0] for number in (1, 2, 3)]
    assert {e.client for e in warm} == {e.client for e in lanes}
    assert len({e.client for e in lanes}) == 3
    assert max(e.received for e in warm) < min(e.sent for e in lanes)


def test_steps_without_what_they_refer_to_are_left_out_and_noted(url: str) -> None:
    played = play(url, Run("i1", UNKNOWN), Read("i1"), Until("i1", "ended"), Together((Cancel("i1"), Info())))
    assert [of_step(played, step) for step in (1, 2, 4)] == [[], [], []]
    assert len(played.trace.notes) == 3
    assert of_step(played, 5)[0].ok


def test_unknown_ids_have_the_form_of_the_servers_own(url: str) -> None:
    played = play(url, Create("w1", ()), GetWorkflow(UNKNOWN), StageHistory(UNKNOWN, "0"))
    ids = [exchange.request.path.split("/")[2] for step in (1, 2) for exchange in of_step(played, step)]
    own = of_step(played, 0)[0].data["id"]
    assert [len(each) for each in ids] == [len(own)] * 2
    assert ids[0] != ids[1]
    assert [exchange.status for step in (1, 2) for exchange in of_step(played, step)] == [404, 404]


def test_markers_are_unique_and_dates_concrete(url: str) -> None:
    raw = CreateRaw(f'{{"name":"{MARKER}"}}')
    played = play(url, raw, raw, Create("w1", ({"delay": {"until": "now+1h"}},)))
    bodies = [of_step(played, step)[0].request.body for step in (0, 1)]
    assert bodies[0] != bodies[1]
    assert all(body is not None and b"marker-" in body for body in bodies)
    assert of_step(played, 2)[0].request_json["stages"][0]["delay"]["until"].endswith("Z")


def test_settling_waits_for_what_moves_by_itself(url: str) -> None:
    stages: tuple[StageConfig, ...] = (wait_for("go"), {"delay": {"duration": "200ms"}}, NOOP)
    steps = (Create("w1", stages), Run("i1", "w1"), Until("i1", "waiting"), Send("i1", "go"), Settle(), Read("i1"))
    assert of_step(play(url, *steps), 5)[0].data["terminated"] is True


def test_a_poll_gives_up_when_progress_is_overdue() -> None:
    with ReferenceProcess(ServerOptions(faults=("cancel-ignored",))) as server:
        played = play(server.url, Create("w1", (HOUR,)), Run("i1", "w1"), Cancel("i1"), Until("i1", "ended"), Info())
    assert of_step(played, 3)[-1].data["terminated"] is False
    due = played.trace.settled_at(of_step(played, 2)[0].received)
    assert due is not None
    assert of_step(played, 3)[-1].sent > due
    assert of_step(played, 4)[0].ok


def test_scenarios_overlap(url: str) -> None:
    """Each waits for an event of its own; together they take turns on the wire."""
    one = Scenario((Create("w1", (NOOP,)), Run("i1", "w1"), Settle(), Pause(1), Info()))
    played = asyncio.run(played_at(url, *[one] * 6))
    spans = [(each.trace.exchanges[0].sent, each.trace.exchanges[-1].received) for each in played]
    assert max(begin for begin, _ in spans) < min(end for _, end in spans)
    assert [each.job.id for each in played] == [f"t{number}" for number in range(6)]


class _Pairs(RunGate):
    """A gate of a slow target, at which two runs may well go out at once; it notes how many were asked for at once."""

    def __init__(self) -> None:
        super().__init__()
        self.entered: list[int] = []

    @property
    def most_together(self) -> int:
        """Two."""
        return 2

    async def enter(self, runs: int = 1, *, behind: int | None = None) -> list[Place]:
        """Note it."""
        self.entered.append(runs)
        return await super().enter(runs, behind=behind)


def test_of_more_runs_at_once_than_a_slow_target_takes_as_many_as_it_does_go_out_together(url: str) -> None:
    async def crowded() -> list[int]:
        async with Target(TargetConfig(url=url)) as target, Settler(target) as settler:
            target.gate = gate = _Pairs()
            runs = Together(tuple(Run(f"i{number}", "w1") for number in range(3)))
            played = await Player(target, settler).play(Job("t", Scenario((Create("w1", (NOOP,)), runs))))
            assert sum(each.operation == "runWorkflow" and each.ok for each in played.trace.exchanges) == 3
            return gate.entered

    entered = asyncio.run(crowded())
    assert entered.count(2) == 1
    assert max(entered) == 2


def test_stopping_leaves_out_the_rest_but_cleans_up(url: str) -> None:
    async def stopped() -> Played:
        async with Target(TargetConfig(url=url)) as target, Settler(target) as settler:
            player = Player(target, settler, stop=lambda: target.runs > 4)
            return await player.play(Job("t", Scenario((Create("w1", (HOUR,)), Run("i1", "w1"), Read("i1")))))

    played = asyncio.run(stopped())
    assert played.trace.complete is False
    assert [exchange.operation for exchange in played.trace.exchanges] == [
        "createWorkflow",
        "runWorkflow",
        "cancelEvent",
        "deleteWorkflow",
    ]
    assert played.leftovers == ()


@pytest.fixture
def nowhere() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def test_an_unreachable_target_ends_the_scenario(nowhere: str) -> None:
    played = play(nowhere, *(Info() for _ in range(9)))
    assert played.trace.complete is False
    assert [exchange.failure and exchange.failure.kind for exchange in played.trace.exchanges] == ["refused"] * 3


def test_a_run_is_waited_for_no_longer_than_until_it_is_time_to_stop(url: str) -> None:
    async def main() -> Played:
        async with Target(TargetConfig(url=url)) as target, LoopLag() as lag:
            player = Player(target, Settler(target, lag), stop=lambda: target.runs > 0)
            return await player.play(Job("s1", Scenario((Create("w1", (HOUR,)), Run("i1", "w1", wait=True)))))

    played = asyncio.run(main())
    (run,) = of_step(played, 1)
    assert run.failure is not None
    assert run.failure.kind == "aborted"
    assert not played.trace.complete
    # Nobody had its id, but it was found and cancelled.
    assert played.leftovers == ()
    assert "cancelEvent" in [exchange.operation for exchange in played.trace.exchanges]


def test_a_run_that_nothing_answers_is_given_up_a_timeout_after_the_stop() -> None:
    now = [False]
    over = later(lambda: now[0], 0.0)
    assert not over()
    now[0] = True
    assert over()
    assert not later(lambda: True, 60.0)()


def test_a_waiting_run_whose_end_is_shown_is_given_up_once_its_answer_is_overdue() -> None:
    """No other traffic tells when that is: the play itself has a control begin then."""

    async def main(url: str) -> Played:
        async with Target(TargetConfig(url=url, timeout_s=1.0)) as target, Settler(target) as settler:
            run = Run("i1", "w1", {"end": "soon"}, wait=True)
            steps = Together((run, Chain((Discover("i1", "w1"), Until("i1", "ended")))))
            stages: tuple[StageConfig, ...] = ({"delay": {"until": "${end}"}},)
            return await Player(target, settler).play(Job("s1", Scenario((Create("w1", stages), steps))))

    with ReferenceProcess(ServerOptions(faults=("wait-on-failure-hangs",))) as server:
        played = asyncio.run(main(server.url))
    (waited,) = [each for each in played.trace.exchanges if each.operation == "runWorkflow"]
    shown = next(each for each in played.trace.exchanges if each.operation == "getInstance" and each.data["terminated"])
    due = played.trace.settled_at(shown.received)
    assert waited.failed_by("timeout")
    assert due is not None
    assert due < waited.received


class _Unheard:
    """A clients whose requests are left without an answer, but for the first ones."""

    lost = False

    def __init__(self, answered: int, *, silent: bool = False) -> None:
        self.target = SimpleNamespace(silence=SimpleNamespace(lasts=silent))
        self.bindings = Bindings("seed")
        self.bindings.workflows |= {f"w{number}": f"id{number}" for number in range(6)}
        self.asked: list[Step] = []
        self._answered = answered

    async def perform(self, step: Step, _: object) -> Exchange:
        self.asked.append(step)
        heard = len(self.asked) <= self._answered
        outcome = {"response": Response(204)} if heard else {"failure": Failure("timeout", "no answer")}
        return Exchange(len(self.asked), Request("DELETE", "http://server/x", "/x"), 0, 1, **outcome)


@pytest.mark.parametrize(("answered", "asked", "left"), [(6, 6, 0), (3, 5, 3), (0, 2, 6)])
def test_a_target_that_answers_nothing_is_not_asked_to_the_end(answered: int, asked: int, left: int) -> None:
    clients: Any = _Unheard(answered)
    assert len(asyncio.run(clean_up(clients, clients))) == left
    assert len(clients.asked) == asked


def test_strays_of_a_silent_target_are_asked_for_once() -> None:
    clients: Any = _Unheard(0)
    asyncio.run(clean_up(clients, clients, ["w0", "w1", "w2"]))
    assert [type(step) for step in clients.asked] == [ListInstances, Delete, Delete]


def test_a_target_that_has_answered_nobody_for_long_is_asked_nothing() -> None:
    clients: Any = _Unheard(6, silent=True)
    assert len(asyncio.run(clean_up(clients, clients, ["w0"]))) == len(clients.bindings.workflows)
    assert clients.asked == []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int | None]]:
    """How many runs asked to be admitted, behind how many others, each time but for controls, which go first."""
    enter, asked = RunGate.enter, list[tuple[int, int | None]]()

    def noted(gate: RunGate, runs: int = 1, *, behind: int | None = None) -> Awaitable[list[Place]]:
        if behind != 0:
            asked.append((runs, behind))
        return enter(gate, runs, behind=behind)

    monkeypatch.setattr(RunGate, "enter", noted)
    return asked


def test_what_has_begun_goes_before_what_has_not(url: str, asked: list[tuple[int, int | None]]) -> None:
    play(url, Create("w1", (NOOP,)), Run("i1", "w1"), Run("i2", "w1"), Together((Run("i3", "w1"), Run("i4", "w1"))))
    assert asked == [(1, None), (1, 1), (2, 1)]


def test_what_has_to_be_refused_waits_for_nobody(url: str, asked: list[tuple[int, int | None]]) -> None:
    refused = (RunRaw("w1", "[]"), Delete("w1"), Run("i1", "w1"), Run("i2", UNKNOWN, {}))
    played = play(url, Create("w1", (NOOP,)), *refused)
    runs = [each.status for each in played.trace.exchanges if each.operation == "runWorkflow"]
    assert (runs[:3], asked) == ([400, 404, 404], [])


@pytest.mark.parametrize(("until", "first"), [("now+1s", "a run"), ("now+1h", "a workflow")])
def test_a_slow_target_admits_the_run_before_a_near_moment_is_fixed(
    url: str, monkeypatch: pytest.MonkeyPatch, until: str, first: str
) -> None:
    enter, perform, order = RunGate.enter, ScenarioClients._perform, list[str]()

    def entered(gate: RunGate, runs: int = 1, *, behind: int | None = None) -> Awaitable[list[Place]]:
        if behind is None:
            order.append("a run")
        return enter(gate, runs, behind=behind)

    def performed(clients: ScenarioClients, step: Step, *rest: Any) -> Awaitable[Exchange | None]:
        if isinstance(step, Create):
            order.append("a workflow")
        return perform(clients, step, *rest)

    async def main() -> Played:
        async with Target(TargetConfig(url=url)) as target, Settler(target) as settler:
            monkeypatch.setattr(RunGate, "enter", entered)
            monkeypatch.setattr(RunGate, "slow", True)
            monkeypatch.setattr(ScenarioClients, "_perform", performed)
            steps = (Create("w1", ({"delay": {"until": until}},)), Run("i1", "w1"), Read("i1"))
            (played,) = await Player(target, settler).play_all([Job("t", Scenario(steps))])
            assert target.gate.in_flight == 0
            assert target.gate.has_room
            return played

    played = asyncio.run(main())
    assert order == [first, *({"a run", "a workflow"} - {first})]
    assert [each.status for each in of_step(played, 1)] == [201]
