"""Once the time for a run is up, nothing is asked any more, and nothing under way is waited for."""

from __future__ import annotations

import asyncio
import math
import time

from conformance.target import Recorder, Target, TargetConfig
from conformance.target.pacing.deadline import ENDLESS, Deadline
from conformance.trace import Exchange
from tests.target.server import RawServer, always, answer, never, serving

_AGES = 1000.0


def aimed(server: RawServer, deadline: Deadline) -> Target:
    return Target(TargetConfig(url=server.url), deadline=deadline)


def test_what_is_under_way_when_the_time_is_up_is_given_up() -> None:
    async def run() -> tuple[Exchange, tuple[Exchange, ...]]:
        deadline = Deadline()
        async with serving(never) as server, aimed(server, deadline) as target:
            recorder = Recorder()
            client = target.client(recorder)
            # From here to the request nothing is waited for, however busy the machine is.
            deadline.traffic = deadline.cleanup = time.monotonic() + 0.3
            answer = await client.request("GET", "/_info", timeout_s=_AGES)
            await client.aclose()
            return answer, recorder.exchanges()

    given, recorded = asyncio.run(asyncio.wait_for(run(), 60))
    assert given.failed_by("aborted")
    assert [each.failed_by("aborted") for each in recorded] == [True]


def test_afterwards_there_is_time_to_tidy_up_and_then_none() -> None:
    async def run(deadline: Deadline) -> tuple[Exchange, int, int]:
        async with serving(always(answer())) as server, aimed(server, deadline) as target:
            recorder = Recorder()
            client = target.client(recorder)
            answered = await client.request("GET", "/_info")
            await client.aclose()
            return answered, len(recorder.exchanges()), len(server.heads)

    now = time.monotonic()
    tidied, *_ = asyncio.run(run(Deadline(now - 1, now + _AGES)))
    assert tidied.status == 200
    late, recorded, sent = asyncio.run(run(Deadline(now - 2, now - 1)))
    assert late.failed_by("aborted")
    assert (recorded, sent) == (0, 0)


def test_it_passes_once() -> None:
    now = time.monotonic()
    assert not ENDLESS.passed
    assert math.isinf(ENDLESS.end)
    assert Deadline(now - 1, now + _AGES).passed
    assert Deadline(now - 1, now + _AGES).traffic_left_s == 0.0
    assert Deadline(now + _AGES, now + _AGES).traffic_left_s > 0
