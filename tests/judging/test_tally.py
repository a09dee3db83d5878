"""Counting what traces show, and merging what workers counted."""

from __future__ import annotations

from dataclasses import replace

from conformance.judging.judging import Judge, Judgement
from conformance.judging.tally import Tally
from conformance.rules.evidence.observation import violated
from conformance.trace import Trace
from tests.rules.build import TraceBuilder


def created(trace_id: str = "t1", extra: int = 0, source: str = "scenario") -> Trace:
    t = TraceBuilder(id=trace_id, source=source)
    w = t.create([], "x", echo={"name": "", "stages": []})
    t.run(w)
    for _ in range(extra):
        t.info()
    return t.trace()


def judged(tally: Tally, *traces: Trace) -> Tally:
    judge = Judge()
    for trace in traces:
        tally.add(trace, judge.judge(trace))
    return tally


def test_counts_observations_traces_and_runs() -> None:
    tally = judged(Tally(), created("a"), created("b"))
    assert tally.violated["workflow.create-echo"] == 2
    assert tally.violating_traces["workflow.create-echo"] == {"a", "b"}
    assert (tally.traces, tally.runs, tally.exchanges) == (2, 2, 4)
    assert tally.statuses["createWorkflow"] == {"201": 2}
    assert tally.by_operation["workflow.create-echo", "createWorkflow", False] == 2


def test_keeps_the_smallest_traces_and_prefers_scenarios() -> None:
    long = [created(f"long{n}", extra=n + 5) for n in range(8)]
    tally = judged(Tally(), *long, created("control", source="control"), created("short"))
    kept = [case.trace.id for case in tally.cases["workflow.create-echo"]]
    assert kept == ["short", *(f"long{n}" for n in range(5))]


def test_prefers_scenarios_whose_requests_are_written_as_usual() -> None:
    formed = replace(created("formed"), scenario={"version": 1, "steps": [], "forms": ["chunked"]})
    tally = judged(Tally(), formed, created("plain", extra=3), created("none", extra=4))
    assert [case.trace.id for case in tally.cases["workflow.create-echo"]] == ["plain", "none", "formed"]


def test_keeps_the_first_five_violations_of_a_trace() -> None:
    t = TraceBuilder()
    for _ in range(7):
        t.create([], "x", echo={"name": "", "stages": []})
    tally = judged(Tally(), t.trace())
    [case] = tally.cases["workflow.create-echo"]
    assert [each.exchanges for each in case.observations] == [(n,) for n in range(5)]


def test_what_is_retracted_was_never_violated() -> None:
    tally = judged(Tally(), created())
    upheld = judged(Tally(), created()).upheld
    # The second time there is nothing to forget.
    for _ in range(2):
        tally.retract("workflow.create-echo")
        assert tally.violated["workflow.create-echo"] == 0
        for kept in (tally.violating_traces, tally.cases, tally.ways, tally.sightings):
            assert "workflow.create-echo" not in kept
        assert ("workflow.create-echo", False) not in tally.subjects
        assert ("workflow.create-echo", "createWorkflow", False) not in tally.by_operation
    assert tally.upheld == upheld


def test_merging_is_adding_up() -> None:
    first, second = created("a"), created("b", extra=3)
    apart = judged(Tally(), first)
    apart.merge(judged(Tally(), second))
    together = judged(Tally(), first, second)
    for name in ("upheld", "violated", "judged_traces", "by_operation", "violating_traces", "subjects", "statuses"):
        assert getattr(apart, name) == getattr(together, name), name
    assert [case.trace.id for case in apart.cases["workflow.create-echo"]] == ["a", "b"]
    assert (apart.runs, apart.exchanges, apart.traces) == (together.runs, together.exchanges, together.traces)


def test_across_traces_a_violation_names_the_trace_that_holds_it() -> None:
    trace = created()
    tally = Tally()
    tally.add_across("run.created", violated(trace.exchanges[1], expected="a new id", observed="an old one"), trace)
    assert tally.violated["run.created"] == 1
    assert tally.cases["run.created"][0].trace is trace


def test_an_error_of_a_rule_is_told_once() -> None:
    tally = Tally()
    judgement = Judgement(crashes={"run.created": "a rule failed", "run.then-get": "a rule failed"})
    for trace in (created(), replace(created(), id="t2")):
        tally.add(trace, judgement)
    assert tally.errors == ["a rule failed"]
    assert tally.crashed.keys() == {"run.created", "run.then-get"}


def test_merging_tells_an_error_once_and_keeps_every_crash() -> None:
    first, second = Tally(), Tally()
    first.add(created(), Judgement(crashes={"run.created": "a rule failed"}))
    second.add(created(), Judgement(crashes={"run.created": "a rule failed", "run.embeds": "another one"}))
    second.errors.append("a worker was lost")
    first.merge(second)
    assert first.errors == ["a rule failed", "another one", "a worker was lost"]
    assert first.crashed.keys() == {"run.created", "run.embeds"}


def test_what_answers_were_lost_to_is_told_in_words() -> None:
    t, tally = TraceBuilder(), Tally()
    t.info(failure="timeout")
    t.info(failure="protocol")
    judged(tally, t.trace())
    assert {words for _, words in tally.losses} == {"no answer in time", "connection closed"}
