from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from conformance.reference.process import ReferenceProcess
from conformance.scenarios import Job, Played, Player, Scenario, Settler
from conformance.target import Target, TargetConfig


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """A correct and fast server, shared by the tests: each of them looks only at what it made itself."""
    with ReferenceProcess() as server:
        yield server.url


async def played_at(url: str, *scenarios: Scenario) -> list[Played]:
    async with Target(TargetConfig(url=url)) as target, Settler(target) as settler:
        jobs = [Job(f"t{number}", scenario) for number, scenario in enumerate(scenarios)]
        played = await Player(target, settler).play_all(jobs)
    return sorted(played, key=lambda each: each.job.id)


def play(url: str, *steps: object) -> Played:
    return asyncio.run(played_at(url, Scenario(steps)))[0]  # type: ignore[arg-type]
