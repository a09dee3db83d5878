"""What rests on lists that show an instance more than once."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for

CAUSE = "run.then-list"


def _listed(shown: list[int], running: str | None = None) -> TraceBuilder:
    """Two instances that wait, and a list that shows some of them, once or more."""
    t = TraceBuilder()
    w = t.create([wait_for("go")])
    ids = [t.run(w), t.run(w)]
    for each in ids:
        t.get(each, [(5, None)])
    t.settled()
    t.instances(None if running else w, [t.instance(ids[n], [(5, None)], embed=True) for n in shown], running=running)
    return t


def test_that_running_ones_are_listed_twice_rests_on_it() -> None:
    traces = _listed([1, 1]), _listed([1, 1], "true")
    assert violated(*(each.trace() for each in traces)) >= {CAUSE, "list.running"}
    assert rests(CAUSE, *traces) >= {CAUSE, "list.running"}


def test_that_one_is_missing_beside_nothing_shown_twice_does_not() -> None:
    traces = _listed([1, 1]), _listed([1], "true")
    assert "list.running" in violated(traces[1].trace())
    assert "list.running" not in rests(CAUSE, *traces)


def test_nothing_rests_on_what_is_not_violated() -> None:
    assert rests(CAUSE, _listed([0, 1, 1], "true")) == frozenset()
