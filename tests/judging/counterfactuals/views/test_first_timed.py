"""What rests on the beginning of a stage that moves."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for

CAUSE, HISTORY = "stage.monotone", "history.append-only"


def _moving(status: float, history: float) -> TraceBuilder:
    """A stage whose beginning is told again, in both views."""
    t, i = started(wait_for("go"))
    for began in (5, status):
        t.get(i, [(began, None)])
    for began in (5, history):
        t.history(i, [(began, None)])
    return t


def test_that_history_moves_with_it_rests_on_that() -> None:
    seen = violated(_moving(30, 30).trace())
    assert seen >= {CAUSE, HISTORY}
    assert rests(CAUSE, _moving(30, 30)) == seen


def test_that_history_alone_moves_elsewhere_does_not() -> None:
    traces = _moving(30, 40), _moving(5, 40)
    assert HISTORY in violated(traces[1].trace()) - rests(CAUSE, *traces)


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert HISTORY in violated(_moving(5, 30).trace())
    assert rests(CAUSE, _moving(5, 30)) == frozenset()
