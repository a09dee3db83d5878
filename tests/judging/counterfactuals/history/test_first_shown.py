"""What rests on entries of history that change by themselves."""

from __future__ import annotations

from typing import Literal

import pytest

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, terminated, wait_for

DRIFT = "history.append-only"
Signal = Literal["sendEvent", "cancelEvent", None]


def drifts(signal: Signal) -> TraceBuilder:
    """A terminated instance whose entry is told with an earlier start later, perhaps after a signal that comes late."""
    t, i = terminated()
    t.history(i, [(5, 6)])
    if signal == "sendEvent":
        t.send(i, "go", status=400)
    elif signal == "cancelEvent":
        t.cancel(i, status=400)
    t.settled()
    t.history(i, [(4, 6)])
    t.get(i, [(5, 6)], ended=7)
    return t


def test_what_changes_after_the_end_rests_on_that_entries_change_anyway() -> None:
    traces = drifts(None), drifts("sendEvent"), drifts("cancelEvent")
    seen = violated(*(each.trace() for each in traces))
    assert seen >= {DRIFT, "event.terminated", "cancel.terminated"}
    assert rests(DRIFT, *traces) == seen


@pytest.mark.parametrize("signal", ["sendEvent", "cancelEvent"])
def test_what_changes_only_after_something_was_sent_does_not(signal: Signal) -> None:
    assert DRIFT in violated(drifts(signal).trace())
    assert rests(DRIFT, drifts(signal)) == frozenset()


def test_an_end_that_was_shown_is_kept() -> None:
    t, i = started(wait_for("go"))
    for end in (None, 6, None):
        t.history(i, [(5, end)])
        t.settled()
    # That it ended at all, without its event, does not rest on that.
    assert violated(t.trace()) - rests(DRIFT, drifts(None), t) == {"stage.waits"}


def test_what_no_history_shows_does_not_rest_on_it() -> None:
    t, i = terminated()
    t.send(i, "go", status=400)
    t.settled()
    t.get(i, [(5, 6)], ended=7, error="late")
    assert "event.terminated" in violated(t.trace()) - rests(DRIFT, drifts(None), t)
