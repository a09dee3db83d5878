"""What rests on answers to runs which say that their instances have terminated."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for

CAUSE = "run.created"


def ended_in_the_answer(*, wait: bool | None = None) -> TraceBuilder:
    """A run whose answer tells an end that no read tells."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go")]), wait=wait, ended=4)
    for _ in range(2):
        t.settled()
        t.get(i, [(5, None)])
        t.history(i, [(5, None)])
        t.instances(running="true", bodies=[t.instance(i, [(5, None)], embed=True)])
    return t


def went_back() -> TraceBuilder:
    """An instance of which a read has told an end that the next one does not."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go")]), id="another")
    t.get(i, [(5, 6)], ended=7)
    t.get(i, [(5, None)])
    return t


def test_what_such_an_answer_alone_tells_rests_on_it() -> None:
    seen = violated(ended_in_the_answer().trace())
    assert seen > {CAUSE, "list.running"}
    assert rests(CAUSE, ended_in_the_answer()) == seen


def test_what_a_read_tells_does_not() -> None:
    traces = ended_in_the_answer(), went_back()
    assert "stage.monotone" in violated(traces[1].trace()) - rests(CAUSE, *traces)


def test_an_answer_that_was_waited_for_says_that_it_has_ended() -> None:
    assert "run.wait" not in violated(ended_in_the_answer(wait=True).trace())


def test_the_time_of_the_end_that_it_tells_where_it_was_waited_for_rests_on_it_too() -> None:
    waited = TraceBuilder()
    i = waited.run(waited.create([{"noop": {}}]), wait=True, id="waited", spans=[(5, 6)], ended=2)
    waited.get(i, [(5, 6)], ended=7)
    assert "stage.monotone" in violated(waited.trace())
    assert "stage.monotone" in rests(CAUSE, ended_in_the_answer(), waited)
    assert rests(CAUSE, waited) == frozenset()
