"""A few requests to each of the servers that misbehave: what is proven is a violation, and nothing else is one.

`python -m benchmarks.hostile` runs the whole suite against each of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from benchmarks.hostile.behaviours import BEHAVIOURS
from benchmarks.hostile.behaviours.behaviour import Behaviour
from benchmarks.hostile.server import HostileServer
from conformance.confirming.credibility import may_be_chance
from conformance.contract.calls import Call
from conformance.judging.judging import Judge
from conformance.reference.process import ReferenceProcess
from conformance.reports.text import one_line
from conformance.target import Recorder, Target, TargetConfig, send
from conformance.target.ids import answered_id
from conformance.trace import Trace

_WORKFLOW = '{"name":"hostile","stages":[{"noop":{}}]}'
_UNKNOWN = "0b8f2c1e-8b1e-4c5a-9f4e-2f1d3c4b5a69"
_CALLS = (
    Call("createWorkflow", body=_WORKFLOW),
    Call("getServerInfo"),
    Call("listWorkflows"),
    Call("getWorkflow", {"flowId": _UNKNOWN}),
)
_PATIENCE_S = 0.5
# They take seconds, or show only in what follows from an answer: `python -m benchmarks.hostile` has the time for them.
_SLOW = {
    "101",
    "chunk-beyond-all",
    "deflate-bomb",
    "drip-body",
    "drip-head",
    "endless-chunks",
    "escapes-in-ids",
    "half-close",
    "late",
    "length-too-long",
    "long-text",
    "maintenance",
    "many-keys",
    "many-values",
    "retry-in-a-year",
    "silent-after-head",
    "too-many",
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with ReferenceProcess() as server:
        yield server.url


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def visited(behaviour: Behaviour, upstream: str) -> Trace:
    """The trace of a few requests."""

    async def run() -> Trace:
        server = HostileServer(behaviour, upstream)
        config = TargetConfig(url=await server.start(), timeout_s=_PATIENCE_S)
        async with Target(config) as target:
            recorder = Recorder()
            client = target.client(recorder)
            made = answered_id(await send(client, target.api.prepare(_CALLS[0])))
            for call in (*_CALLS[1:], Call("deleteWorkflow", {"flowId": made or _UNKNOWN})):
                await send(client, target.api.prepare(call))
            await client.aclose()
        await server.close()
        return Trace(behaviour.name, recorder.exchanges(), origin=recorder.origin)

    return asyncio.run(asyncio.wait_for(run(), 120))


@pytest.mark.parametrize("name", sorted(BEHAVIOURS.keys() - _SLOW))
def test_what_a_server_does_is_judged_for_what_it_proves(name: str, upstream: str, judge: Judge) -> None:
    behaviour = BEHAVIOURS[name]
    trace = visited(behaviour, upstream)
    judgement = judge.judge(trace)
    assert not judgement.crashes
    proven = {
        requirement: observations
        for requirement, all_of_them in judgement.violations.items()
        if (observations := [each for each in all_of_them if not may_be_chance(trace, each)])
    }
    if behaviour.violates and not behaviour.seldom:
        assert proven
    elif not behaviour.violates:
        assert not proven
    told = [f"{each.expected} {each.observed}" for found in judgement.violations.values() for each in found]
    assert all(one_line(text).isprintable() for text in told)
