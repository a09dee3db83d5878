"""Each operation, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.reference.wire.exact_json import read
from tests.reference.session import NOOP, UNKNOWN, WAIT, Session, play, send_stage, update_stage

BAD_CONFIGS: list[Any] = [
    b"",
    b"{",
    b"\xff",
    b"[" * 100_000,
    b'{"stages":[]} x',
    b'{"stages":[NaN]}',
    b'{"stages":[{"send":{"amount":{"asset":"X","amount":1e99999999999999999999}}}]}',
    [],
    {},
    {"stages": "x"},
    {"stages": [], "name": 1},
    {"stages": [{}]},
    {"stages": [{"noop": {}, "delay": {"duration": "1s"}}]},
    {"stages": [{"bogus": {}}]},
    {"stages": [{"noop": []}]},
    {"stages": [{"delay": {}}]},
    {"stages": [{"delay": {"duration": "soon"}}]},
    {"stages": [{"delay": {"duration": "1s", "until": "2026-01-01T00:00:00Z"}}]},
    {"stages": [{"delay": {"until": "2026-02-30T00:00:00Z"}}]},
    {"stages": [{"wait_event": {}}]},
    {"stages": [{"update": {"account": {"id": "a", "metadata": {}}}}]},
    {"stages": [{"wait_event": {"event": 1}}]},
    {"stages": [send_stage(amount=1.5)]},  # type: ignore[arg-type]
    {"stages": [send_stage(metadata={"k": 1})]},
    {"stages": [send_stage(timestamp="yesterday")]},
    {"stages": [{"update": {"account": {"id": "bank", "ledger": "default"}}}]},
]


def test_server_info() -> None:
    async def scenario(session: Session) -> None:
        assert (await session.call("GET", "/_info")).json() == {"version": "1.0.0"}

    play(scenario)


def test_create_echoes_and_reads_the_same() -> None:
    async def scenario(session: Session) -> None:
        config = {"name": " order ", "stages": [NOOP, send_stage(10**400, metadata={"k": "${v}"}), update_stage(a="b")]}
        created = (await session.call("POST", "/workflows", config)).json()["data"]
        assert created["config"] == config
        assert await session.data(f"/workflows/{created['id']}") == created
        assert await session.data("/workflows") == [created]

    play(scenario)


def test_numbers_of_any_size_and_form_come_back_digit_for_digit() -> None:
    async def scenario(session: Session) -> None:
        digits = "9" * 100_000
        body = b'{"stages":[{"send":{"amount":{"asset":"X","amount":%s},"extra":1.50}}]}' % digits.encode()
        response = await session.call("POST", "/workflows", body)
        assert response.status_code == 201
        assert digits in response.text
        assert "1.50" in response.text

    play(scenario)


@pytest.mark.parametrize("config", BAD_CONFIGS, ids=lambda config: repr(config)[:60])
def test_bad_configurations_are_refused_and_not_stored(config: Any) -> None:
    async def scenario(session: Session) -> None:
        response = await session.call("POST", "/workflows", config)
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/json"
        assert response.json()["errorCode"] == "VALIDATION"
        assert await session.data("/workflows") == []

    play(scenario)


def test_a_body_is_judged_by_its_bytes() -> None:
    async def scenario(session: Session) -> None:
        headers = {"Content-Type": "image/png"}
        response = await session.call("POST", "/workflows", b'{"stages":[]}', headers=headers)
        assert response.status_code == 201

    play(scenario)


def test_deleted_workflows_are_gone_and_their_instances_stay() -> None:
    async def scenario(session: Session) -> None:
        workflow = await session.create(NOOP)
        instance = (await session.run(workflow, wait=True))["id"]
        deleted = await session.call("DELETE", f"/workflows/{workflow}")
        assert (deleted.status_code, deleted.content) == (204, b"")
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/instances")):
            assert (await session.call(method, f"/workflows/{workflow}{path}")).status_code == 404
        assert [one["id"] for one in await session.data("/instances", workflowID=workflow)] == [instance]
        assert (await session.data(f"/instances/{instance}"))["workflow"]["id"] == workflow

    play(scenario)


@pytest.mark.parametrize("body", [b"[]", b'{"a":1}', b'{"a":null}', b"{", b"1"])
def test_bad_variables_are_refused_and_start_nothing(body: bytes) -> None:
    async def scenario(session: Session) -> None:
        workflow = await session.create(NOOP)
        assert (await session.call("POST", f"/workflows/{workflow}/instances", body)).status_code == 400
        assert await session.data("/instances") == []

    play(scenario)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"name":1}', b"[]", b"\x00"])
def test_bad_events_are_refused_and_change_nothing(body: bytes) -> None:
    async def scenario(session: Session) -> None:
        instance = await session.start(WAIT)
        before = await session.data(f"/instances/{instance}")
        assert (await session.call("POST", f"/instances/{instance}/events", body)).status_code == 400
        await session.idle()
        assert await session.data(f"/instances/{instance}") == before

    play(scenario)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/workflows/{UNKNOWN}"),
        ("DELETE", f"/workflows/{UNKNOWN}"),
        ("POST", f"/workflows/{UNKNOWN}/instances"),
        ("GET", f"/instances/{UNKNOWN}"),
        ("PUT", f"/instances/{UNKNOWN}/abort"),
        ("GET", f"/instances/{UNKNOWN}/history"),
        ("GET", f"/instances/{UNKNOWN}/stages/0/history"),
        ("GET", "/workflows/%00"),
        ("GET", "/workflows/%ff%2f%0a"),
        ("GET", "/workflows/"),
        ("GET", "/nowhere"),
    ],
)
def test_what_does_not_exist_is_not_found(method: str, path: str) -> None:
    async def scenario(session: Session) -> None:
        response = await session.call(method, path)
        assert response.status_code == 404
        assert response.json().keys() == {"errorCode", "errorMessage"}

    play(scenario)


@pytest.mark.parametrize(("number", "status"), [("0", 200), ("1", 404), ("2", 404), ("x", 400), ("1.0", 400)])
def test_stage_numbers(number: str, status: int) -> None:
    async def scenario(session: Session) -> None:
        instance = await session.start(WAIT, NOOP)
        assert (await session.call("GET", f"/instances/{instance}/stages/{number}/history")).status_code == status

    play(scenario)


@pytest.mark.parametrize("number", ["-1", str(2**31), "9" * 5000])
def test_stage_numbers_that_no_stage_can_have(number: str) -> None:
    async def scenario(session: Session) -> None:
        instance = await session.start(WAIT)
        assert (await session.call("GET", f"/instances/{instance}/stages/{number}/history")).status_code == 404

    play(scenario)


def test_another_method_is_not_allowed() -> None:
    async def scenario(session: Session) -> None:
        response = await session.call("PATCH", "/workflows")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
        assert response.json()["errorCode"] == "VALIDATION"

    play(scenario)


def test_lists_of_instances_are_filtered() -> None:
    async def scenario(session: Session) -> None:
        waiting, done = await session.create(WAIT), await session.create(NOOP)
        first, second = await session.run(waiting), await session.run(done, wait=True)
        assert [one["id"] for one in await session.data("/instances")] == [first["id"], second["id"]]
        assert [one["id"] for one in await session.data("/instances", workflowID=done)] == [second["id"]]
        assert [one["id"] for one in await session.data("/instances", running="true")] == [first["id"]]
        assert await session.data("/instances", workflowID=UNKNOWN) == []
        assert len(await session.data("/instances", running="AAA")) == 2

    play(scenario)


def test_a_prefix_is_where_the_api_is() -> None:
    async def scenario(session: Session) -> None:
        assert (await session.call("GET", "/api/orchestration/_info")).status_code == 200
        assert (await session.call("GET", "/_info")).status_code == 404

    play(scenario, prefix="/api/orchestration/")


def test_lone_surrogates_come_back() -> None:
    async def scenario(session: Session) -> None:
        response = await session.call("POST", "/workflows", b'{"stages":[{"wait_event":{"event":"\\ud800"}}]}')
        assert read(response.content)["data"]["config"]["stages"] == [{"wait_event": {"event": "\ud800"}}]

    play(scenario)
