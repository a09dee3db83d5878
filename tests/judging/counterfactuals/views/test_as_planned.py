"""What rests on inputs of history that have another form, or change by themselves."""

from __future__ import annotations

from typing import Any

from tests.judging.counterfactuals.resting_on import rests, violated
from tests.rules.build import TraceBuilder
from tests.rules.timelines import wait_for

SCHEMA, CHANGES, VARIABLES, STAGES = "envelope.schema", "history.append-only", "run.variables", "history.stages"
FIELDS = "envelope.documented-fields"
HOUR = {"delay": {"duration": "${length}"}}


def waiting(*inputs: Any) -> TraceBuilder:
    """An instance that waits for an event named by a variable, and whose history is read with each input."""
    t = TraceBuilder()
    i = t.run(t.create([wait_for("${who}")]), {"who": "go"})
    t.get(i, [(5, None)])
    for given in inputs:
        t.settled()
        t.history(i, [(5, None)], inputs={0: given})
    return t


def delayed(*inputs: Any) -> TraceBuilder:
    """The same of an instance in a delay."""
    t = TraceBuilder()
    i = t.run(t.create([HOUR]), {"length": "1h"})
    t.get(i, [(5, None)])
    for given in inputs:
        t.settled()
        t.history(i, [(5, None)], inputs={0: given})
    return t


def test_what_a_variable_became_rests_on_the_form_of_inputs() -> None:
    wrapped = waiting({"wait_event": {"event": "go"}})
    assert violated(wrapped.trace()) >= {SCHEMA, FIELDS, STAGES}
    assert rests(SCHEMA, wrapped) >= {SCHEMA, FIELDS, STAGES}


def test_it_does_not_where_inputs_have_their_form() -> None:
    assert {VARIABLES, STAGES} & violated(waiting({"event": "come"}).trace())
    assert rests(SCHEMA, waiting({"event": "come"})) == frozenset()


def test_what_a_variable_became_rests_on_inputs_that_change() -> None:
    seen = violated(delayed({"duration": "59m"}, {"duration": "58m"}).trace())
    assert {CHANGES, STAGES} <= seen
    assert rests(CHANGES, delayed({"duration": "59m"}, {"duration": "58m"})) >= {CHANGES, STAGES}


def test_it_does_not_where_they_stay_as_they_are() -> None:
    assert rests(CHANGES, delayed({"duration": "58m"}, {"duration": "58m"})) == frozenset()
