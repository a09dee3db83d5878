"""What rests on the length of a delay, where a server ends delays too early."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.stage.delays import DURATION, UNTIL
from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.bodies import NOOP, ns, stamp
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started

Stage = dict[str, Any]
HOUR: Stage = {"delay": {"duration": "1h"}}
FAR: Stage = {"delay": {"until": "2125-01-01T00:00:00Z"}}


def ended_early(delay: Stage) -> TraceBuilder:
    """A delay that ends at once."""
    t, i = started(delay)
    t.get(i, [(5, 6)], ended=7, embed=False)
    return t


def goes_on(delay: Stage, error: str | None = None) -> TraceBuilder:
    """A cancelled instance whose next stage had started, before the cancellation as its own times say."""
    t, i = started(delay, *NOOP)
    t.get(i, [(5, None)], embed=False)
    t.settled()
    t.cancel(i)
    t.settled()
    t.get(i, [(5, 6, error) if error else (5, 6), (7, 8)], ended=9, embed=False)
    return t


@pytest.mark.parametrize(("delay", "cause"), [(HOUR, DURATION), (FAR, UNTIL)])
def test_that_a_later_stage_started_rests_on_the_delay(delay: Stage, cause: str) -> None:
    assert cause in violated(ended_early(delay).trace())
    assert "cancel.stops-stages" in violated(goes_on(delay).trace())
    assert "cancel.stops-stages" in rests(cause, ended_early(delay), goes_on(delay))


@pytest.mark.parametrize(("delay", "other"), [(HOUR, UNTIL), (FAR, DURATION)])
def test_delays_of_the_other_form_are_left_as_they_are(delay: Stage, other: str) -> None:
    assert rests(other, ended_early(delay), goes_on(delay)) == frozenset()


def test_a_stage_that_a_cancellation_ended_with_an_error_proves_the_rest() -> None:
    assert "cancel.stops-stages" not in rests(DURATION, ended_early(HOUR), goes_on(HOUR, error="cancelled"))


def test_nothing_is_put_right_where_delays_last() -> None:
    assert rests(DURATION, goes_on(HOUR)) == frozenset()


def test_delays_of_both_forms_that_end_at_once_have_one_timer() -> None:
    assert UNTIL in rests(DURATION, ended_early(HOUR), ended_early(FAR))
    assert DURATION not in rests(UNTIL, ended_early(HOUR), ended_early(FAR))


def test_a_form_of_which_one_ends_nearly_in_time_stands_by_itself() -> None:
    t, i = started({"delay": {"until": stamp(10_000)}})
    t.now += ns(9_500)
    t.get(i, [(5, 9_000)], ended=9_001, embed=False)
    assert UNTIL in violated(t.trace())
    assert UNTIL not in rests(DURATION, ended_early(HOUR), t)
