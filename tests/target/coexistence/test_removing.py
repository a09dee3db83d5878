"""Whether something was removed: what is still there is told, whatever the answer to its removal was."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.contract.calls import Call
from conformance.reference.options import ServerOptions
from conformance.target import Recorder, Target, TargetConfig, send
from conformance.target.coexistence import cleanup
from conformance.target.coexistence.cleanup import sweep
from conformance.target.coexistence.footprint import Made
from conformance.target.coexistence.removing import remove
from conformance.trace import Exchange, Failure
from tests.campaign.visited import visited
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for

RUNNING, ENDED = {"ended": None}, {"ended": 20.0}
LOST = Failure("timeout", "no answer")


class Answering:
    """A sender that gives these answers to reads, one after another, the last one for ever, and one to the removal."""

    name = "cleanup"
    url = "http://server"

    def __init__(self, t: TraceBuilder, made: Made, removal: int, reads: list[Any]) -> None:
        self._t, self._made, self._removal = t, made, removal
        self._reads: Iterator[Any] = iter(reads)
        self._read: Any = None

    async def request(self, method: str, path: str, **_: Any) -> Exchange:
        """Answer at once."""
        t, made = self._t, self._made
        assert made.id in path
        if method != "GET":
            return (t.cancel if made.kind == "instance" else t.delete)(made.id, status=self._removal)
        self._read = next(self._reads, self._read)
        ask = t.get if made.kind == "instance" else t.get_workflow
        if isinstance(self._read, Failure):
            return ask(made.id, failure=self._read)
        return ask(made.id, **({"status": self._read} if isinstance(self._read, int) else self._read))

    async def warm(self) -> Exchange:
        """Nothing to get ready."""
        raise AssertionError

    async def aclose(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize(
    ("kind", "removal", "reads", "left"),
    [
        ("instance", 204, [ENDED], False),
        ("instance", 204, [RUNNING, RUNNING, ENDED], False),
        ("instance", 204, [RUNNING], True),
        ("instance", 204, [RUNNING, LOST], True),
        ("instance", 204, [LOST], False),
        ("instance", 409, [RUNNING], True),
        ("instance", 500, [ENDED], False),
        ("instance", 500, [LOST], True),
        ("workflow", 204, [404], False),
        ("workflow", 204, [{"change": {"name": "still there"}}], True),
        ("workflow", 403, [{"change": {"name": "still there"}}], True),
        ("workflow", 409, [{"change": {"name": "still there"}}], True),
        ("workflow", 403, [404], False),
        ("workflow", 404, [404], False),
    ],
)
def test_a_read_tells_what_is_still_there(kind: Any, removal: int, reads: list[Any], left: bool) -> None:
    t, instance = started(wait_for("go"))
    made = Made(kind, instance if kind == "instance" else next(iter(t.workflow_bodies)))
    target = Target(TargetConfig(url="http://server"))
    target.footprint.find(made)
    found = asyncio.run(remove(target, Answering(t, made, removal, reads), [made], 0.5))
    assert found == ([made] if left else [])
    assert target.footprint.left == tuple(found)


@pytest.mark.parametrize(("faults", "left"), [((), 0), (("cancel-ignored",), 1)])
@pytest.mark.parametrize("look", [False, True])
def test_what_an_answer_called_gone_is_looked_for(
    faults: tuple[str, ...], left: int, look: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an instance without the run's name that was cancelled long ago, say: a list still shows it."""
    monkeypatch.setattr(cleanup, "_LEAST_END_S", 0.5)

    async def swept(url: str) -> tuple[list[Made], tuple[Made, ...], tuple[Made, ...]]:
        async with Target(TargetConfig(url=url)) as target:
            client = target.client(Recorder())
            body = '{"name": "null", "stages": [{"wait_event": {"event": "go"}}]}'
            workflow = (await send(client, target.api.prepare(Call("createWorkflow", body=body)))).data["id"]
            run = await send(client, target.api.prepare(Call("runWorkflow", {"workflowID": workflow})))
            instance = Made("instance", run.data["id"])
            await send(client, target.api.prepare(Call("cancelEvent", {"instanceID": instance.id})))
            await send(client, target.api.prepare(Call("deleteWorkflow", {"flowId": workflow})))
            before = target.footprint.left
            await client.aclose()
            return [instance], before, await sweep(target, look=look)

    with visited(ServerOptions(faults=faults)) as host:
        made, before, after = asyncio.run(swept(host.url))
        assert before == ()
        assert after == tuple(made[:left])
        assert [each["id"] for each in host.running] == [each.id for each in after]


def test_what_is_known_is_removed_although_the_look_takes_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless(*_: Any) -> list[Made]:
        raise TimeoutError

    async def swept(url: str) -> tuple[Made, ...]:
        async with Target(TargetConfig(url=url)) as target:
            client = target.client(Recorder())
            await send(client, target.api.prepare(Call("createWorkflow", body='{"stages": []}')))
            await client.aclose()
            assert target.footprint.left
            return await sweep(target, look=True)

    monkeypatch.setattr(cleanup, "found", endless)
    with visited() as host:
        assert asyncio.run(swept(host.url)) == ()
        assert host.workflows == []
