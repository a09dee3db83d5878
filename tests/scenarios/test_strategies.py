from __future__ import annotations

import pytest

from conformance.contract.api import V1
from conformance.contract.requests import classify
from conformance.contract.requirements import load_requirements
from conformance.scenarios.plan import draw
from conformance.scenarios.scenario.model import Create, Run, Until
from conformance.scenarios.scenario.relative_times import concrete
from conformance.scenarios.steps.registry import asked
from conformance.scenarios.strategies import THEMES
from conformance.scenarios.strategies.words import EVENTS, near_misses
from conformance.wire import exact_json
from tests.scenarios.drawing import DRAWN, MANY, drawn, undefined


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_is_deterministic_self_consistent_and_bounded(theme: str) -> None:
    assert list(drawn(theme)) == draw([THEMES[theme]], DRAWN, seed=1)
    assert drawn(theme)
    for scenario in drawn(theme):
        assert undefined(scenario) == []
        assert scenario.runs <= (110 if theme in MANY else 25)
        assert scenario.theme == theme
        creations = [step for step in scenario.leaves() if isinstance(step, Create)]
        assert len(creations) <= (150 if theme in MANY else 8)


@pytest.mark.parametrize("theme", sorted(set(THEMES) - {"open-variables", "bad-stage-numbers"}))
def test_a_theme_differs_from_seed_to_seed(theme: str) -> None:
    assert list(drawn(theme)) != draw([THEMES[theme]], DRAWN, seed=2)


@pytest.mark.parametrize("theme", THEMES)
def test_what_a_theme_creates_and_runs_is_valid_by_the_contract(theme: str) -> None:
    for scenario in drawn(theme):
        for step in scenario.leaves():
            if isinstance(step, Create):
                config = {"stages": concrete(step.stages, 0)}
                kind = classify("createWorkflow", {}, (), exact_json.encode(config))
                # Whether a duration may be a variable, and a body large, is open, and so is their creation.
                doubtful = theme in {"cancelled-timer", "failing-stage", "large", "odd-delays"}
                assert kind.kind == "valid" or doubtful, (config, kind)
            elif isinstance(step, Run):
                wanted = asked(step, lambda ref: ref)
                assert wanted is not None
                kind = classify(wanted.action, {"workflowID": "w"}, wanted.query, V1.prepare(wanted).content)
                assert kind.kind == "valid" or theme == "large"


def test_even_the_first_scenario_of_a_theme_differs_from_seed_to_seed() -> None:
    first = [draw([THEMES["near-misses"]], 1, seed=seed)[0] for seed in range(6)]
    assert len({str(scenario) for scenario in first}) == 6


def test_polls_for_a_stage_name_one_that_exists() -> None:
    for scenario in (each for theme in THEMES for each in drawn(theme)):
        stages = {step.ref: len(step.stages) for step in scenario.leaves() if isinstance(step, Create)}
        runs = {step.ref: step.workflow for step in scenario.leaves() if isinstance(step, Run)}
        for step in scenario.leaves():
            if isinstance(step, Until) and step.stage is not None:
                assert step.stage < stages[runs[step.instance]], scenario.theme


def test_without_the_ledger_no_money_moves() -> None:
    offered = [theme for theme in THEMES.values() if theme.feature is None and theme.name != "every-config"]
    for scenario in draw(offered, 2, seed=1, features=()):
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
