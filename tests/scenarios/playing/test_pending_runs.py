"""Runs without an answer yet: since when they are waited for, and until when."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from conformance.scenarios.playing.pending_runs import PendingRuns
from conformance.target.pacing.known_end import KnownEnd
from conformance.trace import Exchange, Request, Response


def test_a_run_that_went_out_is_remembered_and_one_that_waits_is_of_now() -> None:
    times = iter((5, 7, 9, 11))
    runs = PendingRuns(lambda: next(times))
    assert runs.last("w") == 0
    with runs.waiting("w"):
        assert runs.last("w") == 5
        assert runs.last("other") == 0
    # It went out at 7.
    assert [runs.last("w"), runs.last("w")] == [7, 7]


def read(shown: Any, status: int = 200, operation: str = "getInstance") -> Exchange:
    body = json.dumps({"data": shown}).encode()
    headers = (("content-type", "application/json"),)
    request = Request("GET", "http://server/instances/i", "/instances/i")
    return Exchange(0, request, 0, 1, Response(status, headers, body), operation=operation)


ENDED = {"id": "i", "workflowID": "w", "terminated": True}


def answer(instance_id: str) -> Exchange:
    body = json.dumps({"data": {"id": instance_id}}).encode()
    request = Request("POST", "http://server/workflows/w/instances", "/workflows/w/instances")
    response = Response(201, (("content-type", "application/json"),), body)
    return Exchange(0, request, 0, 1, response, operation="runWorkflow", params={"workflowID": "w"})


@pytest.mark.parametrize(("known", "shown", "ends"), [("a", "i", True), ("i", "i", False)])
def test_what_other_runs_gave_is_not_the_instance_of_the_one_that_waits(known: str, shown: str, *, ends: bool) -> None:
    pending = PendingRuns()
    pending.begun("w", waits=False)
    pending.begun("w", waits=True)
    pending.answered(answer(known))

    assert (pending.ended(read(ENDED | {"id": shown})) is not None) == ends


@pytest.mark.parametrize("usual", [0, 3600])
def test_what_is_known_of_the_end_bounds_a_wait_whatever_was_expected(usual: int) -> None:
    async def bounds() -> list[float]:
        known, found = KnownEnd(), []
        now = asyncio.get_running_loop().time()
        async with asyncio.timeout(usual + 60) as wait:
            with known.ending(wait):
                for seconds in (600, 30):
                    known.after(seconds)
                    await asyncio.sleep(0)
                    found.append((wait.when() or 0) - now)
        return found

    assert asyncio.run(bounds()) == pytest.approx([600, 30], abs=20)


@pytest.mark.parametrize(
    ("exchange", "runs", "waits", "ends"),
    [
        (read(ENDED), 1, True, True),
        (read(ENDED | {"terminated": False}), 1, True, False),
        (read(ENDED | {"workflowID": "other"}), 1, True, False),
        (read(ENDED | {"workflowID": 3}), 1, True, False),
        (read(ENDED, 404), 1, True, False),
        (read([ENDED]), 1, True, False),
        (read(ENDED, operation="getWorkflow"), 1, True, False),
        # The instance may be that of the other run.
        (read(ENDED), 2, True, False),
        (read(ENDED), 1, False, False),
    ],
)
def test_the_end_of_its_instance_bounds_the_wait_for_a_run(
    exchange: Exchange, runs: int, *, waits: bool, ends: bool
) -> None:
    pending = PendingRuns()
    known = [pending.begun("w", waits=waits) for _ in range(runs)][-1]
    assert pending.ended(exchange) is (known if ends else None)
    # What is shown once more says nothing new.
    assert pending.ended(exchange) is None
