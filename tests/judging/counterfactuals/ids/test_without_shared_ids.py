"""What rests on an id that two runs gave."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import started, wait_for

GO, STAY = wait_for("go"), wait_for("stay")


def _told_twice() -> TraceBuilder:
    """A run that is answered with the instance of another workflow's run, which is then sent its event."""
    t, i = started(STAY)
    t.get(i, [(5, None)])
    t.run(t.create([GO]), id=i)
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, None)])
    return t


def _deaf(instance_id: str, *, shares: bool = False) -> TraceBuilder:
    """An instance that hears nothing; where it ``shares``, another run is answered with an id of that trace, too."""
    t = TraceBuilder()
    i = t.run(t.create([GO]), id=instance_id)
    t.get(i, [(5, None)])
    t.send(i, "go")
    t.settled()
    t.get(i, [(5, None)])
    if shares:
        other = t.run(t.create([GO]))
        t.run(t.create([GO]), id=other)
    return t


def test_what_a_shared_instance_does_rests_on_its_id() -> None:
    shared = violated(_told_twice().trace())
    assert rests("run.created", _told_twice()) == shared > {"run.created"}


def test_what_other_instances_do_does_not() -> None:
    alone = _deaf("another")
    deaf = violated(alone.trace())
    assert deaf
    assert not deaf & rests("run.created", _told_twice(), alone)
    assert "run.created" in rests("run.created", _told_twice(), alone)


def test_two_traces_that_were_given_one_id_are_without_it_both() -> None:
    both = _deaf("one"), _deaf("one", shares=True)
    assert rests("run.created", *both) == violated(both[1].trace()) > {"run.created"}


def test_what_lists_show_of_the_instance_that_nobody_was_told_of_rests_on_the_id() -> None:
    t, i = started(STAY)
    other = t.create([GO])
    t.run(other, variables=[1], status=400)
    t.run(other, id=i)
    t.settled()
    t.instances(other, [{**t.instance(i, embed=True), "id": "stray"}])
    assert "run.bad-variables" in violated(t.trace())
    assert rests("run.created", t) == violated(t.trace())


def test_that_a_list_shows_it_twice_rests_on_the_id() -> None:
    t, i = started(STAY)
    t.instances(None, [i, i], running="true")
    assert "list.running" in violated(t.trace())
    other = TraceBuilder()
    for _ in range(2):
        other.run(other.create([GO]), id=i)
    assert "list.running" in rests("run.created", other, t)


def test_where_no_id_is_shared_nothing_is_left_out() -> None:
    t, i = started(GO, STAY)
    t.run(t.create([GO]), change={"workflowID": "another"})
    t.send(i, "go")
    assert "run.created" not in rests("run.created", t)
