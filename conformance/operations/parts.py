"""How the cases of each operation are played: for which workflows and instances, and what is read afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from conformance.operations.binding import Resources
from conformance.operations.markers import recognisable
from conformance.operations.plan import DISPOSABLE_RUNS, POOL_RUNS, OperationPlan, OperationSettings, run_cases
from conformance.operations.pool import QUICK, WAITING, has_started, make_pool
from conformance.operations.session import OperationPlay
from conformance.operations.template import CaseTemplate
from conformance.target import Sender
from conformance.target.finishing import all_of
from conformance.target.ids import answered_id

_NO_WORKFLOW = "no workflow could be created"


@dataclass(frozen=True, slots=True)
class Part:
    """The cases that share a trace. ``runs`` tells its share of the runWorkflow requests."""

    name: str
    operations: tuple[str, ...]
    play: Callable[[OperationPlay, OperationPlan], Awaitable[None]]
    runs: Callable[[OperationSettings], int] = lambda settings: 0  # noqa: ARG005 - most parts run nothing


async def _reading(session: OperationPlay, plan: OperationPlan) -> None:
    pool = await make_pool(session)
    by_operation = zip_longest(*(plan.cases.get(operation, ()) for operation in READS))
    left = (case for case in chain.from_iterable(by_operation) if case is not None)
    workers = (_read(session, client, left, pool.resources) for client in session.clients)
    await all_of(workers)
    for case in plan.methods:
        await session.play(case, pool.quick)


async def _read(session: OperationPlay, client: Sender, left: Iterator[CaseTemplate], resources: Resources) -> None:
    for case in left:
        await session.play(case, resources, client)


async def _creating(session: OperationPlay, plan: OperationPlan) -> None:
    for case in plan.cases.get("createWorkflow", ()):
        sent = recognisable(case, session.run_id, session.marker())
        created = answered_id(await session.play(sent, Resources()))
        if created is not None:
            await session.ask("getWorkflow", flowId=created)
    await session.ask("listWorkflows")


async def _deleting(session: OperationPlay, plan: OperationPlan) -> None:
    for case in plan.cases.get("deleteWorkflow", ()):
        made = None if session.stopped else await session.create(QUICK, "disposable")
        if made is None:
            session.give_up(_NO_WORKFLOW)
            return
        exchange = await session.play(case, Resources(workflows=(made,)))
        if exchange is not None and exchange.ok:
            await session.ask("getWorkflow", flowId=made)
            await session.ask("deleteWorkflow", flowId=made)
    await session.ask("listWorkflows")


async def _running(session: OperationPlay, plan: OperationPlan) -> None:
    good, bad = await session.create(QUICK, "runs"), await session.create(QUICK, "bad runs")
    if good is None or bad is None:
        session.give_up(_NO_WORKFLOW)
        return
    for case in plan.cases.get("runWorkflow", ()):
        invalid = case.classification().kind == "invalid"
        exchange = await session.play(case, Resources(workflows=(bad if invalid else good,)))
        if (made := answered_id(exchange)) is not None:
            await session.ask("getInstance", instanceID=made)
    for workflow in (good, bad):
        await session.ask("listInstances", (("workflowID", workflow),))


async def _sending(session: OperationPlay, plan: OperationPlan) -> None:
    workflow = await session.create(WAITING, "events")
    good, bad = await session.run(workflow), await session.run(workflow)
    for instance in (good, bad):
        await session.until(instance, has_started)
    for case in plan.cases.get("sendEvent", ()):
        chosen = bad if case.classification().kind == "invalid" else good
        await session.play(case, Resources(instances=(chosen,) if chosen else ()))
    await _read_back(session, good, bad)


async def _cancelling(session: OperationPlay, plan: OperationPlan) -> None:
    workflow = await session.create(WAITING, "cancellations")
    instances = [await session.run(workflow), await session.run(workflow)]
    for instance in instances:
        await session.until(instance, has_started)
    for number, case in enumerate(plan.cases.get("cancelEvent", ())):
        chosen = instances[min(number, 1)]
        await session.play(case, Resources(instances=(chosen,) if chosen else ()))
    await _read_back(session, *instances)


async def _read_back(session: OperationPlay, *instances: str | None) -> None:
    for instance in instances:
        if instance is not None:
            await session.ask("getInstance", instanceID=instance)
            await session.ask("getInstanceHistory", instanceID=instance)


READS = (
    "getServerInfo",
    "listWorkflows",
    "getWorkflow",
    "listInstances",
    "getInstance",
    "getInstanceHistory",
    "getInstanceStageHistory",
)


def _after_pool(settings: OperationSettings, place: int) -> int:
    """The share of the instances to send to (place 0) and to cancel (place 1), after the pool has had its own."""
    return max(0, min(DISPOSABLE_RUNS, settings.runs - POOL_RUNS - place * DISPOSABLE_RUNS))


PARTS: tuple[Part, ...] = (
    Part("reads", READS, _reading, lambda settings: min(POOL_RUNS, settings.runs)),
    Part("createWorkflow", ("createWorkflow",), _creating),
    Part("deleteWorkflow", ("deleteWorkflow",), _deleting),
    Part("runWorkflow", ("runWorkflow",), _running, run_cases),
    Part("sendEvent", ("sendEvent",), _sending, lambda settings: _after_pool(settings, 0)),
    Part("cancelEvent", ("cancelEvent",), _cancelling, lambda settings: _after_pool(settings, 1)),
)
