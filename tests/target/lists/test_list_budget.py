"""Long lists are asked for seldom, each kind as often as the others, and found to be long by their beginnings."""

from __future__ import annotations

import asyncio
import json

import pytest

from conformance.target import Recorder, Target, TargetConfig
from conformance.target.lists.list_budget import LONG, MOST_BYTES, Kind, ListBudget, kind_of
from conformance.target.lists.list_filter import ListFilter
from conformance.trace import Exchange, Request, Response
from conformance.trace.recording import Span, recorded
from tests.target.server import RawServer, answer, serving


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def asked(budget: ListBudget, kind: Kind, size: int, seconds: float) -> bool:
    """Ask for a list, if that is admitted, and take note of what it took."""
    if not budget.admits(kind):
        return False
    read(budget, kind, size, seconds)
    return True


def read(budget: ListBudget, kind: Kind, size: int, seconds: float) -> None:
    """Take note of what a list took that was admitted."""
    list_filter = ListFilter(lambda *_: False)
    list_filter.read = size
    budget.left(kind)
    sent = int(budget.now() * 1e9)
    span = Span(sent, sent + int(seconds * 1e9))
    exchange = recorded(0, Request("GET", "", "/workflows"), span, Response(200))
    budget.took(kind, exchange, list_filter)


@pytest.mark.parametrize(("length", "most"), [(40_000_000, 3), (2_000_000, 70)])
def test_lists_stay_under_a_share_of_the_traffic(length: int, most: int) -> None:
    time = Time()
    budget = ListBudget({"workflows": length}, now=time)
    count = 0
    for _ in range(1000):
        time.seconds += 100
        count += asked(budget, "workflows", length, 0.1)
    assert count == most
    budget.confirming = True
    assert asked(budget, "workflows", length, 0.1)
    assert (count + 1) * length <= MOST_BYTES


def test_lists_stay_under_a_tenth_of_the_time() -> None:
    time = Time()
    budget = ListBudget({"workflows": LONG}, now=time)
    count = 0
    for _ in range(6000):
        time.seconds += 0.01
        count += asked(budget, "workflows", 1_000_000, 0.04)
    assert 0.08 <= count * 0.04 / time.seconds <= 0.1


def test_lists_side_by_side_take_their_time_once() -> None:
    time = Time()
    budget = ListBudget({"workflows": LONG, "instances": LONG}, now=time)
    time.seconds = 60.0
    kinds: tuple[Kind, ...] = ("workflows", "instances")
    assert all(budget.admits(kind) for kind in kinds)
    for kind in kinds:
        read(budget, kind, LONG, 5.9)
    # 5.9 of 65.9 s were spent, and the next would take as long as the mean of those before: 2.95 s.
    time.seconds = 65.9
    assert not budget.admits("workflows")
    time.seconds = 90.0
    assert budget.admits("workflows")


def test_no_kind_is_asked_for_at_the_cost_of_another() -> None:
    time = Time()
    budget = ListBudget({"workflows": 30_000_000, "instances": 30_000_000}, now=time)
    counts = {"workflows": 0, "instances": 0}
    for _ in range(50):
        time.seconds += 1000
        counts["workflows"] += asked(budget, "workflows", 30_000_000, 1)
        counts["instances"] += asked(budget, "instances", 30_000_000, 1)
    assert counts == {"workflows": 2, "instances": 2}
    assert "workflows 2 of 50 times, instances 2 of 50 times." in budget.sentence


def test_one_very_long_list_is_under_way_at_a_time() -> None:
    budget = ListBudget({"workflows": 30_000_000})
    assert budget.admits("workflows")
    assert not budget.admits("workflows")


@pytest.mark.parametrize(
    ("operation", "query", "kind"),
    [
        ("listWorkflows", (), "workflows"),
        ("listInstances", (), "instances"),
        ("listInstances", (("running", "false"),), "instances"),
        ("listInstances", (("running", "true"),), "running instances"),
        ("listInstances", (("workflowID", "w"), ("running", "true")), None),
        ("getWorkflow", (), None),
        (None, (), None),
    ],
)
def test_which_list_a_request_asks_for(operation: str | None, query: tuple[tuple[str, str], ...], kind: str) -> None:
    assert kind_of(operation, query) == kind


def element(number: int) -> dict[str, object]:
    return {"id": f"other-{number}", "config": {"stages": [], "name": "x" * 300}}


def filled(count: int) -> list[Exchange]:
    """Measure a target with so many workflows, make one, then list them; gives what the last two requests got."""
    held = [element(number) for number in range(count)]

    async def give(server: RawServer) -> bytes:
        if server.lines[-1].startswith("POST"):
            held.append({"id": "mine", "config": {"stages": []}})
            return answer(json.dumps({"data": held[-1]}), "201 Created")
        return answer(json.dumps({"data": held if "/workflows " in server.lines[-1] else []}))

    async def run() -> list[Exchange]:
        async with serving(give) as server, Target(TargetConfig(url=server.url)) as target:
            await target.measure_lists()
            recorder = Recorder()
            client = target.client(recorder)
            await client.request("POST", "/workflows", body=b'{"stages":[]}')
            listed = await client.request("GET", "/workflows")
            again = await client.request("GET", "/workflows")
            await client.aclose()
            assert bool(target.list_budget.sentence) == (count > 1000)
            return [listed, again]

    return asyncio.run(run())


def test_what_this_client_made_is_kept_of_a_long_list() -> None:
    listed, again = filled(2000)
    ids = [each["id"] for each in listed.data]
    assert ids[-1] == "mine"
    assert len(ids) == 21
    assert again.failed_by("aborted")


def test_a_short_list_is_read_as_it_is() -> None:
    listed, again = filled(3)
    assert len(listed.data) == len(again.data) == 4


def test_only_what_was_left_out_is_said_to_be() -> None:
    time = Time()
    budget = ListBudget({"workflows": 500_000}, now=time)
    time.seconds = 100
    assert asked(budget, "workflows", 500_000, 1)
    assert budget.sentence == (
        "The target held so much before this run that its lists are long: workflows (0.5 MB). "
        "Of their elements, those that this run made were judged."
    )
    assert asked(budget, "workflows", 500_000, 10)
    assert not asked(budget, "workflows", 500_000, 10)
    assert "not asked for each time, which would have cost too much: workflows 2 of 3 times." in budget.sentence
