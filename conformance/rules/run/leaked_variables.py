"""Values of another run's variables in a placeholder that has no value in this run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.rules.evidence.answers import is_valid
from conformance.rules.evidence.comparing.equal_meaning import difference
from conformance.rules.evidence.observation import Observation, upheld, violated
from conformance.rules.evidence.plans import RUN_NAMES, StagePlan, plan_stage
from conformance.rules.evidence.timeline import InstanceTimeline, StageObservation
from conformance.trace import Exchange

# What a server puts in place of a missing value ("", "null", the name) is shorter than the values compared here.
_TELLING = 12


def leaked_variables(timeline: InstanceTimeline, stage: StagePlan) -> Iterator[Observation]:
    """`run.variables`: no history shows another run's value where this run gave none."""
    others = [(run, values) for run, values in _given_elsewhere(timeline) if values]
    for shown_stage in timeline.shown_stages(stage.number) if others else ():
        if shown_stage.view != "history" or shown_stage.stage.body.get("name") != RUN_NAMES.get(stage.kind or ""):
            continue
        source = next((run for run, values in others if _shows(timeline, stage, shown_stage, values)), None)
        if source is None:
            yield upheld(timeline.instance.run, shown_stage.exchange, subject=timeline.id)
        else:
            yield violated(
                source,
                timeline.instance.run,
                shown_stage.exchange,
                expected=f"stage {stage.number} holds no value of another run",
                observed=f"its input is {shown_stage.stage.body.get('input')}, with what only the other run was given",
                proof="trace",
                subject=timeline.id,
                pointer=f"/data/{stage.number}/input",
            )


def _given_elsewhere(timeline: InstanceTimeline) -> Iterator[tuple[Exchange, Mapping[str, Any]]]:
    """Values, long enough to be recognised, that other runs got for names for which this run got none."""
    own = timeline.instance.variables
    for run in timeline.index.of("runWorkflow"):
        body = run.request_json
        if run is timeline.instance.run or not isinstance(body, dict) or not is_valid(timeline.index, run):
            continue
        yield run, {key: text for key, text in body.items() if key not in own and len(text) >= _TELLING}


def _shows(
    timeline: InstanceTimeline, stage: StagePlan, shown_stage: StageObservation, values: Mapping[str, Any]
) -> bool:
    with_them = plan_stage(stage.number, {stage.kind: stage.configured}, {**values, **timeline.instance.variables})
    shown = shown_stage.stage.body.get("input")
    return with_them.parameters is not None and difference(with_them.parameters, shown) is None
