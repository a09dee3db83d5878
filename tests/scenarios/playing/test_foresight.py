"""Controls that took longer than those before them let expect."""

from __future__ import annotations

import pytest

from conformance.scenarios.playing.foresight import Foresight
from conformance.trace import Control, Settling
from conformance.wire.instant import MILLISECOND, SECOND


def noted(*took: tuple[float, float], lag: int = 0) -> Foresight:
    """After controls that began at (seconds) and took so long, each noted when it ended."""
    foresight, controls = Foresight(), list[Control]()
    for begun, seconds in sorted(took, key=sum):
        control = Control(round(begun * SECOND), round((begun + seconds) * SECOND), round(begun * SECOND))
        foresight.note(control, controls, lag)
        controls.append(control)
    return foresight


QUICK = tuple((float(number), 0.02) for number in range(60))


@pytest.mark.parametrize(
    ("late", "floor"),
    [
        ((), 0.15),
        # Once may be a pause of everything.
        (((7.0, 1.5),), 0.15),
        # Both were held up by one.
        (((7.0, 1.5), (7.2, 1.4)), 0.15),
        (((7.0, 1.5), (20.0, 1.4)), 2.1),
        (((7.0, 13.0), (30.0, 1.0), (40.0, 0.8)), 1.5),
        (((7.0, 9.0), (30.0, 8.0)), 5.0),
        # What has come soon before is foreseen.
        (((7.0, 1.5), (9.0, 1.4)), 0.15),
        # That much was foreseen by then.
        (((7.0, 1.5), (20.0, 1.4), (40.0, 1.9)), 2.1),
        (((7.0, 1.5), (20.0, 1.4), (40.0, 2.5)), 2.25),
    ],
)
def test_what_comes_late_twice_is_waited_for(late: tuple[tuple[float, float], ...], floor: float) -> None:
    foresight = noted(*QUICK, *late)
    assert foresight.floor == round(floor * SECOND)
    assert foresight.failed == (foresight.floor > Settling.floor)


@pytest.mark.parametrize(
    ("effects", "floor"),
    [([], 0.15), ([0.1, 0.2, 0.2], 0.15), ([0.1, 1.2, 0.1], 0.15), ([1.2, 1.4, 1.1], 1.8), ([0.4, 0.2, 0.9], 0.6)],
)
def test_views_that_lag_are_waited_for(effects: list[float], floor: float) -> None:
    foresight = Foresight()
    foresight.note_views([round(each * SECOND) for each in effects], 300 * MILLISECOND)
    assert foresight.floor == round(floor * SECOND)
    assert not foresight.failed, "it is foreseen from then on"


def test_before_there_are_a_few_nothing_is_foreseen() -> None:
    assert not noted(*QUICK[:4], (4.0, 1.5), (20.0, 1.5)).failed


def test_a_control_that_never_ends_says_nothing_of_how_long_others_take() -> None:
    foresight, controls = Foresight(), [Control(n * SECOND, n * SECOND + 1) for n in range(9)]
    for _ in range(3):
        foresight.note(Control(20 * SECOND, None), controls, 0)
    assert not foresight.failed


def test_what_held_up_the_client_itself_is_no_surprise() -> None:
    assert not noted(*QUICK, (7.0, 0.3), (20.0, 0.3), lag=200 * MILLISECOND).failed
