"""Steps that ask for an operation in a form that no other step has: another method, or any query."""

from __future__ import annotations

from conformance.contract.api import V1
from conformance.contract.calls import Call
from conformance.scenarios.scenario.model import Ask
from conformance.scenarios.steps.intruding import learn_made
from conformance.scenarios.steps.kind import Place, StepKind
from conformance.scenarios.steps.wording import shown

OF_WORKFLOW = ("flowId", "workflowID")
"""The parameters, of the path or the query, that name a workflow."""


def _asked(step: Ask, place: Place) -> Call:
    given = {
        **({name: place(step.workflow) for name in OF_WORKFLOW} if step.workflow is not None else {}),
        **({"instanceID": place(step.instance)} if step.instance is not None else {}),
        **({"number": step.number} if step.number is not None else {}),
    }
    operation = V1.by_action[step.operation]
    params = {name: given[name] for name in operation.path_parameters if name in given}
    query = dict(step.query or {})
    if "workflowID" in operation.query and step.workflow is not None:
        query["workflowID"] = given["workflowID"]
    return Call(step.operation, params, tuple(query.items()), step.body, step.method)


def _line(step: Ask) -> str:
    about = step.instance or step.workflow
    query = "&".join(f"{name}={value}" for name, value in (step.query or {}).items())
    parts = [
        f"{step.operation}{f' of {about}' if about else ''}",
        *([f"stage {shown(step.number)}"] if step.number is not None else []),
        *([f"by {step.method}"] if step.method else []),
        *([f"with ?{query}"] if query else []),
        *([f"with the raw body {shown(step.body)}"] if step.body is not None else []),
    ]
    return ", ".join(parts)


KINDS = (StepKind("ask", Ask, _line, asks=_asked, learn=learn_made),)
