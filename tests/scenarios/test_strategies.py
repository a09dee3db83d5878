from __future__ import annotations

import pytest

from conformance.contract.requests import classify
from conformance.contract.requirements import load_requirements
from conformance.scenarios import Scenario
from conformance.scenarios.calls import call, concrete
from conformance.scenarios.model import (
    UNKNOWN,
    Chain,
    Create,
    Run,
    Step,
    Together,
    Until,
    binds,
    instance_of,
    numbered,
    workflow_of,
)
from conformance.scenarios.plan import draw
from conformance.scenarios.strategies import THEMES
from conformance.scenarios.strategies.words import EVENTS, near_misses
from conformance.wire import exact_json

MANY = {"a-few-dozen", "a-gross"}


def bound_by(step: Step) -> set[str]:
    inner = step.steps if isinstance(step, Together | Chain) else ()
    return {ref for each in (step, *inner) for ref in ([binds(each)] if binds(each) else [])} | {
        ref for each in inner for ref in bound_by(each)
    }


def undefined(scenario: Scenario) -> list[str]:
    known = {UNKNOWN}
    missing = []
    for step in scenario.steps:
        known |= bound_by(step)
        for _, each in numbered((step,)):
            missing += [ref for ref in (instance_of(each), workflow_of(each)) if ref is not None and ref not in known]
    return missing


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_is_deterministic_self_consistent_and_bounded(theme: str) -> None:
    drawn = draw([THEMES[theme]], 12, seed=1)
    assert drawn == draw([THEMES[theme]], 12, seed=1)
    assert drawn
    for scenario in drawn:
        assert undefined(scenario) == []
        assert scenario.runs <= 6
        assert scenario.theme == theme
        creations = [step for step in scenario.leaves() if isinstance(step, Create)]
        assert len(creations) <= (150 if theme in MANY else 8)


@pytest.mark.parametrize("theme", sorted(set(THEMES) - {"open-variables", "bad-stage-numbers"}))
def test_a_theme_differs_from_seed_to_seed(theme: str) -> None:
    assert draw([THEMES[theme]], 6, seed=1) != draw([THEMES[theme]], 6, seed=2)


@pytest.mark.parametrize("theme", THEMES)
def test_what_a_theme_creates_and_runs_is_valid_by_the_contract(theme: str) -> None:
    for scenario in draw([THEMES[theme]], 12, seed=5):
        for step in scenario.leaves():
            if isinstance(step, Create):
                config = {"stages": concrete(step.stages, 0)}
                kind = classify("createWorkflow", {}, (), exact_json.encode(config))
                assert kind.kind == "valid", (config, kind)
            elif isinstance(step, Run):
                wanted = call(step, lambda ref: ref)
                assert wanted is not None
                body = None if wanted.body is None else wanted.body.encode()
                assert classify("runWorkflow", {"workflowID": "w"}, wanted.query, body).kind == "valid"


def test_polls_for_a_stage_name_one_that_exists() -> None:
    for scenario in draw(THEMES.values(), 6, seed=2):
        stages = {step.ref: len(step.stages) for step in scenario.leaves() if isinstance(step, Create)}
        runs = {step.ref: step.workflow for step in scenario.leaves() if isinstance(step, Run)}
        for step in scenario.leaves():
            if isinstance(step, Until) and step.stage is not None:
                assert step.stage < stages[runs[step.instance]], scenario.theme


def test_without_the_ledger_no_money_moves() -> None:
    offered = [theme for theme in THEMES.values() if theme.feature is None and theme.name != "every-config"]
    for scenario in draw(offered, 6, seed=1, features=()):
        running = {step.workflow for step in scenario.leaves() if isinstance(step, Run)}
        for step in scenario.leaves():
            if isinstance(step, Create) and step.ref in running:
                assert not {"send", "update"} & {kind for stage in step.stages for kind in stage}


def test_themes_name_requirements_of_the_catalogue() -> None:
    catalogue = load_requirements()
    named = {rule for theme in THEMES.values() for rule in theme.rules}
    assert named <= catalogue.by_id.keys()
    # The envelope is put to the test by all traffic; other methods than the documented ones are the operations' part.
    assert {r.id for r in catalogue.requirements if r.group != "envelope"} - named <= {"info.version"}


@pytest.mark.parametrize("event", EVENTS)
def test_near_misses_are_other_names(event: str) -> None:
    found = near_misses(event)
    assert event not in found
    assert "" not in found
    assert len(found) == len(set(found)) >= 10
