from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection
from functools import cache

import pytest

from conformance.scenarios import Scenario
from conformance.scenarios.plan import Profile, default_runs, derived_seed, endless, more_for, plan
from conformance.scenarios.scenario.model import UNKNOWN, Create, Delete, Run, RunRaw
from conformance.scenarios.strategies import THEMES

OFTEN = {name for name, theme in THEMES.items() if not theme.once}
# Drawing one takes seconds.
planned = cache(plan)


@pytest.mark.parametrize(("profile", "slow"), [("smoke", False), ("smoke", True), ("standard", False)])
def test_a_plan_keeps_its_budget_and_uses_it(profile: Profile, slow: bool) -> None:
    made = planned(profile, 7, slow=slow)
    limit = default_runs(profile, slow=slow)
    assert made.runs == sum(scenario.runs for scenario in made.scenarios)
    assert limit - 6 <= made.runs <= limit


def test_a_standard_plan_has_every_theme_the_weighty_ones_more_often() -> None:
    made = planned("standard", 7, slow=False)
    counts = Counter(scenario.theme for scenario in made.scenarios)
    assert counts.keys() >= OFTEN
    assert counts["cancel-at-once"] > counts["cancel-storm"]


def test_a_run_short_of_time_plays_every_theme_once_before_any_twice() -> None:
    made = planned("standard", 7, slow=False)
    for scarce in (False, True):
        often = [each.theme for _, each in made.numbered(scarce=scarce) if each.theme in OFTEN]
        assert set(often[: len(OFTEN)]) == OFTEN


def runs_until(rules: list[tuple[Scenario, set[str]]], tested: Collection[str]) -> int:
    """The runs that start until every rule of some was tested."""
    left, runs = set(tested), 0
    for scenario, own in rules:
        left -= own
        runs += scenario.starts
        if not left:
            return runs
    raise AssertionError("some rule is never tested")


def test_where_runs_are_scarce_a_few_scenarios_test_everything_first_and_then_come_those_that_need_one() -> None:
    made = planned("standard", 7, slow=False)
    scarce = made.numbered(scarce=True)
    assert sorted(number for number, _ in scarce) == list(range(len(made.scenarios)))
    assert all(made.scenarios[number] is scenario for number, scenario in scarce)
    assert made.numbered(scarce=False) == tuple(enumerate(made.scenarios))
    rules = [(each, {rule for rule in THEMES[each.theme].rules if "envelope" not in rule}) for _, each in scarce]
    themes = {rule for each, own in rules if each.starts <= 8 for rule in own}
    assert runs_until(rules, themes) <= 45
    done = next(
        number for number in range(len(rules)) if set[str]().union(*(own for _, own in rules[:number])) >= themes
    )
    every = {each.theme for each, _ in rules if each.starts <= 8}
    last = next(number for number in range(len(rules)) if {each.theme for each, _ in rules[:number]} >= every)
    starts = [each.starts for each, _ in rules[done:last]]
    assert starts == sorted(starts, key=lambda each: (each > 1, -each))
    assert starts[0] == 1 < max(starts)


def test_what_starts_no_run_comes_before_what_does_where_runs_are_scarce() -> None:
    made = planned("standard", 7, slow=False)
    first = list(itertools.takewhile(lambda each: not each[1].starts, made.numbered(scarce=True)))
    free = {each.theme for each in made.scenarios} - {each.theme for each in made.scenarios if each.starts}
    assert [scenario.theme for _, scenario in first] == list(dict.fromkeys(scenario.theme for _, scenario in first))
    assert {scenario.theme for _, scenario in first} >= free


def test_what_starts_no_run_is_played_again_before_anything_else_is() -> None:
    made = [each for _, each in planned("standard", 7, slow=False).numbered(scarce=True)]
    every = {each.theme for each in made if each.starts <= 8}
    done = next(number for number in range(len(made)) if {each.theme for each in made[:number]} >= every)
    again = list(itertools.takewhile(lambda each: not each.starts, made[done:]))
    assert {"delete-and-after", "deleted-at-once"} <= {each.theme for each in again}
    assert all(each.starts for each in made[done + len(again) :])


def test_a_run_that_has_to_be_refused_starts_nothing() -> None:
    steps = (Create("w1", ()), Run("i1", "w1"), RunRaw("w1", "[]"), Delete("w1"), Run("i2", "w1"), Run("i3", UNKNOWN))
    scenario = Scenario(steps)
    assert (scenario.runs, scenario.starts) == (4, 1)


@pytest.fixture
def few_themes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every eighth theme: each takes its time, however few scenarios are drawn."""
    monkeypatch.setattr("conformance.scenarios.plan.THEMES", {name: THEMES[name] for name in list(THEMES)[::8]})


@pytest.mark.usefixtures("few_themes")
def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    made = plan("smoke", seed=5, run_budget=20)
    assert made == plan("smoke", seed=5, run_budget=20)
    assert made != plan("smoke", seed=6, run_budget=20)


def test_a_thorough_plan_creates_more_workflows_than_a_page_once() -> None:
    made = plan("thorough", seed=1, run_budget=80)
    created = [sum(isinstance(step, Create) for step in scenario.leaves()) for scenario in made.scenarios]
    assert sum(count >= 120 for count in created) == 1


def test_a_given_budget_wins_over_the_profile() -> None:
    assert plan("standard", seed=1, run_budget=10).runs <= 10


@pytest.mark.usefixtures("few_themes")
def test_endless_goes_on_after_a_plan_and_is_deterministic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.scenarios.plan._RUNS", {"soak": (30, 30)})
    length = len(plan("soak", derived_seed(3, "0"), ()).scenarios)
    first = list(itertools.islice(endless(3, ()), 2 * length))
    assert first == list(itertools.islice(endless(3, ()), 2 * length))
    assert first[length:] != first[:length]


def test_themes_for_given_requirements_come_with_the_most_fitting_first() -> None:
    found = more_for(["cancel.deaf", "history.cancelled"])
    assert found[0].name == "cancel-while-waiting"
    assert all({"cancel.deaf", "history.cancelled"} & set(theme.rules) for theme in found)
    assert more_for(["stage-history.effect"], features=()) == ()


def test_what_comes_once_does_come_in_a_thorough_run() -> None:
    # They have half of the runs at the most: what they fit into, a whole run's 1,200 hold as well.
    played = {scenario.theme for scenario in plan("thorough", 0, ("ledger", "auth", "scopes"), 400).scenarios}
    assert {theme.name for theme in THEMES.values() if theme.once} <= played
