"""Steps that read: an instance, its history, its stages, lists, workflows, and the server's version."""

from __future__ import annotations

from conformance.scenarios.playing.bindings import Bindings
from conformance.scenarios.scenario.model import (
    GetWorkflow,
    History,
    Info,
    ListInstances,
    ListWorkflows,
    Read,
    StageHistory,
)
from conformance.scenarios.steps.kind import Place, StepKind, flag, of_instance, of_workflow
from conformance.trace import Exchange


def _see(step: Read | History, exchange: Exchange, bindings: Bindings) -> None:
    bound = bindings.instances.get(step.instance)
    if bound is not None:
        bound.see(exchange)


def _instances_line(step: ListInstances) -> str:
    of = f" of {step.workflow}" if step.workflow else ""
    return f"list {'' if step.running is None else f'running={str(step.running).lower()} '}instances{of}"


def _instances_query(step: ListInstances, place: Place) -> tuple[tuple[str, str], ...]:
    chosen = () if step.workflow is None else (("workflowID", place(step.workflow)),)
    return chosen + flag("running", step.running)


KINDS = (
    StepKind("read", Read, lambda step: f"read {step.instance}", "getInstance", of_instance, learn=_see),
    StepKind(
        "history",
        History,
        lambda step: f"read the history of {step.instance}",
        "getInstanceHistory",
        of_instance,
        learn=_see,
    ),
    StepKind(
        "stage_history",
        StageHistory,
        lambda step: f"read the history of stage {step.number} of {step.instance}",
        "getInstanceStageHistory",
        lambda step, place: {**of_instance(step, place), "number": step.number},
    ),
    StepKind("get_workflow", GetWorkflow, lambda step: f"read {step.workflow}", "getWorkflow", of_workflow),
    StepKind("list_workflows", ListWorkflows, lambda _: "list workflows", "listWorkflows"),
    StepKind("list_instances", ListInstances, _instances_line, "listInstances", query=_instances_query),
    StepKind("info", Info, lambda _: "read the server's version", "getServerInfo"),
)
