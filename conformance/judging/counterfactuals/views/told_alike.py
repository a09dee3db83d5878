"""Which violations remain when all answers tell the same of a workflow, or of when an instance was created.

What a stage was to do is taken from its workflow as the server tells it. Where that differs from what was sent, or
changes later, `workflow.create-echo` and `workflow.immutable` say so; of another time of creation, `run.then-get`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from conformance.judging.counterfactuals.editing.edited import edited
from conformance.judging.counterfactuals.editing.instances import Body, each_changed, given_by
from conformance.judging.counterfactuals.editing.reconfigured import Edits, reconfigured
from conformance.judging.tally import Tally
from conformance.rules.evidence.bodies import later_workflows
from conformance.rules.evidence.trace_index import TraceIndex, configured_stages
from conformance.trace import Exchange, Trace

ECHO, IMMUTABLE, THEN_GET = "workflow.create-echo", "workflow.immutable", "run.then-get"
_CREATED = "createdAt"


def as_sent(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, each workflow with the stages that were sent where its creation told others.

    Nothing is put right where `workflow.create-echo` is not violated.
    """
    return edited(tally.kept_traces.values(), _as_sent) if ECHO in tally.cases else []


def _as_sent(trace: Trace) -> Sequence[Exchange]:
    edits = {}
    for workflow in TraceIndex(trace).workflows.values():
        sent = configured_stages({"config": workflow.created.request_json})
        if sent is not None:
            edits[workflow.id] = partial(_instead, sent, configured_stages(workflow.workflow))
    return _edited(trace, edits)


def as_shown_last(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, each workflow that was run with the stages that it was shown with last.

    What is run is what has become of a workflow. Nothing is put right where `workflow.immutable` is not violated.
    """
    return edited(tally.kept_traces.values(), _as_shown_last) if IMMUTABLE in tally.cases else []


def _as_shown_last(trace: Trace) -> Sequence[Exchange]:
    index = TraceIndex(trace)
    ran = {run.params["workflowID"] for run in index.successes("runWorkflow")}
    later = ((name, view) for name, view in later_workflows(index) if name in ran)
    shown = ((name, configured_stages(view.body)) for name, view in later)
    return _edited(trace, {name: partial(_instead, stages, None) for name, stages in shown if stages is not None})


def _edited(trace: Trace, edits: Edits) -> Sequence[Exchange]:
    changed = reconfigured(trace, edits)
    # What is merely written in another way is not changed.
    both = zip(trace.exchanges, changed.exchanges, strict=True)
    return tuple(old if (old.json, old.request_json) == (new.json, new.request_json) else new for old, new in both)


def _instead(stages: list[Any], told: list[Any] | None, shown: list[Any]) -> list[Any]:
    """Some stages in the place of those that were told, or of any; what is shown otherwise is wrong by itself."""
    return stages if told is None or shown == told else shown


def as_created(tally: Tally) -> Sequence[Trace]:
    """The traces kept for violations, each instance created when the answer to its run said.

    Nothing is put right where `run.then-get` is not violated.
    """
    return edited(tally.kept_traces.values(), _as_created) if THEN_GET in tally.cases else []


def _as_created(trace: Trace) -> Iterator[Exchange]:
    runs = ((given_by(exchange), exchange.data) for exchange in trace.exchanges)
    created = {name: run[_CREATED] for name, run in runs if name is not None and _CREATED in run}
    return (each_changed(exchange, lambda one: _created(one, created)) for exchange in trace.exchanges)


def _created(one: Body, created: Mapping[str, str]) -> Body:
    at = created.get(str(one.get("id")))
    return one if at is None or _CREATED not in one else {**one, _CREATED: at}
