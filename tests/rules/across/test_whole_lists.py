"""Lists of everything that lack what other traces have made; three traces have to show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from conformance.judging.judging import Judgement
from conformance.judging.tally import Tally
from conformance.rules.across.whole_lists import unlisted
from conformance.rules.evidence.trace_index import TraceIndex
from conformance.trace import Trace
from tests.rules.bodies import WAIT, uuid
from tests.rules.build import TraceBuilder

LONG = 10_000.0


def made(
    *, read: float = LONG, deleted: float | None = None, terminated: bool = False, flickers: bool = False
) -> TraceBuilder:
    """An instance that waits, and shows it in a last read; its workflow does, too.

    ``flickers``: an earlier read shows its end.
    """
    t = TraceBuilder(id="made")
    workflow = t.create(WAIT, id=uuid(1, 99))
    instance = t.run(workflow, id=uuid(2, 99))
    if deleted is not None:
        t.delete(workflow, at=deleted)
    if flickers:
        t.get(instance, [(5, 50)], ended=50)
    t.now = read
    t.get(instance, [(5, None)], ended=LONG if terminated else None)
    if deleted is None:
        t.get_workflow(workflow)
    return t


def listing(name: str, at: float = 1000.0, *, whole: bool = False, running: str = "true") -> TraceBuilder:
    """A trace that asks for all lists, of which each holds its own thing, and with ``whole`` the other one as well."""
    t = TraceBuilder(id=name)
    workflow = t.create(WAIT, id=uuid(1, int(at)))
    instance = t.run(workflow, id=uuid(2, int(at)))
    for control in (20.0, 400.0, 800.0, at + 100, at + 500):
        t.control(control, control + 10)
    t.now = at
    others = [{"id": uuid(2, 99)}] if whole else []
    t.workflow_bodies[uuid(1, 99)] = {"id": uuid(1, 99)}
    t.workflows([workflow, *([uuid(1, 99)] if whole else [])])
    t.instances(None, [instance, *others], running=running)
    return t


def found(*builders: TraceBuilder) -> list[tuple[str, str, str]]:
    """What the traces come to as a tally keeps them: nothing that is needed may be dropped."""
    tally = Tally()
    for each in builders:
        tally.add(each.trace(), Judgement())
    return told(tally.reduced)


def told(traces: Sequence[Trace]) -> list[tuple[str, str, str]]:
    seen = unlisted([TraceIndex(trace) for trace in traces])
    return [(requirement, index.trace.id, observation.subject) for requirement, index, observation in seen]


def test_what_three_traces_do_not_list_is_a_violation_of_each() -> None:
    assert found(made(), listing("a"), listing("b", 1200), listing("c", 1400)) == [
        *(("workflow.create-then-list", name, uuid(1, 99)) for name in "abc"),
        *(("list.running", name, uuid(2, 99)) for name in "abc"),
    ]


def test_whole_lists_violate_nothing() -> None:
    assert not found(made(), listing("a", whole=True), listing("b", 1200, whole=True), listing("c", 1400, whole=True))


def test_twice_may_be_chance() -> None:
    assert not found(made(), listing("a"), listing("b", 1200), listing("c", 1400, whole=True))


@pytest.mark.parametrize("builder", [made(terminated=True), made(flickers=True), made(read=1300), made(read=100)])
def test_an_instance_has_to_run_long_after_the_list(builder: TraceBuilder) -> None:
    assert [
        each
        for each in found(builder, listing("a"), listing("b", 1200), listing("c", 1400))
        if each[0] == "list.running"
    ] == []


def test_what_may_be_deleted_need_not_be_listed() -> None:
    assert not found(made(deleted=900), listing("a"), listing("b", 1200), listing("c", 1400))
    assert found(made(deleted=5000), listing("a"), listing("b", 1200), listing("c", 1400))


def test_a_list_right_after_the_run_may_lack_it() -> None:
    assert [each[0] for each in found(made(), listing("a", 30), listing("b", 35), listing("c", 25))] == [
        "workflow.create-then-list"
    ] * 3


def test_other_queries_are_no_lists_of_everything() -> None:
    others = (listing(name, 1000.0 + 100 * number, running="false") for number, name in enumerate("abc"))
    assert [each[0] for each in found(made(), *others)] == ["workflow.create-then-list"] * 3


def test_the_clocks_of_different_machines_are_not_compared() -> None:
    other = made().trace()
    lists = [listing("a").trace(), listing("b", 1200).trace(), listing("c", 1400).trace()]
    assert told([other, *lists])
    assert not told([replace(other, origin=other.origin - 2 * 10**9), *lists])


def test_the_trace_of_a_list_can_be_replayed() -> None:
    tally = Tally()
    scenario: dict[str, object] = {"steps": []}
    for trace in (listing("a").trace(), made().trace()):
        tally.add(replace(trace, scenario=scenario), Judgement())
    assert [each.scenario for each in tally.reduced] == [scenario, None]
