"""What rests on reads that show an instance as it was before."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for

GO = wait_for("go")


def _flickers() -> TraceBuilder:
    """An instance that has ended, and runs again in its last read."""
    t, i = started({"noop": {}})
    t.settled()
    t.get(i, [(5, 10)], ended=10)
    t.settled()
    t.get(i)
    return t


def _hangs(*, reads: int) -> TraceBuilder:
    """An instance that does not begin, by so many reads."""
    t, i = started({"noop": {}})
    t.settled()
    for _ in range(reads):
        t.get(i)
    return t


def test_what_such_a_read_lacks_rests_on_it() -> None:
    seen = violated(_flickers().trace())
    assert seen > {"stage.monotone"}
    assert rests("stage.monotone", _flickers()) == seen


def test_a_last_read_may_be_such_a_one() -> None:
    alone = violated(_hangs(reads=1).trace())
    assert alone
    assert alone <= rests("stage.monotone", _flickers(), _hangs(reads=1))


def test_what_a_second_read_confirms_does_not() -> None:
    seen = violated(_hangs(reads=2).trace())
    assert seen
    assert not seen & rests("stage.monotone", _flickers(), _hangs(reads=2))


def test_nothing_rests_on_times_that_change() -> None:
    t, i = started({"noop": {}})
    t.settled()
    t.get(i, [(5, 10)], ended=10)
    t.get(i, [(5, 10)], ended=40)
    assert "stage.monotone" in violated(t.trace())
    assert not rests("stage.monotone", t, _hangs(reads=1))


def test_an_instance_that_goes_on_shows_more_each_time() -> None:
    t, i = started(GO)
    t.get(i, [(5, None)])
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, 30)], ended=30)
    assert not violated(t.trace())
    assert not rests("stage.monotone", t)
