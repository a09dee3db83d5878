"""How instances live: stages, variables, events, cancellations, history and the ledger."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.reference.engine.clock import SECOND, rfc3339
from conformance.reference.engine.durations import date_time
from tests.reference.session import NOOP, WAIT, Session, play, send_stage, update_stage


def kinds(history: Any) -> list[tuple[str, bool]]:
    return [(entry["name"], entry["terminated"]) for entry in history]


def test_stages_run_one_after_another_and_history_tells() -> None:
    async def scenario(session: Session) -> None:
        stages = [NOOP, {"delay": {"duration": "1ms"}}, {"wait_event": {"event": "go-${x}"}}, NOOP]
        workflow = await session.create(*stages)
        instance = (await session.run(workflow, {"x": "1"}))["id"]
        assert await session.reaches(instance, 2)
        history = await session.data(f"/instances/{instance}/history")
        assert kinds(history) == [("RunNoop", True), ("RunDelay", True), ("RunWaitEvent", False)]
        assert history[2]["input"] == {"event": "go-1"}
        assert await session.event(instance, "go-2") == 204
        assert kinds(await session.data(f"/instances/{instance}/history")) == kinds(history)
        assert await session.event(instance, "go-1") == 204
        assert await session.ended(instance)
        shown = await session.data(f"/instances/{instance}")
        assert shown["terminated"]
        assert "error" not in shown
        assert [entry["stage"] for entry in shown["status"]] == [0, 1, 2, 3]
        times = [shown["createdAt"], *(entry[at] for entry in shown["status"] for at in ("startedAt", "terminatedAt"))]
        assert [*times, shown["terminatedAt"]] == sorted([*times, shown["terminatedAt"]])
        assert await session.event(instance, "go-1") == 400

    play(scenario)


def test_an_instance_without_stages_terminates() -> None:
    async def scenario(session: Session) -> None:
        shown = await session.run(await session.create(), wait=True)
        assert (shown["terminated"], shown["status"]) == (True, [])

    play(scenario)


def test_an_event_ends_at_most_one_stage() -> None:
    async def scenario(session: Session) -> None:
        instance = await session.start(WAIT, WAIT)
        await session.event(instance)
        history = await session.data(f"/instances/{instance}/history")
        assert kinds(history) == [("RunWaitEvent", True), ("RunWaitEvent", False)]

    play(scenario)


@pytest.mark.parametrize("stage", [WAIT, {"delay": {"duration": "1h"}}])
def test_cancelling_ends_stage_and_instance_with_an_error(stage: Any) -> None:
    async def scenario(session: Session) -> None:
        instance = await session.start(stage, NOOP)
        assert await session.cancel(instance) == 204
        assert await session.event(instance) == 400
        shown = await session.data(f"/instances/{instance}")
        (entry,) = shown["status"]
        assert shown["error"] == entry["error"] == "cancelled"
        assert entry["terminatedAt"] <= shown["terminatedAt"]
        (entry,) = await session.data(f"/instances/{instance}/history")
        assert (entry["terminated"], entry["error"]) == (True, "cancelled")
        assert await session.data("/instances", running="true") == []
        assert await session.cancel(instance) == 204
        assert await session.data(f"/instances/{instance}") == shown

    play(scenario)


@pytest.mark.parametrize("skew", [0.0, 600.0, -600.0])
def test_delays_end_not_before_their_time_by_the_servers_clock(skew: float) -> None:
    async def scenario(session: Session) -> None:
        until = session.server.clock.now() + SECOND // 50
        workflow = await session.create({"delay": {"duration": "20ms"}}, {"delay": {"until": rfc3339(until)}})
        first, second = (await session.run(workflow, wait=True))["status"]
        assert nanoseconds(first["terminatedAt"]) - nanoseconds(first["startedAt"]) >= SECOND // 50
        assert nanoseconds(second["terminatedAt"]) >= until

    play(scenario, clock_skew=skew)


def nanoseconds(timestamp: str) -> int:
    found = date_time(timestamp)
    assert found is not None
    return found


def test_money_moves_and_metadata_is_added() -> None:
    async def scenario(session: Session) -> None:
        amount = 10**30 + 1
        workflow = await session.create(send_stage(amount, metadata={"k": "${v}"}), update_stage(owner="${v}"))
        instance = (await session.run(workflow, {"v": "x"}, wait=True))["id"]
        sent, updated = [(await session.data(f"/instances/{instance}/stages/{n}/history"))[0] for n in (0, 1)]
        posting = {"source": "world", "destination": "bank", "asset": "USD/2", "amount": amount}
        given = {"ledger": "default", "data": {"postings": [posting], "metadata": {"k": "x"}}}
        assert (sent["name"], sent["attempt"], sent["input"]) == ("CreateTransaction", 1, {"CreateTransaction": given})
        transaction = sent["output"]["CreateTransaction"]["data"]
        assert (transaction["postings"], transaction["metadata"]) == ([posting], {"k": "x"})
        account = {"id": "bank", "ledger": "default", "metadata": {"owner": "x"}}
        assert updated["input"] == {"AddAccountMetadata": account}
        book = session.server.ledger.books["default"]
        assert (book.balances["bank", "USD/2"], book.metadata["bank"]) == (amount, {"owner": "x"})
        history = await session.data(f"/instances/{instance}/history")
        defaults = {"ledger": "default", "throughAccount": "world", "allowOverdraft": False}
        assert history[0]["input"]["source"] == {"account": {"id": "world"} | defaults}

    play(scenario)


def test_money_between_ledgers_passes_through_an_account() -> None:
    async def scenario(session: Session) -> None:
        workflow = await session.create(send_stage(7, destination={"account": {"id": "bank", "ledger": "other"}}))
        instance = (await session.run(workflow, wait=True))["id"]
        activities = await session.data(f"/instances/{instance}/stages/0/history")
        assert [one["input"]["CreateTransaction"]["ledger"] for one in activities] == ["default", "other"]
        assert session.server.ledger.books["other"].balances["bank", "USD/2"] == 7

    play(scenario)


@pytest.mark.parametrize(
    ("stage", "variables", "recorded"),
    [
        (send_stage(source="poor"), {}, True),
        (send_stage(amount=-1), {}, True),
        ({"send": {}}, {}, True),
        ({"update": {}}, {}, True),
        (send_stage(source="w") | {"send": {"source": {"wallet": {"id": "w"}}}}, {}, True),
        ({"delay": {"duration": "${d}"}}, {"d": "soon"}, True),
        ({"delay": {"duration": "${d}"}}, {}, True),
        ({"delay": {"until": "${d}"}}, {"d": "soon"}, False),
    ],
)
def test_a_stage_that_fails_ends_the_instance(stage: Any, variables: dict[str, str], recorded: bool) -> None:
    """What could only be shown in history with an input that is invalid is not shown there at all."""

    async def scenario(session: Session) -> None:
        shown = await session.run(await session.create(stage, NOOP), variables, wait=True)
        (entry,) = shown["status"]
        assert entry["error"] == shown["error"]
        history = await session.data(f"/instances/{shown['id']}/history")
        assert [one["error"] for one in history] == [shown["error"]] * recorded

    play(scenario)


def test_an_overdraft_can_be_allowed() -> None:
    async def scenario(session: Session) -> None:
        stage = send_stage()
        stage["send"]["source"] = {"account": {"id": "poor", "allowOverdraft": True}}
        shown = await session.run(await session.create(stage), wait=True)
        assert "error" not in shown

    play(scenario)


def test_variables_belong_to_their_run() -> None:
    async def scenario(session: Session) -> None:
        workflow = await session.create(WAIT, {"wait_event": {"event": "${a}-${b}-${c}"}})
        runs = [await session.run(workflow, {"a": str(number), "b": "${a}"}) for number in range(3)]
        await session.idle()
        for run in runs:
            await session.event(run["id"])
        histories = [await session.data(f"/instances/{run['id']}/history") for run in runs]
        assert [found[1]["input"]["event"] for found in histories] == [f"{number}-${{a}}-${{c}}" for number in range(3)]

    play(scenario)
