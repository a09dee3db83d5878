"""What two rules see at one place has one cause, without any replay."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from conformance.contract.requirements import load_requirements
from conformance.judging.causes import Causes
from conformance.judging.judging import Judge
from conformance.judging.places import acts_of, at_one_place, one_place, place_of, sighting_of
from conformance.judging.tally import Tally
from conformance.rules.evidence.observation import violated
from conformance.trace import Exchange
from tests.rules.bodies import UNKNOWN
from tests.rules.build import TraceBuilder
from tests.rules.history.histories import SEND
from tests.rules.timelines import NOOP, started, wait_for


def _sending(amount: int) -> dict[str, Any]:
    stage: dict[str, Any] = copy.deepcopy(SEND)
    stage["send"]["amount"]["amount"] = amount
    return stage


_BIG, _ROUNDED = _sending(9007199254740993), _sending(9007199254740992)


def leading(*builders: TraceBuilder) -> dict[str, list[str]]:
    """What a confirmation without time would tell: the requirements by the one that leads them."""
    seen, judge = Tally(), Judge()
    for number, builder in enumerate(builders):
        builder._trace["id"] = f"t{number}"
        trace = builder.trace()
        seen.add(trace, judge.judge(trace))
    causes, told, found = Causes(load_requirements(), seen), set[str](), dict[str, list[str]]()
    for requirement in sorted(seen.cases, key=causes.rank):
        if requirement not in told:
            found[requirement] = causes.explained_by(requirement, ())
            told |= {requirement, *found[requirement]}
    return found


def rounding() -> TraceBuilder:
    t = TraceBuilder()
    t.create([_BIG], echo={"name": "", "stages": [_ROUNDED]})
    return t


def nameless() -> TraceBuilder:
    t = TraceBuilder()
    t.create([_BIG], "name", echo={"name": "", "stages": [_BIG]})
    return t


def dropping(embedded: bool) -> TraceBuilder:
    """An amount that the answer to the creation leaves out, or each instance."""
    t = TraceBuilder()
    bare = _sending(1)
    bare["send"]["amount"] = {"asset": "EUR/2"}
    w = t.create([_BIG], echo=None if embedded else {"name": "", "stages": [bare]})
    i = t.run(w)
    shown = {**t.workflow_bodies[w], "config": {"name": "", "stages": [bare if embedded else _BIG]}}
    t.get(i, [(5, 6)], ended=7, change={"workflow": shown})
    return t


def uncancelled() -> TraceBuilder:
    t, i = started(wait_for("go"))
    t.get(i, [(5, None)])
    t.history(i, [(5, None)])
    t.settled()
    t.cancel(i)
    t.settled()
    t.get(i, [(5, None)])
    t.history(i, [(5, None)])
    return t


def test_a_number_that_is_rounded_is_one_finding() -> None:
    assert leading(rounding()) == {"workflow.create-echo": ["workflow.exact-numbers"]}


@pytest.mark.parametrize("embedded", [False, True])
def test_what_is_lost_in_one_view_of_a_workflow_is_one_finding(*, embedded: bool) -> None:
    (found,) = leading(dropping(embedded)).items()
    assert "run.embeds" in {found[0], *found[1]}


def test_a_name_and_a_number_that_are_lost_apart_are_two() -> None:
    assert set(leading(nameless(), uncancelled())) == {"workflow.create-echo", "cancel.terminates"}
    told = leading(rounding(), nameless())
    assert told == {"workflow.create-echo": [], "workflow.exact-numbers": []}


def test_what_a_cancellation_leaves_undone_is_one_finding() -> None:
    (found,) = leading(uncancelled()).items()
    assert found[0] == "cancel.terminates"
    assert "cancel.closes-stage" in found[1]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({("w", "config/stages/0")}, {("w", "config/stages/0/send")}, True),
        ({("w", "config/stages/0")}, {("w", "config/stages/1")}, False),
        ({("w", "config")}, {("w", "config/name")}, False),
        ({("w", "config/stages/0")}, {("v", "config/stages/0")}, False),
        ({("t#1", "")}, {("t#1", "")}, True),
        ({("t#1", "")}, {(f"t#{n}", "") for n in range(9)}, False),
        (set(), {("t#1", "")}, False),
    ],
)
def test_places_are_one_where_all_of_one_lie_in_most_of_the_other(
    one: set[tuple[str, str]], other: set[tuple[str, str]], same: bool
) -> None:
    assert at_one_place(one, other) == at_one_place(other, one) == same


def test_a_place_in_a_list_is_that_of_the_element() -> None:
    t = TraceBuilder()
    w = t.create([_BIG])
    t.workflows()
    trace = t.trace()
    listing = violated(trace.exchanges[1], expected="a", observed="b", pointer="/data/0/config/stages/0")
    created = violated(trace.exchanges[0], expected="a", observed="b", pointer="/data/config/stages/0")
    assert place_of(trace, listing) == place_of(trace, created) == (w, "config/stages/0")


def test_the_answer_to_an_act_is_no_effect_of_it() -> None:
    trace = uncancelled().trace()
    cancel = next(each for each in trace.exchanges if each.operation == "cancelEvent")
    later = trace.exchanges[-1]
    assert acts_of(trace, violated(cancel, expected="a", observed="b")) == set()
    assert acts_of(trace, violated(cancel, later, expected="a", observed="b")) == {(trace.id, cancel.index)}


def test_an_answer_without_data_is_one_place_for_all_that_misses_in_it() -> None:
    t = TraceBuilder()
    t.create([_BIG])
    t.workflows([], answer={"data": None})
    t.get_workflow("gone", status=404)
    trace = t.trace()
    empty, refused = ({violated(trace.exchanges[n], expected="a", observed="b")} for n in (1, 2))
    assert {place_of(trace, each)[1] for each in empty} == {"(no data)"}
    assert {place_of(trace, each)[1] for each in refused} == {""}


def test_who_is_not_found_is_absent_wherever_it_was_asked_for() -> None:
    t = TraceBuilder()
    one, other = t.create([_BIG]), t.create([_BIG])
    t.get_workflow(one, status=404)
    t.workflows([other])
    trace = t.trace()
    read = violated(trace.exchanges[2], expected="a", observed="b", subject=one)
    listed = violated(trace.exchanges[3], expected="a", observed="b", subject=one, pointer="/data")
    twice = violated(trace.exchanges[3], expected="a", observed="b", subject=other, pointer="/data")
    assert place_of(trace, read) == place_of(trace, listed) == (one, "(absent)")
    assert place_of(trace, twice)[1] == ""
    code = violated(trace.exchanges[2], expected="404 NOT_FOUND", observed="404 GONE", subject=one)
    assert place_of(trace, code)[1] == ""


def test_a_stage_is_one_place_in_status_and_in_history() -> None:
    t, i = started(wait_for("go"))
    t.get(i, [(5, 20)])
    t.history(i, [(5, None)])
    trace = t.trace()
    status, history = trace.exchanges[-2:]
    one = violated(status, expected="a", observed="b", subject=i, pointer="/data/status/0/error")
    two = violated(history, expected="a", observed="b", subject=i, pointer="/data/0")
    other = violated(history, expected="a", observed="b", subject=i, pointer="/data/1")
    assert one_place(place_of(trace, one), place_of(trace, two))
    assert not one_place(place_of(trace, one), place_of(trace, other))


def test_an_empty_history_is_one_place() -> None:
    t, i = started(wait_for("go"))
    t.history(i, [(5, None)])
    t.history(i, [])
    trace = t.trace()
    vanished = violated(trace.exchanges[-1], expected="a", observed="b", subject=i)
    missing = violated(trace.exchanges[-1], expected="a", observed="b", subject=i, pointer="/data/0")
    before = violated(trace.exchanges[-2], expected="a", observed="b", subject=i, pointer="/data/0")
    assert place_of(trace, vanished) == place_of(trace, missing) == (i, "(no history)")
    assert place_of(trace, before) == (i, "status/0")


@pytest.mark.parametrize(("code", "more"), [("INTERNAL", []), ("VALIDATION", ["workflow.get-deleted"])])
def test_unknown_and_deleted_refused_in_one_wrong_way_are_one_finding(code: str, more: list[str]) -> None:
    unknown, deleted = TraceBuilder(), TraceBuilder()
    unknown.create([])
    unknown.get_workflow(UNKNOWN, status=404, answer={"errorCode": "INTERNAL", "errorMessage": "no"})
    workflow = deleted.create([])
    deleted.delete(workflow)
    deleted.get_workflow(workflow, status=404, answer={"errorCode": code, "errorMessage": "gone"})
    assert list(leading(unknown, deleted)) == ["workflow.get-unknown", *more]


def test_answers_that_wrongly_refuse_are_alike_by_their_words_whatever_ids_these_name() -> None:
    t = TraceBuilder()
    w = t.create([{"noop": {}}])
    for said in (f"no history of {UNKNOWN}", "no history of i-12", "it has ended"):
        t.get_workflow(w, status=404, answer={"errorCode": "NOT_FOUND", "errorMessage": said})
    trace = t.trace()

    def refused(position: int, subject: str = w, observed: str = "404: gone") -> str:
        seen = violated(trace.exchanges[position], expected="a history", observed=observed, subject=subject)
        return sighting_of(trace, seen).refusal

    assert refused(1) == refused(2) != refused(3)
    # Of an answer that refuses rightly something else may be wrong.
    assert refused(1, subject="") == refused(1, observed="text/plain") == ""


def test_reads_that_are_wrongly_answered_are_alike_by_what_was_due() -> None:
    t = TraceBuilder()
    w = t.create([{"noop": {}}])
    t.get_workflow(w)
    made, read = t.trace().exchanges

    def refused(exchange: Exchange, expected: str) -> str:
        return sighting_of(t.trace(), violated(exchange, expected=expected, observed="200")).refusal

    assert refused(read, "404 NOT_FOUND: nobody has it") == refused(read, "404 NOT_FOUND: no such stage") != ""
    # A request that is wrongly carried out may be so for a reason of its own.
    assert refused(made, "404 NOT_FOUND: nobody has it") == refused(read, "a workflow") == ""


@pytest.mark.parametrize(
    ("stages", "spans", "options", "hangs"),
    [
        ([NOOP], [(5, 6)], {}, True),
        ([NOOP], [(5, 6)], {"ended": 7}, False),
        ([NOOP], [(5, None)], {}, False),
        ([NOOP, NOOP], [(5, 6)], {}, False),
        ([NOOP, NOOP], [(5, 6, "no")], {}, True),
        ([NOOP], [(5, 6)], {"change": {"status": "?"}}, False),
        ([NOOP], [(5, 6)], {"change": {"workflow": None}}, False),
    ],
)
def test_an_instance_hangs_that_runs_with_nothing_left_to_do(
    stages: list[Any], spans: list[Any], options: dict[str, Any], hangs: bool
) -> None:
    t, i = started(*stages)
    read, history = t.get(i, spans, **options), t.history(i, spans)
    found = [sighting_of(t.trace(), violated(each, expected="this", observed="that")) for each in (read, history)]
    assert [each.hangs for each in found] == [hangs, False]


@pytest.mark.parametrize(
    ("pointer", "unheard"),
    [("/data/status/0", True), ("/data/status/1", False), ("/data/status/x", False), ("/data/terminated", False)],
)
def test_a_stage_that_a_read_still_shows_open_has_not_heard_the_events_before(pointer: str, unheard: bool) -> None:
    t, i = started(wait_for("go"), wait_for("go"))
    sent, read = t.send(i, "go"), t.get(i, [(5, None)])
    cancelled, later, history = t.cancel(i), t.get(i, [(5, None)]), t.history(i, [(5, None)])
    ended = t.get(i, [(5, 9), (9, None)])

    def found(*cited: Exchange, at: str = pointer) -> bool:
        return sighting_of(t.trace(), violated(*cited, expected="this", observed="that", pointer=at)).unheard

    assert found(sent, read) is found(sent, history, at=pointer.replace("status/", "")) is unheard
    assert not found(read)
    assert not found(sent, cancelled, later)
    assert not found(sent, ended, at="/data/status/0")
