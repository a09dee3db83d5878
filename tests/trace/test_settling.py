"""How a settle time follows from controls."""

from __future__ import annotations

from conformance.trace import Control, Settling
from conformance.wire.instant import SECOND


def _settle(*controls: tuple[float, float]) -> float:
    """The settle time in seconds; each control is how long it waited for its answer, and how long after that."""
    made = [Control(0, int((admitted + after) * SECOND), int(admitted * SECOND)) for admitted, after in controls]
    return Settling(made).settle(0, SECOND) / SECOND


def test_what_follows_the_answers_of_controls_counts_several_times() -> None:
    assert _settle((0, 1), (0, 1), (0, 1)) == 4
    assert _settle((0, 1), (0, 1), (0, 3)) == 6


def test_waiting_to_be_admitted_counts_less_than_what_follows() -> None:
    assert _settle((6, 1), (1, 1), (1, 1)) == 10.5
    assert _settle((2, 1), (1, 1), (1, 1)) == 4.5


def test_a_control_whose_answer_is_not_known_counts_whole() -> None:
    settling = Settling([Control(0, 3 * SECOND)])
    assert settling.settle(0, SECOND) == 12 * SECOND


def test_without_a_control_near_the_cause_the_floor_holds() -> None:
    assert Settling([Control(0, SECOND)]).settle(60 * SECOND, 61 * SECOND) == Settling().floor
