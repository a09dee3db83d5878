"""What a placeholder without a value becomes is left open, but the value that another run was given it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.rules.evidence.answers import is_valid
from conformance.rules.evidence.equal_meaning import difference
from conformance.rules.evidence.observation import Observation, upheld, violated
from conformance.rules.evidence.plans import RUN_NAMES, StagePlan, plan_stage
from conformance.rules.evidence.timeline import Life, Sight
from conformance.trace import Exchange

# Whatever a server puts in place of a missing value ("", "null", the name), it is not a text like the longer ones here.
_TELLING = 12


def foreign_values(life: Life, stage: StagePlan) -> Iterator[Observation]:
    """`run.variables`: no history shows another run's value where this run gave none."""
    others = [(run, values) for run, values in _given_elsewhere(life) if values]
    for sight in life.sights(stage.number) if others else ():
        if sight.view != "history" or sight.stage.body.get("name") != RUN_NAMES.get(stage.kind or ""):
            continue
        source = next((run for run, values in others if _shows(life, stage, sight, values)), None)
        if source is None:
            yield upheld(life.instance.run, sight.exchange, subject=life.id)
        else:
            yield violated(
                source,
                life.instance.run,
                sight.exchange,
                expected=f"stage {stage.number} holds no value of another run",
                observed=f"its input is {sight.stage.body.get('input')}, with what only the other run was given",
                proof="trace",
                subject=life.id,
                pointer=f"/data/{stage.number}/input",
            )


def _given_elsewhere(life: Life) -> Iterator[tuple[Exchange, Mapping[str, Any]]]:
    """The telling values that other runs were given for names for which this one was given none."""
    own = life.instance.variables
    for run in life.story.of("runWorkflow"):
        body = run.request_json
        if run is life.instance.run or not isinstance(body, dict) or not is_valid(life.story, run):
            continue
        yield run, {key: text for key, text in body.items() if key not in own and len(text) >= _TELLING}


def _shows(life: Life, stage: StagePlan, sight: Sight, values: Mapping[str, Any]) -> bool:
    with_them = plan_stage(stage.number, {stage.kind: stage.configured}, {**values, **life.instance.variables})
    shown = sight.stage.body.get("input")
    return with_them.parameters is not None and difference(with_them.parameters, shown) is None
