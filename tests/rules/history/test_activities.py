"""Stage histories: which exist, which activities they show, and what those do."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.rules.history import RULES
from tests.rules.bodies import activity
from tests.rules.build import TraceBuilder
from tests.rules.judging import observe, verdict
from tests.rules.timelines import HOUR, NOOP, started, wait_for, waiting

BIG = 10**22 + 1
SEND = {
    "send": {
        "source": {"account": {"id": "world"}},
        "destination": {"account": {"id": "users:1"}},
        "amount": {"asset": "EUR/2", "amount": BIG},
        "metadata": {"k": "v"},
    }
}
BOOKED = {"ledger": "default", "data": {"postings": [], "metadata": {"k": "v"}}}
ACCOUNT = {"id": "users:1", "ledger": "default", "metadata": {"k": "v"}}


def _transaction(amount: int = BIG, metadata: Any = None, *, done: bool = True, attempt: int = 1) -> dict[str, Any]:
    posting = {"source": "world", "destination": "users:1", "amount": amount, "asset": "EUR/2"}
    data = {"postings": [posting], "metadata": {"k": "v"} if metadata is None else metadata}
    made = {"data": {"id": 1, "timestamp": "2026-01-01T00:00:00Z", "reverted": False, **data}}
    given = {"ledger": "default", "data": data}
    return activity("CreateTransaction", given, made if done else None, (0, 1 if done else None), attempt)


@pytest.mark.parametrize(("status", "late", "expected"), [(200, False, "upheld"), (404, True, "violated"),
                                                          (404, False, "nothing"), (401, True, "nothing")])  # fmt: skip
def test_started(status: int, late: bool, expected: str) -> None:
    t, i = started(HOUR)
    t.history(i, [(5, None)])
    if late:
        t.settled()
    t.stage_history(i, 0, status=status)
    assert verdict(RULES["stage-history.started"], t) == expected


def test_what_a_deletion_in_mid_run_leaves_of_a_stage_is_not_judged() -> None:
    t, i = started(SEND, HOUR)
    t.history(i, [(5, 6), (6, None)])
    t.get(i, [(5, 6), (6, None)])
    t.delete(next(iter(t.workflow_bodies)))
    t.settled()
    t.stage_history(i, 1, status=404)
    t.stage_history(i, 0, [_transaction(done=False)])
    assert verdict(RULES["stage-history.started"], t) == "upheld"
    assert verdict(RULES["stage-history.activities"], t) == "upheld"


@pytest.mark.parametrize("number", [1, 2, 7])
@pytest.mark.parametrize(
    ("status", "expected"), [(404, "upheld"), (200, "violated"), (500, "violated"), (503, "nothing")]
)
def test_not_started(number: int, status: int, expected: str) -> None:
    t, i = waiting(wait_for("go"), NOOP)
    t.stage_history(i, number, status=status)
    assert verdict(RULES["stage-history.not-started"], t) == expected


@pytest.mark.parametrize("number", [1, 7])
def test_a_stage_that_has_not_started_is_not_found_and_not_malformed(number: int) -> None:
    t, i = waiting(wait_for("go"), NOOP)
    t.stage_history(i, number, status=404, answer={"errorCode": "VALIDATION", "errorMessage": "no such stage"})
    assert verdict(RULES["stage-history.not-started"], t) == "violated"


def test_a_stage_that_may_have_started_is_not_judged() -> None:
    t, i = waiting(wait_for("go"), NOOP)
    t.send(i, "go")
    t.stage_history(i, 1)
    assert verdict(RULES["stage-history.not-started"], t) == "nothing"


def _shown(stage: Any, entries: list[Any], *, done: bool = True, **trace: Any) -> TraceBuilder:
    t = TraceBuilder(**trace)
    i = t.run(t.create([stage]))
    t.get(i, [(5, 6 if done else None)])
    t.settled()
    if not done:
        t.get(i, [(5, None)])
    t.stage_history(i, 0, entries)
    return t


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (_shown(NOOP, []), "upheld"),
        (_shown(HOUR, [activity("GetWallet", {"id": "w"})]), "violated"),
        (_shown(SEND, [_transaction()]), "upheld"),
        (_shown(SEND, [_transaction(attempt=0)]), "violated"),
        # An input, not the transaction that was made of it.
        (_shown(SEND, [activity("CreateTransaction", BOOKED, BOOKED)]), "violated"),
        (_shown(SEND, [{**_transaction(done=False), "terminated": True}]), "violated"),
        (_shown(SEND, [{**_transaction(done=False), "terminated": True, "error": "x"}, _transaction()]), "upheld"),
        (
            _shown(SEND, [{**_transaction(done=False), "terminated": True, "lastFailure": "x"}, _transaction()]),
            "upheld",
        ),
        (_shown(SEND, [_transaction(done=False)], done=False), "upheld"),
        (_shown(SEND, [_transaction(done=False)]), "violated"),
        (_shown(SEND, []), "violated"),
        (_shown(SEND, [], features=frozenset()), "nothing"),
        (_shown(SEND, [], done=False), "nothing"),
        (_shown(SEND, [activity("GetAccount", {"id": "a", "ledger": "default"})], done=False), "upheld"),
        (_shown({"update": {"account": ACCOUNT}}, [activity("AddAccountMetadata", ACCOUNT)]), "upheld"),
        (_shown({"update": {"account": ACCOUNT}}, [activity("AddAccountMetadata", {"id": "users:1"})]), "violated"),
    ],
)
def test_activities(trace: TraceBuilder, expected: str) -> None:
    assert verdict(RULES["stage-history.activities"], trace) == expected


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (_shown(SEND, [_transaction()]), "upheld"),
        (_shown(SEND, [_transaction(BIG - 1)]), "violated"),
        (_shown(SEND, [_transaction(metadata={})]), "violated"),
        (_shown({"update": {"account": ACCOUNT}}, [activity("AddAccountMetadata", ACCOUNT)]), "upheld"),
        (
            _shown({"update": {"account": ACCOUNT}}, [activity("AddAccountMetadata", {**ACCOUNT, "id": "b"})]),
            "violated",
        ),
        (_shown(NOOP, []), "nothing"),
    ],
)
def test_effect(trace: TraceBuilder, expected: str) -> None:
    assert verdict(RULES["stage-history.effect"], trace) == expected


def _of_two(first: Any, second: Any, entries: list[Any]) -> TraceBuilder:
    """The history of the second of two stages."""
    t, i = started(first, second)
    t.get(i, [(5, 6), (6, 7)], ended=7)
    t.settled()
    t.stage_history(i, 1, entries)
    return t


_LESS = {"send": {**SEND["send"], "amount": {"asset": "EUR/2", "amount": 7}}}
_UPDATE = {"update": {"account": ACCOUNT}}


@pytest.mark.parametrize(
    ("first", "second", "entries", "activities", "effect"),
    [
        # Beside its own, that of the stage before: one violation, not a second one of its amount.
        (_LESS, SEND, [_transaction(7), _transaction()], "violated", "upheld"),
        (_UPDATE, SEND, [activity("AddAccountMetadata", ACCOUNT), _transaction()], "violated", "upheld"),
        # In place of its own: its own may have been carried out wrongly.
        (_LESS, SEND, [_transaction(7)], "upheld", "violated"),
        # What no stage ordered is no other stage's.
        (_LESS, SEND, [_transaction(8), _transaction()], "upheld", "violated"),
        # Two stages that order the same: whose of them it is cannot be told, and three are one too many.
        (SEND, SEND, [_transaction(), _transaction()], "upheld", "upheld"),
        (SEND, SEND, [_transaction(), _transaction(), _transaction()], "upheld", "violated"),
    ],
)
def test_an_activity_of_another_stage_is_told_as_such(
    first: Any, second: Any, entries: list[Any], activities: str, effect: str
) -> None:
    trace = _of_two(first, second, entries)
    assert verdict(RULES["stage-history.activities"], trace) == activities
    assert verdict(RULES["stage-history.effect"], trace) == effect


def _routed(through: str | None, *postings: tuple[str, str], amount: int = BIG, asset: str = "EUR/2") -> TraceBuilder:
    """A send from one ledger to another, by an account that the destination names, too, if any, and what was booked."""
    named = {} if through is None else {"throughAccount": through}
    holders = {
        "source": {"account": {"id": "world", "ledger": "east", "throughAccount": "via"}},
        "destination": {"account": {"id": "users:1", "ledger": "west", **named}},
    }
    money = {"asset": asset, "amount": amount}
    booked = [{"source": source, "destination": destination, **money} for source, destination in postings]
    data = {"postings": booked, "metadata": {"k": "v"}}
    made = {"data": {"id": 1, "timestamp": "2026-01-01T00:00:00Z", "reverted": False, **data}}
    entry = activity("CreateTransaction", {"ledger": "east", "data": data}, made)
    return _shown({"send": {**SEND["send"], **holders}}, [entry])


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        (_routed("via", ("world", "via")), "upheld"),
        (_routed("via", ("world", "via"), ("via", "users:1")), "upheld"),
        (_routed("via", ("world", "users:1")), "upheld"),
        (_routed("via", ("world", "bank")), "violated"),
        (_routed("via", ("world", "via"), ("bank", "users:1")), "violated"),
        (_routed("via", ("world", "via"), amount=BIG - 1), "violated"),
        (_routed("via", ("world", "via"), ("via", "users:1"), amount=BIG - 1), "upheld"),
        (_routed("via", ("world", "via"), asset="USD/2"), "violated"),
        (_routed("bank", ("world", "via"), ("bank", "users:1")), "upheld"),
        (_routed(None, ("world", "bank")), "upheld"),
    ],
)
def test_money_goes_through_the_accounts_that_are_named(trace: TraceBuilder, expected: str) -> None:
    assert verdict(RULES["stage-history.effect"], trace) == expected


def _plain_after(metadata: dict[str, str]) -> TraceBuilder:
    """A send with telling metadata in one instance, then one without in another that shows this metadata."""
    rich = {"send": {**SEND["send"], "metadata": {"note": "only of the first", "k": "v"}}}
    t, _ = started(rich)
    plain = {"send": {key: value for key, value in SEND["send"].items() if key != "metadata"}}
    i = t.run(t.create([plain]))
    t.stage_history(i, 0, [_transaction(metadata=metadata)])
    return t


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, "upheld"),
        ({"note": "only of the first"}, "violated"),
        ({"server": "orchestration", "run": "5b6a8f9c-3c6e-4d43-93c4-ab6a5a1f0000"}, "upheld"),
        ({"k": "v"}, "upheld"),
        ({"server": "only of the first"}, "upheld"),
    ],
)
def test_a_send_without_metadata_books_none_of_another(metadata: dict[str, str], expected: str) -> None:
    assert verdict(RULES["stage-history.effect"], _plain_after(metadata)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"other": "of the second only"}, "upheld"),
        ({"note": "of the first only", "other": "of the second only"}, "violated"),
        ({"note": "the server's own note", "other": "of the second only"}, "upheld"),
    ],
)
def test_an_update_writes_nothing_of_another(written: dict[str, str], expected: str) -> None:
    metadata = ({"note": "of the first only"}, {"other": "of the second only"})
    t, i = started(*({"update": {"account": {**ACCOUNT, "metadata": each}}} for each in metadata))
    t.stage_history(i, 1, [activity("AddAccountMetadata", {**ACCOUNT, "metadata": written})])
    assert verdict(RULES["stage-history.effect"], t) == expected


@pytest.mark.parametrize(
    ("stages", "late", "status", "expected"),
    [
        (1, True, 200, "violated"),
        (1, True, 404, "upheld"),
        (1, False, 200, "nothing"),
        (2, True, 200, "nothing"),
    ],
)
def test_what_had_not_started_when_the_instance_terminated_has_no_history(
    stages: int, late: bool, status: int, expected: str
) -> None:
    t, i = started(wait_for("go"), NOOP)
    t.cancel(i)
    t.get(i, [(5, 6), (6, 6)][:stages], ended=6, error="cancelled")
    if late:
        t.settled()
        t.get(i, [(5, 6), (6, 6)][:stages], ended=6, error="cancelled")
    t.stage_history(i, 1, status=status)
    assert verdict(RULES["stage-history.not-started"], t) == expected


def test_the_first_sight_of_the_end_may_show_the_stages_as_they_were_before() -> None:
    t, i = started(NOOP)
    t.get(i, [], ended=7)
    t.settled()
    t.stage_history(i, 0)
    assert verdict(RULES["stage-history.not-started"], t) == "nothing"


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [({"k": "v"}, "upheld"), ({"k": "v", "note": "only of the first"}, "violated"), ({"k": "v", "x": "y"}, "upheld")],
)
def test_a_send_books_its_own_metadata_alone(metadata: dict[str, str], expected: str) -> None:
    t, _ = started({"send": {**SEND["send"], "metadata": {"note": "only of the first"}}})
    t.stage_history(t.run(t.create([SEND])), 0, [_transaction(metadata=metadata)])
    assert verdict(RULES["stage-history.effect"], t) == expected
    wrong = [each.expected for each in observe(RULES["stage-history.effect"], t) if not each.upheld]
    assert set(wrong) <= {"stage 0: metadata = nothing of another stage"}


@pytest.mark.parametrize(("number", "expected"), [(1, "nothing"), (2, "violated")])
def test_a_stage_that_failed_before_it_could_start_may_have_a_history(number: int, expected: str) -> None:
    t, i = started(NOOP, HOUR, NOOP)
    t.get(i, [(5, 6)], ended=6, error="a bad duration")
    t.settled()
    t.stage_history(i, number, status=200)
    assert verdict(RULES["stage-history.not-started"], t) == expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([_transaction()], "upheld"),
        ([_transaction(), _transaction()], "violated"),
        ([{**_transaction(), "error": "late"}, _transaction(attempt=2)], "upheld"),
        ([_transaction(done=False), _transaction(attempt=2)], "upheld"),
    ],
)
def test_an_amount_is_sent_once(entries: list[Any], expected: str) -> None:
    assert verdict(RULES["stage-history.effect"], _shown(SEND, entries)) == expected


@pytest.mark.parametrize(
    ("stage", "waits", "expected"),
    [(NOOP, 3, "violated"), (NOOP, 0, "nothing"), ({"update": {"account": ACCOUNT}}, 3, "nothing")],
)
def test_a_stage_that_must_have_begun_has_a_history(stage: Any, waits: int, expected: str) -> None:
    t, i = started(stage)
    for _ in range(waits):
        t.settled()
    t.stage_history(i, 0, status=404)
    assert verdict(RULES["stage-history.started"], t) == expected
