from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator

import pytest

from conformance.contract.document import ApiDocument
from conformance.contract.operations import CORE_OPERATIONS
from conformance.operations import OperationPlan, OperationProgress, OperationSettings, play_operations
from conformance.reference.options import ServerOptions
from conformance.reference.process import ReferenceProcess
from conformance.target import Recorder, Target, TargetConfig
from conformance.target.coexistence.identity import marked, run_of
from conformance.target.pacing.run_gate import RunGate
from conformance.trace import Exchange, Trace


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with ReferenceProcess(ServerOptions(prefix="/api/orchestration")) as process:
        yield process.url


def play(
    url: str,
    document: ApiDocument,
    plan: OperationPlan,
    settings: OperationSettings,
    over: Callable[[], bool] = lambda: False,
) -> tuple[list[Trace], list[OperationProgress], int]:
    async def run() -> tuple[list[Trace], list[OperationProgress], int]:
        seen: list[OperationProgress] = []
        async with Target(TargetConfig(url=url)) as target:
            traces = await play_operations(target, document, settings, seen.append, plan, over)
            return traces, seen, target.runs

    return asyncio.run(run())


def ask(url: str, path: str, query: tuple[tuple[str, str], ...] = ()) -> Exchange:
    async def run() -> Exchange:
        async with Target(TargetConfig(url=url)) as target:
            client = target.client(Recorder())
            try:
                return await client.request("GET", path, query=query)
            finally:
                await client.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize("profile", ["smoke", "standard"])
def test_every_operation_succeeds_and_nothing_stays(
    request: pytest.FixtureRequest, url: str, document: ApiDocument, profile: str
) -> None:
    plan: OperationPlan = request.getfixturevalue(profile)
    settings = OperationSettings(seed=7, profile="smoke" if profile == "smoke" else "standard")
    traces, seen, runs = play(url, document, plan, settings)
    exchanges = [exchange for trace in traces for exchange in trace.exchanges if exchange.step is not None]
    assert {each.operation for each in exchanges if each.ok} == {operation.id for operation in CORE_OPERATIONS}
    assert runs <= settings.runs
    assert seen[-1].done == plan.total
    assert all(trace.complete and not trace.notes for trace in traces)
    assert {trace.source for trace in traces} == {"operations"}
    assert ask(url, "/workflows").data == []
    assert ask(url, "/instances", (("running", "true"),)).data == []


def test_rejected_bodies_are_looked_for(url: str, document: ApiDocument, smoke: OperationPlan) -> None:
    traces, _, _ = play(url, document, smoke, OperationSettings(seed=7, profile="smoke"))
    creating = next(trace for trace in traces if trace.id == "operations-createWorkflow")
    refused = [each for each in creating.exchanges if each.operation == "createWorkflow" and each.status == 400]
    listed = next(each for each in creating.exchanges if each.operation == "listWorkflows")
    marked = [each for each in refused if b"marker-" in (each.request.body or b"")]
    assert marked
    assert all(each.before(listed) for each in refused)


def test_what_creations_make_bears_the_name_of_the_run(url: str, document: ApiDocument, smoke: OperationPlan) -> None:
    traces, _, _ = play(url, document, smoke, OperationSettings(seed=7, profile="smoke"))
    made = [each for trace in traces for each in trace.exchanges if each.operation == "createWorkflow" and each.ok]
    names = [each.data["config"].get("name", "") for each in made]
    nameless = {name for name in names if run_of(name) is None}
    assert len(names) > len(nameless)
    assert all(marked(name, "abcdefgh") == name for name in nameless if name)


def test_the_pool_is_in_every_state(url: str, document: ApiDocument, smoke: OperationPlan) -> None:
    traces, _, _ = play(url, document, smoke, OperationSettings(seed=7, profile="smoke"))
    reads = next(trace for trace in traces if trace.id == "operations-reads")
    ran = {each.data["id"] for each in reads.exchanges if each.operation == "runWorkflow"}
    last = {each.data["id"]: each.data for each in reads.exchanges if each.operation == "getInstance" and each.ok}
    states = {(each["terminated"], bool(each.get("error"))) for each in last.values() if each["id"] in ran}
    assert states == {(False, False), (True, False), (True, True)}


def test_where_runs_are_scarce_several_cases_of_a_run_do(
    url: str, document: ApiDocument, smoke: OperationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cases() -> int:
        traces, _, _ = play(url, document, smoke, OperationSettings(seed=7, profile="smoke"))
        (running,) = (trace for trace in traces if trace.id == "operations-runWorkflow")
        return sum(each.operation == "runWorkflow" and each.step is not None for each in running.exchanges)

    assert cases() > 5
    monkeypatch.setattr(RunGate, "scarce", property(lambda _: True))
    assert cases() == 5


def test_a_small_budget_is_kept(url: str, document: ApiDocument, smoke: OperationPlan) -> None:
    _, _, runs = play(url, document, smoke, OperationSettings(seed=7, profile="smoke", max_runs=3))
    assert runs == 3


def test_a_deadline_cuts_short_and_still_cleans_up(url: str, document: ApiDocument, smoke: OperationPlan) -> None:
    settings = OperationSettings(seed=7, profile="smoke")
    traces, _, runs = play(url, document, smoke, settings, over=lambda: True)
    assert runs == 0
    assert not any(trace.complete for trace in traces)
    assert traces[0].notes == ("cut short: the time was up",)


def test_a_target_that_is_gone_is_not_hammered(document: ApiDocument, smoke: OperationPlan) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        traces, _, _ = play(url, document, smoke, OperationSettings(seed=7, profile="smoke"))
    assert not any(trace.complete for trace in traces)
    assert sum(len(trace.exchanges) for trace in traces) < 40
