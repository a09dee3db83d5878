"""What comes between a server and its clients: what they see, and that some requests are carried out all the same."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from conformance.reference.app import create_app
from conformance.reference.options import Noise, ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.reference.service.noise import NoisyNetwork

_BODY: dict[str, Any] = {"stages": [{"noop": {}}]}


async def _statuses(noise: Noise, requests: int, seed: int = 0) -> list[int]:
    app = create_app(ServerOptions(noise=noise, seed=seed))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reference") as client:
        return [(await client.get("/_info")).status_code for _ in range(requests)]


def test_a_share_of_the_answers_comes_from_a_gateway() -> None:
    async def play() -> None:
        seen = Counter(await _statuses(Noise(gateway_errors=0.2, unavailable=0.1), 400))
        assert 50 <= seen[502] <= 110
        assert 20 <= seen[503] <= 60
        assert seen[200] + seen[502] + seen[503] == 400

    asyncio.run(play())


def test_the_same_seed_disturbs_the_same_requests() -> None:
    async def play() -> None:
        noise = Noise(gateway_errors=0.3)
        first = await _statuses(noise, 50, seed=4)
        assert first == await _statuses(noise, 50, seed=4)
        assert first != await _statuses(noise, 50, seed=5)

    asyncio.run(play())


def test_about_half_of_what_is_not_answered_is_carried_out() -> None:
    async def play() -> None:
        app = create_app(ServerOptions(noise=Noise(gateway_errors=0.5)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reference") as client:
            made = Counter([(await client.post("/workflows", json=_BODY)).status_code for _ in range(100)])
            listed = next(
                answer.json()["data"]
                for answer in [await client.get("/workflows") for _ in range(50)]
                if answer.status_code == 200
            )
        assert made[201] < len(listed) < 100

    asyncio.run(play())


def test_a_gateway_answers_as_nginx_does() -> None:
    async def play() -> None:
        app = create_app(ServerOptions(noise=Noise(gateway_errors=1.0)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reference") as client:
            answer = await client.get("/_info")
        assert answer.status_code == 502
        assert answer.headers["server"] == "nginx"
        assert answer.headers["content-type"] == "text/html"
        assert b"502 Bad Gateway" in answer.content

    asyncio.run(play())


def test_a_dropped_connection_has_no_answer() -> None:
    with ReferenceProcess(ServerOptions(noise=Noise(drop=1.0))) as server, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{server.url}/_info", trust_env=False)


def test_a_stall_is_planned_with_the_first_request() -> None:
    async def play() -> None:
        inner, pauses = create_app(ServerOptions()), list[float]()
        app = NoisyNetwork(inner, Noise(stall_s=13, stall_at_s=0), 0, pauses.append)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reference") as client:
            assert pauses == []
            for _ in range(3):
                assert (await client.get("/_info")).status_code == 200
        assert pauses == [13]

    asyncio.run(play())


def test_a_slow_answer_is_the_servers_own() -> None:
    async def play() -> None:
        app = create_app(ServerOptions(noise=Noise(slow_share=1.0, slow_s=0.0)))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://reference") as client:
            assert [(await client.post("/workflows", json=_BODY)).status_code for _ in range(8)] == [201] * 8

    asyncio.run(play())
