from __future__ import annotations

import math

from conformance.campaign.schedule import Schedule, Shortfall, deadline_of
from conformance.configuration.settings import Settings
from conformance.scenarios import Scenario
from conformance.scenarios.scenario.model import Create, Pause, Run


class Time:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def schedule(max_time: float | None = None) -> tuple[Schedule, Time]:
    time = Time()
    return Schedule(Settings(max_time=max_time), time), time


def test_a_profile_explores_for_its_time_and_confirms_for_its_own() -> None:
    made, time = schedule()
    time.seconds += 30
    settings = made.settings
    assert settings.seconds is not None
    assert made.exploring_left(to_confirm=True) == settings.seconds - 30
    own = settings.budget.confirming_seconds
    assert made.confirming_left() == own
    # Whatever is confirmed after the first: the time is for all of it.
    time.seconds += 50
    assert made.confirming_left() == own - 50
    time.seconds += own
    assert made.confirming_left() == 0


def test_where_exploring_took_too_long_confirming_has_less_time_but_half_of_it_at_least() -> None:
    for late in (10, 1000):
        made, time = schedule()
        settings, own = made.settings, made.settings.budget.confirming_seconds
        assert settings.seconds is not None
        time.seconds += settings.seconds + late
        assert made.confirming_left() == (own - 10 if late == 10 else own / 2)


def test_the_time_that_a_user_allows_holds_for_everything() -> None:
    made, time = schedule(max_time=100)
    assert made.exploring_left(to_confirm=False) == 93
    assert made.exploring_left(to_confirm=True) == 63
    time.seconds += 63
    assert made.confirming_left() == 30
    time.seconds += 100
    assert made.confirming_left() == 0


def test_the_time_for_the_whole_run_counts_from_its_beginning() -> None:
    time = Time()
    made = Schedule(Settings(max_time=100), time, begun=time.seconds - 8)
    assert made.exploring_left(to_confirm=False) == 85
    assert made.elapsed == 0


def test_the_time_for_exploring_leaves_that_for_confirming_alone() -> None:
    time = Time()
    made = Schedule(Settings(explore_time=40), time)
    assert made.exploring_left(to_confirm=True) == 40
    assert made.confirming_left() == made.settings.budget.confirming_seconds
    both = Schedule(Settings(explore_time=40, max_time=50), time)
    assert both.exploring_left(to_confirm=False) == 40
    assert both.exploring_left(to_confirm=True) == 31.5


def test_a_run_ends_whatever_its_target_does() -> None:
    deadline = deadline_of(Settings(max_time=100), begun=7.0)
    assert (deadline.traffic, deadline.cleanup) == (107.0, 110.0)
    assert deadline_of(Settings(profile="standard"), begun=0.0).traffic < 600
    assert math.isinf(deadline_of(Settings(profile="soak"), begun=0.0).traffic)


def test_a_soak_has_no_end_of_its_own() -> None:
    assert Schedule(Settings(profile="soak")).exploring_left(to_confirm=False) == math.inf


def test_a_scenario_is_not_begun_that_could_not_end_in_time() -> None:
    made, time = schedule(max_time=100)
    quick, long = Scenario(()), Scenario((Pause(95_000),))
    assert made.fits(quick, to_confirm=False)
    assert not made.fits(long, to_confirm=False)
    for _ in range(5):
        made.took(quick, 40)
    time.seconds += 50
    assert made.fits(quick, to_confirm=False)
    assert not made.fits(quick, to_confirm=True)


def test_what_starts_no_run_fits_in_whatever_the_others_wait_for() -> None:
    made, time = schedule(max_time=100)
    free = Scenario((Create("w1", ()),))
    running = Scenario((*free.steps, Run("i1", "w1")))
    for _ in range(5):
        made.took(running, 60)
    time.seconds += 50
    assert not made.fits(running, to_confirm=False)
    assert made.fits(free, to_confirm=False)


def test_what_was_not_reached_is_said_with_the_time_that_would_do() -> None:
    told = Shortfall(played=87, left=158, seconds=170).sentence
    assert told == (
        "The target was asked for 0.5 runs a second, for 87 of 245 in all; `--max-time 12m` would play all."
    )
    assert not Shortfall(played=245, left=0, seconds=170).sentence
    assert not Shortfall().sentence


def test_workers_fall_short_together() -> None:
    assert Shortfall(10, 5, 60) + Shortfall(20, 6, 50) == Shortfall(30, 11, 60)
