"""What only several traces prove, and the ids that one trace's judging takes from the others."""

from __future__ import annotations

from conformance.rules import ALL_RULES
from conformance.rules.across.traces import info_versions, unanswered_reads, unique_ids
from conformance.rules.evidence.server_ids import form, made_ids
from conformance.rules.evidence.trace_index import TraceIndex
from tests.rules.bodies import NOOP, UNKNOWN, uuid
from tests.rules.build import TraceBuilder


def trace(name: str, *, workflow: int, instance: int, version: str = "1.0", at: float = 0) -> TraceIndex:
    t = TraceBuilder(id=name)
    t.wait(at)
    t.info(version)
    t.run(t.create(NOOP, id=uuid(1, workflow)), id=uuid(2, instance))
    return t.index()


def test_ids_of_different_traces_differ() -> None:
    assert not list(unique_ids([trace("a", workflow=1, instance=1), trace("b", workflow=2, instance=2, at=10)]))


def test_an_id_given_in_two_traces_is_a_violation_of_the_later_one() -> None:
    indexes = [trace("b", workflow=1, instance=1, at=10), trace("a", workflow=1, instance=1)]
    found = list(unique_ids(indexes))
    assert [(each.requirement, each.traces) for each in found] == [
        ("workflow.create-echo", ("a", "b")),
        ("run.created", ("a", "b")),
    ]
    assert all(not each.observation.upheld for each in found)


def test_a_workflow_and_an_instance_may_bear_one_id() -> None:
    def counted(name: str, workflow: str, instance: str, at: float) -> TraceIndex:
        t = TraceBuilder(id=name)
        t.wait(at)
        t.run(t.create(NOOP, id=workflow), id=instance)
        return t.index()

    indexes = [counted("a", "1", "1", 0), counted("b", "2", "2", 10), counted("c", "3", "2", 20)]
    assert [each.requirement for each in unique_ids(indexes)] == ["run.created"]
    for rule in ("workflow.create-echo", "run.created"):
        assert [seen.upheld for seen in ALL_RULES[rule](indexes[0])] == [True]


def test_one_trace_seen_twice_is_no_violation() -> None:
    assert not list(unique_ids([trace("a", workflow=1, instance=1), trace("a", workflow=1, instance=1)]))


def test_versions_are_compared_with_the_first_trace() -> None:
    first = trace("a", workflow=1, instance=1)
    same = trace("b", workflow=2, instance=2, at=10)
    other = trace("c", workflow=3, instance=3, version="2.0", at=20)
    found = list(info_versions([other, first, same]))
    assert [(each.traces, each.observation.upheld) for each in found] == [(("a", "b"), True), (("a", "c"), False)]


def test_made_ids_are_those_of_creations_runs_and_lists() -> None:
    t = TraceBuilder()
    w = t.create(NOOP)
    i = t.run(w)
    t.get_workflow(UNKNOWN, {"id": UNKNOWN})
    assert made_ids([t.trace()]) == {w, i}


def test_the_form_of_an_id() -> None:
    assert form(uuid(1, 1)) == form(UNKNOWN)
    assert form("01HZX3C9A8D7") == form("01HZX3C9A8D8")
    assert form("01HZX3C9A8D7") != form("01hzx3c9a8d7")
    assert form("12") is None
    assert form("run-a1b2") is None
    assert form("instance-0000017") is None
    assert form("brave-lmn-otter-v1234") == form("brave-xyz-heron-w9876")
    assert form("Zm9vYmFyYmF6cXV4==") == form("Zm9xYmFyYmF6cXV4==")
    assert form("7499123456789012345") is not None
    assert form("00000000-0000-0000-0000-000000000000") is None


def lossy(operation: str, moments: list[float], *, silent: bool = False) -> list[TraceIndex]:
    """A trace for each moment (ms), in which one read is never answered."""
    indexes = []
    for number, at in enumerate(moments):
        t = TraceBuilder(id=f"lossy-{number}", **({"silences": ((0, 10**12),)} if silent else {}))
        i = t.run(t.create(NOOP))
        t.wait(at)
        if operation == "getInstance":
            t.get(i, took=10_000, failure="timeout")
        else:
            t.history(i, took=10_000, failure="timeout")
        indexes.append(t.index())
    return indexes


APART = [20_000.0 * number for number in range(8)]
SENT = {"getInstanceHistory": 80, "getInstance": 400, "runWorkflow": 50}


def observed(indexes: list[TraceIndex], sent: dict[str, int]) -> list[str]:
    return [each.observation.observed for each in unanswered_reads(indexes, sent)]


def test_reads_of_one_operation_that_are_often_unanswered_are_a_violation() -> None:
    assert observed(lossy("getInstanceHistory", APART), SENT) == [
        "none for 8 of 80 requests, at 8 moments; of 450 other requests 0 got none"
    ]


def test_a_single_disturbance_is_chance_however_many_reads_it_takes() -> None:
    assert not observed(lossy("getInstanceHistory", [float(number) for number in range(20)]), SENT)


def test_few_disturbances_that_take_many_reads_of_one_operation_only_are_a_violation() -> None:
    together = [disturbance * 20_000.0 + number for disturbance in range(3) for number in range(4)]
    assert observed(lossy("getInstanceHistory", together), SENT) == [
        "none for 12 of 80 requests, at 3 moments; of 450 other requests 0 got none"
    ]
    assert not observed(lossy("getInstanceHistory", together[:-1]), SENT)
    two = [disturbance * 20_000.0 + number for disturbance in range(2) for number in range(10)]
    assert not observed(lossy("getInstanceHistory", two), SENT)


def test_losses_that_choose_no_operation_are_chance() -> None:
    both = lossy("getInstanceHistory", APART) + lossy("getInstance", APART)
    assert not observed(both, {"getInstanceHistory": 80, "getInstance": 120, "runWorkflow": 80})


def test_few_losses_of_many_reads_are_chance() -> None:
    assert not observed(lossy("getInstanceHistory", APART), SENT | {"getInstanceHistory": 800})


def test_what_is_lost_while_the_whole_target_is_silent_says_nothing() -> None:
    assert not observed(lossy("getInstanceHistory", APART, silent=True), SENT)
