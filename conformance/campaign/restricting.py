"""Restricted runs: read-only runs, runs without some operations, and shards of a run."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any

from conformance.contract.document import ApiDocument
from conformance.operations import OperationPlan, OperationSettings, play_operations
from conformance.operations.binding import Resources
from conformance.operations.parts import READS
from conformance.operations.session import OperationPlay
from conformance.results.model import RequirementResult
from conformance.scenarios import Scenario, to_json
from conformance.scenarios.steps.registry import action_of
from conformance.target import Target, TargetConfig
from conformance.trace import Exchange, Trace
from conformance.wire import exact_json

_NEEDED = frozenset({"createWorkflow", "runWorkflow", "getInstance"})
"""Without these no control is run, so that nothing is known of the time in which effects are due."""

_WORKFLOWS, _INSTANCES, _STAGES = 20, 30, 8
READ_ONLY = "only reads were allowed"


def runs_allowed(config: TargetConfig) -> bool:
    """Whether workflows may be run and watched at all."""
    return not config.read_only and not _NEEDED & set(config.excluded)


def restricted(configuration: Mapping[str, Any]) -> bool:
    """Whether a run with this configuration cannot judge everything, because it may not do everything."""
    return bool(configuration.get("read_only") or configuration.get("excluded"))


def playable(scenario: Scenario, excluded: Collection[str]) -> bool:
    """Whether no step of a scenario calls an excluded operation."""
    return not any(action_of(step) in excluded for step in scenario.leaves())


async def play_allowed(
    target: Target, document: ApiDocument, settings: OperationSettings, plan: OperationPlan, over: Callable[[], bool]
) -> list[Trace]:
    """The traces of the cases that may be played; `play_operations` says more."""
    allowed = _allowed(plan, target.config.excluded)
    if target.config.read_only:
        return [await look(target, allowed, settings, over)]
    return await play_operations(target, document, settings, plan=allowed, over=over)


def is_mine(thing: Scenario | str, shard: tuple[int, int]) -> bool:
    """Whether a scenario, or a theme by its name, belongs to this one of several workers; it belongs to exactly one.

    The scenarios of the plan have the same numbers everywhere. What was kept by earlier runs, or is still lacking, may
    differ from worker to worker, so it is known by what it is.
    """
    which, workers = shard
    text = thing if isinstance(thing, str) else exact_json.dumps(to_json(thing))
    return zlib.crc32(text.encode()) % workers == which


def _allowed(plan: OperationPlan, excluded: Collection[str]) -> OperationPlan:
    """The plan without the cases of excluded operations."""
    return replace(plan, cases={name: cases for name, cases in plan.cases.items() if name not in excluded})


def with_reasons(requirements: list[RequirementResult], configuration: Mapping[str, Any]) -> list[RequirementResult]:
    """Requirements that were not exercised get the reason where they need what was not allowed."""
    if configuration.get("read_only"):
        return [_because(each, READ_ONLY) for each in requirements]
    excluded = set(configuration.get("excluded", ()))
    needs = {each.id: [name for name in each.operations if name in excluded] for each in requirements}
    if lacking := sorted(excluded & _NEEDED):
        needs = {name: found or lacking for name, found in needs.items()}
    return [
        _because(each, f"it needs {', '.join(found)}, which --exclude forbids") if (found := needs[each.id]) else each
        for each in requirements
    ]


def not_described(requirements: list[RequirementResult], missing: Collection[str]) -> list[RequirementResult]:
    """What could not be put to the test without operations that the API document lacks does not apply."""
    return [_lacking(each, missing) if each.outcome == "not_exercised" else each for each in requirements]


def _lacking(requirement: RequirementResult, missing: Collection[str]) -> RequirementResult:
    lacking = [name for name in requirement.operations if name in missing] or sorted(_NEEDED & set(missing))
    reason = f"the API document does not describe {', '.join(lacking)}"
    return replace(requirement, outcome="not_applicable", reason=reason) if lacking else requirement


def _because(requirement: RequirementResult, reason: str) -> RequirementResult:
    return replace(requirement, reason=reason) if requirement.outcome == "not_exercised" else requirement


async def look(target: Target, plan: OperationPlan, settings: OperationSettings, over: Callable[[], bool]) -> Trace:
    """Read what a read-only run may see: samples of every view, and the cases of the reads."""
    session = OperationPlay(target, settings, 0, over=over)
    try:
        await session.ask("getServerInfo")
        workflows = _ids(await session.ask("listWorkflows"), _WORKFLOWS)
        instances = _ids(await session.ask("listInstances"), _INSTANCES)
        for running in ("true", "false"):
            await session.ask("listInstances", (("running", running),))
        await _look_at(session, workflows, instances)
        cases = zip_longest(*(plan.cases.get(operation, ()) for operation in READS))
        for case in chain.from_iterable(cases):
            if case is not None and (case.method or "GET") == "GET":
                await session.play(case, Resources(tuple(workflows), tuple(instances)))
        for action in ("listWorkflows", "listInstances", "getServerInfo"):
            await session.ask(action)
    finally:
        await session.aclose()
    return Trace(
        id="reads",
        exchanges=session.recorder.exchanges(),
        origin=session.recorder.origin,
        source="operations",
        scenario={"kind": "operations", "operations": list(READS), "cases": session.cases},
        features=settings.features,
        complete=session.stopped is None,
    )


async def _look_at(session: OperationPlay, workflows: list[str], instances: list[str]) -> None:
    for workflow in workflows:
        await session.ask("getWorkflow", flowId=workflow)
        await session.ask("listInstances", (("workflowID", workflow),))
    for instance in instances:
        await session.ask("getInstance", instanceID=instance)
        history = await session.ask("getInstanceHistory", instanceID=instance)
        stages = len(history.data) if isinstance(history.data, list) else 0
        for number in range(min(stages, _STAGES)):
            await session.ask("getInstanceStageHistory", instanceID=instance, number=str(number))


def _ids(listed: Exchange, most: int) -> list[str]:
    """The ids of a list's elements, the last ones: these are the newest on most servers."""
    return list(_strings(listed.data))[-most:]


def _strings(items: Any) -> Iterator[str]:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get("id"), str) and item["id"]:
            yield item["id"]
