"""What rests on answers that tell something else than was sent, or told first."""

from __future__ import annotations

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.bodies import stamp
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for

ECHO, IMMUTABLE, STAGES = "workflow.create-echo", "workflow.immutable", "history.stages"
THEN_GET, ORDER = "run.then-get", "envelope.time-order"


def waiting(*, echoed: str, told: str = "go") -> TraceBuilder:
    """An instance that waits for the event "go", of a workflow that is told to wait for another one."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go")], echo={"name": "", "stages": [wait_for(echoed)]}))
    t.get(i, [(5, None)])
    t.settled()
    t.history(i, [(5, None)], inputs={0: {"event": told}})
    return t


def run_again(*, kept: bool) -> TraceBuilder:
    """A workflow into which the variables of its first run were written, which it may show, and run once more."""
    t = TraceBuilder()
    w = t.create([wait_for("${who}")])
    t.run(w, {"who": "first"})
    i = t.run(w, {"who": "second"})
    t.get(i, [(5, None)], embed=False)
    t.settled()
    t.history(i, [(5, None)], inputs={0: {"event": "first"}})
    t.get_workflow(w, {"config": {"name": "", "stages": [wait_for("first" if kept else "${who}")]}})
    return t


def created(at: float, started: float = 100) -> TraceBuilder:
    """An instance that is told to have been created at another moment than its run said."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("go")]))
    t.get(i, [(started, None)], change={"createdAt": stamp(at), "updatedAt": stamp(at)})
    return t


def test_what_stages_were_told_rests_on_the_configuration_in_the_answer() -> None:
    assert violated(waiting(echoed="come").trace()) >= {ECHO, STAGES}
    assert rests(ECHO, waiting(echoed="come")) >= {ECHO, STAGES}


def test_it_does_not_where_history_tells_something_else_than_was_sent() -> None:
    assert STAGES not in rests(ECHO, waiting(echoed="come"), waiting(echoed="come", told="stop"))


def test_it_does_not_where_the_answer_tells_what_was_sent() -> None:
    assert rests(ECHO, waiting(echoed="go", told="stop")) == frozenset()


def test_that_a_stage_began_before_its_instance_rests_on_when_that_was_created() -> None:
    assert violated(created(5_000).trace()) >= {THEN_GET, ORDER}
    assert rests(THEN_GET, created(5_000)) >= {THEN_GET, ORDER}


def test_it_does_not_where_the_stage_began_before_the_run() -> None:
    t = created(5_000)
    assert ORDER not in rests(THEN_GET, t, created(5_000, started=-100))


def test_what_a_variable_became_rests_on_what_has_become_of_the_workflow() -> None:
    assert violated(run_again(kept=True).trace()) >= {IMMUTABLE, STAGES}
    assert rests(IMMUTABLE, run_again(kept=True)) >= {IMMUTABLE, STAGES}


def test_it_does_not_where_the_workflow_stays_what_it_was() -> None:
    assert STAGES not in rests(IMMUTABLE, run_again(kept=True), run_again(kept=False))
