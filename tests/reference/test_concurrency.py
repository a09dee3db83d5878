"""Two hundred instances at once, with events and cancellations racing."""

from __future__ import annotations

import asyncio

from tests.reference.session import NOOP, WAIT, Session, play


def test_every_one_of_many_events_reaches_its_instance() -> None:
    async def scenario(session: Session) -> None:
        workflow = await session.create({"wait_event": {"event": "go-${n}"}}, NOOP)
        runs = await asyncio.gather(*(session.run(workflow, {"n": str(number)}) for number in range(200)))
        ids = [run["id"] for run in runs]
        assert len(set(ids)) == 200
        await session.idle()
        sent = [session.event(instance, name) for n, instance in enumerate(ids) for name in ("go", f"go-{n}", "GO")]
        assert (await asyncio.gather(*sent)).count(204) >= 400
        assert all(await asyncio.gather(*map(session.ended, ids)))
        listed = await session.data("/instances", workflowID=workflow)
        assert sorted(one["id"] for one in listed) == sorted(ids)
        assert not any("error" in one for one in listed)

    play(scenario)


def test_an_event_and_a_cancellation_race_to_one_outcome() -> None:
    async def scenario(session: Session) -> None:
        workflow = await session.create(WAIT, WAIT)
        ids = [(await session.run(workflow))["id"] for _ in range(100)]
        await session.idle()
        await asyncio.gather(*(act(one) for one in ids for act in (session.event, session.cancel, session.event)))
        for instance in ids:
            shown = await session.data(f"/instances/{instance}")
            history = await session.data(f"/instances/{instance}/history")
            assert shown["error"] == "cancelled"
            assert all("terminatedAt" in entry for entry in shown["status"])
            assert [entry.get("error") for entry in history] == [entry.get("error") for entry in shown["status"]]

    play(scenario)


def test_waiting_runs_are_answered_each_at_its_end() -> None:
    async def scenario(session: Session) -> None:
        workflow = await session.create({"delay": {"duration": "5ms"}}, NOOP)
        runs = await asyncio.gather(*(session.run(workflow, wait=True) for _ in range(200)))
        assert all(run["terminated"] and len(run["status"]) == 2 for run in runs)

    play(scenario)
