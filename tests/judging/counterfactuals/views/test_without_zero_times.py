"""What rests on ends that are the zero of a type."""

from __future__ import annotations

import pytest

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for

CAUSE = "envelope.time-order"


def _ends(end: str) -> TraceBuilder:
    """An instance whose stage waits, and is shown with an end from the beginning."""
    t, i = started(wait_for("go"))
    body = t.instance(i, [(5, None)])
    entry = body["status"][0] | {"terminatedAt": end}
    t.get(i, change={"status": [entry]})
    t.settled()
    t.get(i, change={"status": [entry]})
    return t


@pytest.mark.parametrize("zero", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z", "1970-01-01T00:00:00Z"])
def test_that_the_stage_ended_without_its_event_rests_on_a_zero(zero: str) -> None:
    seen = violated(_ends(zero).trace())
    assert {CAUSE, "stage.waits"} <= seen
    assert rests(CAUSE, _ends(zero)) == seen


def test_on_an_end_that_is_merely_too_early_it_does_not() -> None:
    early = _ends("2020-01-01T00:00:00Z")
    assert CAUSE in violated(early.trace())
    assert not rests(CAUSE, early)


def test_what_is_wrong_elsewhere_too_does_not() -> None:
    t, i = started(wait_for("go"))
    t.settled()
    t.get(i, [(5, 6)])
    assert "stage.waits" in violated(t.trace())
    assert "stage.waits" not in rests(CAUSE, _ends("0001-01-01T00:00:00Z"), t)
