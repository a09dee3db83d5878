"""What was acknowledged is still there after a restart, in the same process or in a new one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess, ServerDidNotStart
from tests.reference.session import NOOP, SOON, WAIT, Session, play, send_stage, update_stage

DELAY = {"delay": {"duration": "50ms"}}


async def reads(session: Session, *instances: str) -> list[object]:
    """Everything that can be read of some instances and of the workflows."""
    views = ("", "/history", "/stages/0/history")
    seen = [await session.data(f"/instances/{one}{view}") for one in instances for view in views]
    return [*seen, await session.data("/workflows"), await session.data("/instances")]


def test_a_restart_shows_in_no_view() -> None:
    async def scenario(session: Session) -> None:
        ended = (await session.run(await session.create(send_stage(5), update_stage(k="v")), wait=True))["id"]
        waiting = await session.start(NOOP, {"wait_event": {"event": "${x}"}}, x="go")
        cancelled = await session.start(WAIT)
        await session.cancel(cancelled)
        await session.call("DELETE", f"/workflows/{await session.create(NOOP)}")
        before = await reads(session, ended, waiting, cancelled)
        session.server.restarts.restart()
        assert await reads(session, ended, waiting, cancelled) == before
        await session.event(waiting)
        assert await session.ended(waiting)

    play(scenario, restart_after=10**6)


def test_what_runs_goes_on_after_a_restart() -> None:
    async def scenario(session: Session) -> None:
        workflow = await session.create(DELAY, {"delay": {"duration": "bad ${x}"}}, NOOP)
        waited = asyncio.create_task(session.run(workflow, {"x": "y"}, wait=True))
        await session.idle()
        session.server.restarts.restart()
        answered = await asyncio.wait_for(waited, SOON)
        assert [entry.get("error") is None for entry in answered["status"]] == [True, False]
        assert answered["error"] == answered["status"][1]["error"]

    play(scenario, restart_after=10**6)


def test_an_event_that_was_heard_is_not_lost_by_a_restart() -> None:
    async def scenario(session: Session) -> None:
        instance = await session.start(WAIT)
        session.server.engine.send_event(instance, "go")
        session.server.restarts.restart()
        assert await session.ended(instance)

    play(scenario, restart_after=10**6)


@pytest.mark.parametrize("restarts", [1, 2])
def test_an_event_that_comes_while_it_starts_again_is_heard(restarts: int) -> None:
    async def scenario(session: Session) -> None:
        instance = await session.start(WAIT, NOOP)
        for _ in range(restarts):
            # Nothing that was started again has had a turn yet.
            session.server.restarts.restart()
        session.server.engine.send_event(instance, "go")
        session.server.engine.send_event(instance, "go")
        assert await session.ended(instance)

    play(scenario, restart_after=10**6)


def test_what_an_account_holds_survives_a_restart() -> None:
    async def scenario(session: Session) -> None:
        await session.run(await session.create(send_stage(5)), wait=True)
        session.server.restarts.restart()
        spent = await session.run(await session.create(send_stage(5, source="bank")), wait=True)
        assert "error" not in spent
        over = await session.run(await session.create(send_stage(6, source="bank", destination=_TO)), wait=True)
        assert "error" in over

    play(scenario, restart_after=10**6)


_TO = {"account": {"id": "elsewhere"}}


def test_it_restarts_by_itself_after_so_many_requests() -> None:
    async def scenario(session: Session) -> None:
        instance = await session.start(WAIT)
        execution = session.server.engine.executions[instance]
        await session.data("/workflows")
        assert session.server.engine.executions[instance] is not execution
        await session.event(instance)
        assert await session.ended(instance)

    play(scenario, restart_after=3)


def test_a_new_process_goes_on_from_the_file(tmp_path: Path) -> None:
    options = ServerOptions(database=str(tmp_path / "kept.sqlite"))
    with ReferenceProcess(options) as first:
        workflow = httpx.post(f"{first.url}/workflows", json={"stages": [WAIT]}).json()["data"]
        instance = httpx.post(f"{first.url}/workflows/{workflow['id']}/instances").json()["data"]["id"]
    with ReferenceProcess(options) as second, httpx.Client(base_url=second.url) as client:
        assert client.get("/workflows").json()["data"] == [workflow]
        assert client.get(f"/instances/{instance}").json()["data"]["terminated"] is False
        assert client.put(f"/instances/{instance}/abort").status_code == 204
    with ReferenceProcess(options) as third:
        assert httpx.get(f"{third.url}/instances/{instance}").json()["data"]["error"] == "cancelled"


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("not a database, " * 100)
    options = ServerOptions(database=str(tmp_path / "notes"))
    with pytest.raises(ServerDidNotStart, match="cannot be used as a database"), ReferenceProcess(options):
        pass
