"""What is confirmed through another violation, and told with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.scenarios import Scenario, to_json
from conformance.scenarios.scenario import model
from conformance.trace import Trace
from tests.confirming.confirm import CREATE, confirm
from tests.rules.build import TraceBuilder


def lost_when_listed(alone: bool) -> Callable[[Scenario, bool, int], Trace]:
    """Traces of a server that tells of a workflow twice, and then loses it; unless ``alone``, another time as well."""

    def made(scenario: Scenario, lost: bool, number: int) -> Trace:
        t = TraceBuilder(id=f"t{number}", scenario=to_json(scenario))
        listed = any(isinstance(step, model.ListWorkflows) for step in scenario.steps)
        workflow = t.create([{"noop": {}}], "name", id=f"{number:08d}-0000-4000-8000-000000000001")
        if listed:
            t.workflows([workflow, workflow])
        gone = lost and listed == alone
        t.get_workflow(workflow, status=404 if gone else 200)
        return t.trace()

    return made


@pytest.mark.parametrize("alone", [True, False])
def test_what_never_comes_back_without_another_violation_is_told_with_it(alone: bool) -> None:
    listing, plain = Scenario((CREATE, model.ListWorkflows()), "made-up"), Scenario((CREATE,), "made-up")
    trace = lost_when_listed(alone)
    first = [trace(listing, True, 100), trace(plain, True, 101)]
    first += [trace(plain, False, number) for number in range(102, 110)]
    proofs, _ = confirm(lambda n, scenario: True, first, trace=trace)
    both = [("workflow.create-then-get",), ("workflow.create-then-list",)]
    assert [proof.requirements for proof in proofs] == ([both[0] + both[1]] if alone else both)


def test_what_never_comes_back_is_told_with_what_comes_back_of_the_same_cause() -> None:
    def absent(scenario: Scenario, lost: bool, number: int) -> Trace:
        """The list lacks the workflow, as ever; a read does not find it either where it is ``lost``."""
        t = TraceBuilder(id=f"t{number}", scenario=to_json(scenario))
        workflow = t.create([{"noop": {}}], "name", id=f"{number:08d}-0000-4000-8000-000000000001")
        t.workflows([])
        t.get_workflow(workflow, status=404 if lost else 200)
        return t.trace()

    scenario = Scenario((CREATE, model.ListWorkflows()), "made-up")
    first = [absent(scenario, True, number) for number in range(100, 102)]
    [proof], _ = confirm(lambda n, scenario: False, first, trace=absent)
    assert proof.requirements == ("workflow.create-then-list", "workflow.create-then-get")


def test_what_several_proofs_explain_together_is_told_with_one_of_them() -> None:
    """A workflow with a name loses it when it is created, one without its stages when it is read; lists show both."""
    config = {"name": "", "stages": []}

    def changed(scenario: Scenario, _: bool, number: int) -> Trace:
        t = TraceBuilder(id=f"t{number}", scenario=to_json(scenario))
        made = next((step for step in scenario.steps if isinstance(step, model.Create)), None)
        if made is None:
            t.info(answer={})
            return t.trace()
        key, stages = f"{number:08d}-0000-4000-8000-000000000001", list(made.stages)
        workflow = t.create(stages, made.name, id=key, echo=config if made.name else None)
        shown = {"name": "another", "stages": []} if made.name else config
        t.workflows(answer={"data": [{**t.workflow_bodies[workflow], "config": shown}]})
        if not made.name:
            t.get_workflow(workflow, {"config": shown})
        return t.trace()

    # Three causes are looked into at once, and what is left comes after them.
    created = (model.Create("w1", (), "name"), replace(CREATE, name=None))
    scenarios = [Scenario((model.Info(),)), *(Scenario((each, model.ListWorkflows())) for each in created)]
    first = [changed(each, True, number) for number, each in enumerate(scenarios, 100)]
    proofs, _ = confirm(lambda n, scenario: True, first, trace=changed)
    leads = ["envelope.schema", "workflow.create-echo", "workflow.create-then-get"]
    assert [proof.requirements[0] for proof in proofs] == leads
    assert [each for proof in proofs[1:] for each in proof.requirements[1:]] == ["workflow.immutable"]
